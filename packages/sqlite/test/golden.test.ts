import { copyFileSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Repositories } from '@tract/repositories'
import { contentHashOfStored } from '@tract/schema'
import { describe, expect } from 'vitest'
import type { OpenStoreOptions, SqliteStore } from '../src/index.js'
import { it as base } from './support/it.js'
import { expectUntouched } from './support/untouched.js'

/** The values of a row as the file holds them. */
type StoredRow = Readonly<Record<string, unknown>>

const folder = process.env.TRACT_GOLDEN_DIR
const title = `golden/v6.db${folder === undefined ? ' (left out: TRACT_GOLDEN_DIR names no folder)' : ''}`

const it = base.extend<{ golden: Golden }>({
  golden: async ({ location }, use) => {
    const from = folder ?? ''
    copyFileSync(join(from, 'v6.db'), location)
    await use(new Golden(readFileSync(join(from, 'v6.contents.json'), 'utf8')))
  },
})

// The decoding is written here once more, by the format's description and without our codecs.
const UPPER_CASE = new Set(['operation', 'priority'])

/** What `v6.contents.json` says is in the file. */
class Golden {
  readonly #tables: Record<string, { columns: string[]; rows: unknown[][] }>

  constructor(json: string) {
    this.#tables = JSON.parse(json).tables
  }

  get tableNames(): readonly string[] {
    return Object.keys(this.#tables)
  }

  stored(table: string): readonly StoredRow[] {
    const { columns = [], rows = [] } = this.#tables[table] ?? {}
    return rows.map((row) => Object.fromEntries(columns.map((column, index) => [column, row[index]])))
  }

  /** The rows of a table as the repositories are to give them. */
  rows(table: string): readonly StoredRow[] {
    return this.stored(table).map((row) =>
      Object.fromEntries(
        Object.entries(row).map(([column, value]) => [camelCase(column), decode(column, value)]),
      ),
    )
  }

  distinct(table: string, ...columns: readonly string[]): readonly string[] {
    const values = this.stored(table).flatMap((row) => columns.map((column) => row[column]))
    return [...new Set(values.filter((value) => value !== null).map(String))]
  }
}

function camelCase(column: string): string {
  return column.replace(/_([a-z])/g, (_match, letter: string) => letter.toUpperCase())
}

function decode(column: string, value: unknown): unknown {
  if (typeof value !== 'string') return value
  if (column.endsWith('_at')) return `${value.replace(' ', 'T')}Z`
  if (UPPER_CASE.has(column)) return value.toLowerCase()
  if (column.endsWith('_json') && column !== 'payload_json') return parseExactly(value)
  return value
}

function parseExactly(text: string): unknown {
  const marked = text.replace(/(?<=[[ ])\d{16,}(?=[,}\]])/g, '"integer:$&"')
  return JSON.parse(marked, (_key, value: unknown) =>
    typeof value === 'string' && value.startsWith('integer:') ? BigInt(value.slice(8)) : value,
  )
}

/** Every row of every table, through the repositories and nothing else. */
async function readAll(from: Repositories, golden: Golden): Promise<Record<string, unknown[]>> {
  const tracts = golden.distinct('commits', 'tract_id')
  const hashes = golden.distinct('commits', 'commit_hash')
  const ofEach = async <Row>(keys: readonly string[], read: (key: string) => Promise<readonly Row[]>) =>
    (await Promise.all(keys.map(read))).flat()
  const eventIds = await ofEach(golden.distinct('operation_events', 'tract_id'), (tract) =>
    from.operationEvents.getAllIds(tract),
  )
  const records = await ofEach(golden.distinct('compile_records', 'tract_id'), (tract) =>
    from.compileRecords.getAll(tract),
  )
  const pointers = await ofEach(
    golden.distinct('spawn_pointers', 'parent_tract_id', 'child_tract_id'),
    (tract) => from.spawnPointers.getAll(tract),
  )
  return {
    blobs: [...(await from.blobs.getMany(golden.distinct('blobs', 'content_hash'))).values()],
    commits: await ofEach(tracts, (tract) => from.commits.getAll(tract)),
    commit_parents: await ofEach(hashes, (hash) => from.commitParents.getParents(hash)),
    refs: await Promise.all(
      golden.stored('refs').map(async ({ tract_id, ref_name }) => ({
        tractId: tract_id,
        refName: ref_name,
        commitHash: await from.refs.getRef(String(tract_id), String(ref_name)),
        symbolicTarget: await from.refs.getSymbolicRef(String(tract_id), String(ref_name)),
      })),
    ),
    annotations: await ofEach(hashes, (hash) => from.annotations.getHistory(hash)),
    operation_events: await Promise.all(eventIds.map((id) => from.operationEvents.getEvent(id))),
    operation_commits: await ofEach(eventIds, (id) => from.operationEvents.getCommits(id)),
    compile_records: records,
    compile_effectives: await ofEach(
      records.map(({ recordId }) => recordId),
      (id) => from.compileRecords.getEffectives(id),
    ),
    spawn_pointers: [...new Map(pointers.map((pointer) => [pointer.id, pointer])).values()],
    policy_proposals: await Promise.all(
      golden.distinct('policy_proposals', 'proposal_id').map((id) => from.policies.getProposal(id)),
    ),
    policy_log: await ofEach(golden.distinct('policy_log', 'tract_id'), (tract) =>
      from.policies.getLog(tract, { limit: 10_000 }),
    ),
  }
}

function inOneOrder(rows: readonly unknown[]): unknown[] {
  const text = (row: unknown) =>
    JSON.stringify(row, (_key, value) => (typeof value === 'bigint' ? `${value}n` : value))
  const plain = rows.map((row) => Object.fromEntries(Object.entries(row as object).toSorted()))
  return plain.toSorted((left, right) => (text(left) < text(right) ? -1 : 1))
}

describe.skipIf(folder === undefined)(title.replace('v6', 'v5'), () => {
  for (const options of [{ readonly: true }, { migrate: 'never' }] as const) {
    it(`is refused under ${JSON.stringify(options)} and stays as it is`, async ({ open, location }) => {
      copyFileSync(join(folder ?? '', 'v5.db'), location)
      await expectUntouched(location, async () => {
        await expect(open(location, options)).rejects.toMatchObject({
          code: 'older_schema_version',
          found: 5,
        })
      })
    })
  }

  it('is brought up to date after a backup, and the store says so', async ({ open, location }) => {
    copyFileSync(join(folder ?? '', 'v5.db'), location)
    const store = await open()
    expect(store.migration).toMatchObject({ from: 5, to: 6, changed: true, steps: ['005-to-006'] })
    expect(readFileSync(store.migration?.backup ?? '').length).toBeGreaterThan(0)
    expect(await store.checkIntegrity()).toMatchObject({ ok: true })
    await store.close()
    expect((await open()).migration).toBeNull()
  })
})

describe.skipIf(folder === undefined)(title, () => {
  const ways: readonly [name: string, options: OpenStoreOptions][] = [
    ['opened as usual', {}],
    ['opened readonly', { readonly: true }],
    ["opened with migrate: 'never'", { migrate: 'never' }],
  ]
  for (const [name, options] of ways) {
    it(`reads back through the repositories exactly, every row of every table, ${name}`, async ({
      golden,
      open,
      location,
    }) => {
      const store = await open(location, options)
      const found = await readAll(store, golden)
      expect([...Object.keys(found), '_trace_meta'].toSorted()).toEqual(golden.tableNames.toSorted())
      for (const [table, rows] of Object.entries(found)) {
        expect(inOneOrder(rows), table).toEqual(inOneOrder(golden.rows(table)))
      }
      expect(await store.checkIntegrity()).toEqual({ ok: true, damage: [], brokenReferences: [] })
    })
  }

  it('keeps every stored value when our store opens it, writes to it and takes that back', async ({
    golden,
    open,
    plain,
  }) => {
    const store = await open()
    await touch(store)
    await store.close()
    const handle = plain()
    for (const table of golden.tableNames) {
      const rows = handle.prepare<[], StoredRow>(`SELECT * FROM "${table}"`).all()
      expect(inOneOrder(rows), table).toEqual(inOneOrder(golden.stored(table)))
    }
  })

  it('has payloads that are under the hash of their stored text', async ({ golden, open }) => {
    const store = await open()
    const blobs = await store.blobs.getMany(golden.distinct('blobs', 'content_hash'))
    for (const blob of blobs.values()) expect(contentHashOfStored(blob.payloadJson)).toBe(blob.contentHash)
  })

  it('has heads, branches and latest annotations as its rows say', async ({ golden, open }) => {
    const store = await open()
    for (const tract of golden.distinct('refs', 'tract_id')) {
      const refs = new Map(
        golden.rows('refs').flatMap((ref) => (ref.tractId === tract ? [[String(ref.refName), ref]] : [])),
      )
      const head = refs.get('HEAD')
      const target = head?.symbolicTarget
      expect(await store.refs.getHead(tract)).toBe(
        (typeof target === 'string' ? refs.get(target)?.commitHash : head?.commitHash) ?? null,
      )
      const branches = [...refs.keys()].filter((name) => name.startsWith('refs/heads/'))
      expect((await store.refs.listBranches(tract)).toSorted()).toEqual(
        branches.map((name) => name.slice('refs/heads/'.length)).toSorted(),
      )
    }
    for (const target of golden.distinct('annotations', 'target_hash')) {
      const rows = golden.rows('annotations').filter((row) => row.targetHash === target)
      const latest = rows.toSorted((left, right) =>
        left.createdAt === right.createdAt
          ? Number(left.id) - Number(right.id)
          : String(left.createdAt) < String(right.createdAt)
            ? -1
            : 1,
      )
      expect(await store.annotations.getLatest(target)).toEqual(latest.at(-1))
    }
  })
})

/** Writes through several repositories, and then undoes it. */
async function touch(store: SqliteStore): Promise<void> {
  const undo = new Error('undo')
  const writing = store.transaction(async (tx) => {
    await tx.blobs.saveIfAbsent({ contentHash: 'mine', payloadJson: '{}', byteSize: 2, tokenCount: 0 })
    await tx.commits.save({
      commitHash: 'mine',
      tractId: 'mine',
      contentHash: 'mine',
      contentType: 'freeform',
      operation: 'append',
      tokenCount: 0,
    })
    await tx.refs.updateHead('mine', 'mine')
    throw undo
  })
  await expect(writing).rejects.toBe(undo)
}
