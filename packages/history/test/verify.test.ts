import { join } from 'node:path'
import { openStore } from '@tract/sqlite'
import Database from 'better-sqlite3'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Finding, history, verify } from '../src/index.js'
import {
  aFolder,
  aGoldenFile,
  aStore,
  assistant,
  instruction,
  user,
  WITHOUT_GOLDEN,
} from './support/fixture.js'

const kindsOf = (findings: readonly Finding[]) => findings.map(({ kind }) => kind)

/** A file with edits, a merge, a compression and a record. */
async function written(): Promise<string> {
  const file = join(aFolder(), 'tract.db')
  await using store = await openStore(file)
  const h = history(store, 't')
  await h.commit(instruction('Rules'))
  const a = await h.commit(user('a 😀'))
  await h.branch('side')
  await history(store, 't', { branch: 'side' }).commit({
    content_type: 'tool_io',
    tool_name: 'search',
    direction: 'call',
    payload: { limit: 12.5, exact: true, q: 'x' },
  })
  await h.commit(assistant('b'))
  await h.commit(user('A'), { editOf: a.commitHash })
  await h.recordCompile()
  await h.merge('side')
  await h.compress({ sources: [a.commitHash], summary: 'S' })
  await h.recordCompile()
  return file
}

async function verified(file: string) {
  await using store = await openStore(file)
  return await verify(store)
}

function change(file: string, sql: string, ...values: unknown[]): void {
  const db = new Database(file)
  db.pragma('foreign_keys = OFF')
  db.prepare(sql).run(...values)
  db.close()
}

test('nothing is found in what the package itself wrote', async () => {
  const { ok, findings, checked } = await verified(await written())
  expect(findings).toEqual([])
  expect(ok).toBe(true)
  expect(checked).toEqual({ tracts: 1, commits: 9, events: 2, records: 2 })
})

test('an empty store is sound', async () => {
  expect(await verify(await aStore())).toMatchObject({ ok: true, findings: [] })
})

const COVERED = [
  'content_hash',
  'parent_hash',
  'content_type',
  'operation',
  'response_to',
  'created_at',
] as const

test('one changed byte of any covered field of a commit, or of a payload, is always found', async () => {
  const file = await written()
  const db = new Database(file)
  const cells = [
    ...COVERED.flatMap((column) =>
      db
        .prepare<[], { rowid: number; text: string }>(
          `SELECT rowid, ${column} AS text FROM commits WHERE ${column} IS NOT NULL`,
        )
        .all()
        .map((row) => ({ ...row, table: 'commits', column })),
    ),
    ...db
      .prepare<[], { rowid: number; text: string }>('SELECT rowid, payload_json AS text FROM blobs')
      .all()
      .map((row) => ({ ...row, table: 'blobs', column: 'payload_json' })),
  ]
  db.pragma('foreign_keys = OFF')
  await using store = await openStore(file)
  const somewhere = fc.record({
    cell: fc.constantFrom(...cells),
    place: fc.nat(),
    byte: fc.integer({ min: 0, max: 255 }),
  })
  await fc.assert(
    fc.asyncProperty(somewhere, async ({ cell: { table, column, rowid, text }, place, byte }) => {
      const bytes = Buffer.from(text)
      const at = place % bytes.length
      fc.pre(isCovered(column, bytes, at, byte))
      const changed = Buffer.from(bytes)
      changed[at] = byte
      const set = `UPDATE ${table} SET ${column} = CAST(? AS TEXT) WHERE rowid = ?`
      db.prepare(set).run(changed, rowid)
      const { ok, findings } = await verify(store)
      db.prepare(set).run(bytes, rowid)
      expect(ok, `${column} ${text} -> ${changed.toString('latin1')}: ${kindsOf(findings)}`).toBe(false)
    }),
    { numRuns: Number(process.env.TRACT_HISTORY_RUNS ?? 150) },
  )
  db.close()
}, 60_000)

/** White space between tokens and the letter between day and time carry nothing, so no hash covers them. */
function isCovered(column: string, bytes: Buffer, at: number, byte: number): boolean {
  if (bytes[at] === byte) return false
  if (column === 'created_at') return at !== 10
  if (column !== 'payload_json') return true
  const isBlank = (value: number | undefined) =>
    value === 0x20 || value === 0x09 || value === 0x0a || value === 0x0d
  const isInString =
    (bytes
      .subarray(0, at)
      .toString()
      .match(/(?<!\\)"/g)?.length ?? 0) %
      2 ===
    1
  return isInString || !isBlank(bytes[at]) || !isBlank(byte)
}

test('a lost commit, payload or link is a loss, and each is named', async () => {
  const file = await written()
  change(file, "DELETE FROM blobs WHERE payload_json LIKE '%Rules%'")
  change(
    file,
    "DELETE FROM commits WHERE message LIKE 'Merge%' AND rowid = (SELECT min(rowid) FROM commits WHERE message LIKE 'Merge%')",
  )
  const { ok, findings } = await verified(file)
  expect(ok).toBe(false)
  expect(new Set(kindsOf(findings))).toEqual(
    new Set(['missing_payload', 'missing_commit', 'record_incomplete']),
  )
})

test('a cycle of parents is found once and ends', async () => {
  const file = await written()
  change(
    file,
    'UPDATE commits SET parent_hash = (SELECT commit_hash FROM commits WHERE rowid = 3) WHERE rowid = 1',
  )
  expect(kindsOf((await verified(file)).findings).filter((kind) => kind === 'parent_cycle')).toHaveLength(1)
})

test('a value that cannot be read is reported, and the other commits are checked', async () => {
  const file = await written()
  change(file, "UPDATE commits SET created_at = 'yesterday' WHERE rowid = 2")
  change(file, "UPDATE commits SET content_type = 'output' WHERE rowid = 4")
  const kinds = kindsOf((await verified(file)).findings)
  expect(kinds).toContain('unreadable')
  expect(kinds).toContain('commit_hash')
})

test('a record whose digest, entries or links were changed is corrupt', async () => {
  for (const sql of [
    `UPDATE compile_records SET params_json = replace(params_json, '"context_digest": "', '"context_digest": "0')`,
    'DELETE FROM compile_effectives WHERE position = 0',
    `UPDATE compile_records SET params_json = '{"entries": 5}'`,
  ]) {
    const file = await written()
    change(file, sql)
    const found = (await verified(file)).findings.filter(({ severity }) => severity === 'corruption')
    expect(kindsOf(found).every((kind) => kind === 'record_commits' || kind === 'record_digest')).toBe(true)
    expect(found.length).toBeGreaterThan(0)
  }
})

test('events without sides, odd token counts and refs to nothing are oddities', async () => {
  const store = await aStore()
  const h = history(store, 't')
  const a = await h.commit(user('a'))
  await store.operationEvents.saveEvent({ eventId: 'e', tractId: 't', eventType: 'compress' })
  await store.operationEvents.saveEventWithCommits({
    ...{ eventId: 'f', tractId: 't', eventType: 'compress', originalTokens: 9 },
    ...{ sources: [a.commitHash], results: [] },
  })
  await store.refs.setSymbolicRef('t', 'PREV_BRANCH', 'refs/heads/gone')
  await store.blobs.saveIfAbsent({ contentHash: 'x', payloadJson: '{}', byteSize: 3, tokenCount: 0 })
  const { ok, findings } = await verify(store)
  expect(kindsOf(findings)).toEqual([
    'ref_to_nothing',
    'event_without_sources',
    'event_without_results',
    'event_without_results',
    'event_tokens',
    'orphaned_payload',
    'payload_hash',
    'payload_size',
  ])
  expect(ok).toBe(false)
})

test('a tract by itself, or a share of it, is checked without the rest', async () => {
  const store = await aStore()
  await history(store, 'one').commit(user('a'))
  await history(store, 'two').commit(user('b'))
  expect((await verify(store, { tractId: 'one' })).checked.commits).toBe(1)
  expect((await verify(store, { sample: 0.5 })).ok).toBe(true)
})

// Set TRACT_GOLDEN_DIR to the folder of golden files to run these.
test.skipIf(WITHOUT_GOLDEN).each(['v2.db', 'v5.db', 'v6.db'])(
  'the golden file %s has two commits of a local clock, oddities, and nothing else',
  async (name) => {
    const { ok, findings } = await verified(aGoldenFile(name) ?? '')
    expect(findings.filter(({ severity }) => severity !== 'oddity')).toEqual([])
    expect(ok).toBe(true)
    const local = findings.filter(({ kind }) => kind === 'local_clock')
    expect(local.map(({ at }) => at.slice(0, 8))).toEqual(['b4f9d308', '802687c1'])
  },
)
