import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DamagedDataError } from '@tract/repositories'
import { canonicalJson, type JsonObject, Timestamp } from '@tract/schema'
import { openStore } from '@tract/sqlite'
import Database from 'better-sqlite3'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  type Finding,
  type FindingKind,
  history,
  UnknownTractError,
  VerificationAbortedError,
  type VerifyProgress,
  verify,
} from '../src/index.js'
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

const FILES = [
  { name: 'the package wrote', file: written },
  { name: 'the original system wrote', file: async () => aGoldenFile('v6.db') },
]

test.each(FILES)(
  'one changed byte that a hash covers is always found in a file that $name',
  async (from) => {
    const file = await from.file()
    if (file === null) return
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
        const set = db.prepare(`UPDATE ${table} SET ${column} = CAST(? AS TEXT) WHERE rowid = ?`)
        set.run(changed, rowid)
        const { ok, findings } = await verify(store)
        set.run(bytes, rowid)
        expect(ok, `${column} ${text} -> ${changed.toString('latin1')}: ${kindsOf(findings)}`).toBe(false)
      }),
      { numRuns: Number(process.env.TRACT_HISTORY_RUNS ?? 100) },
    )
    db.close()
  },
  600_000,
)

/** White space between tokens and the letter between day and time carry nothing, so no hash covers them. */
function isCovered(column: string, bytes: Buffer, at: number, byte: number): boolean {
  if (bytes[at] === byte) return false
  if (column === 'created_at') return at !== 10
  if (column !== 'payload_json') return true
  const isBlank = (value: number | undefined) =>
    value === 0x20 || value === 0x09 || value === 0x0a || value === 0x0d
  const quotes = bytes.subarray(0, at).toString('latin1').replace(/\\./gs, '').match(/"/g)
  const isInString = (quotes?.length ?? 0) % 2 === 1
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

test('what no hash covers and no writer leaves so is an oddity', async () => {
  const changes: readonly (readonly [FindingKind, string])[] = [
    ['unknown_type', "UPDATE operation_events SET event_type = 'compresz' WHERE event_type = 'compress'"],
    [
      'record_unproven',
      "UPDATE compile_records SET params_json = replace(params_json, '_digest', '_figest')",
    ],
    ['record_role', `UPDATE compile_records SET params_json = replace(params_json, '"user"', '"usex"')`],
    ['ref_to_nothing', "UPDATE refs SET symbolic_target = 'refs/heads/mail' WHERE ref_name = 'HEAD'"],
  ]
  for (const [kind, sql] of changes) {
    const file = await written()
    change(file, sql)
    const { ok, findings } = await verified(file)
    expect(new Set(kindsOf(findings))).toEqual(new Set([kind]))
    expect(ok).toBe(true)
  }
  const store = await aStore()
  await store.refs.attachHead('new', 'main')
  expect((await verify(store)).findings).toEqual([])
})

test('a tract by itself, or a share of it, is checked without the rest', async () => {
  const store = await aStore()
  const h = history(store, 'one')
  for (let i = 0; i < 100; i++) await h.commit(user(`${i}`))
  await history(store, 'two').commit(user('b'))
  expect((await verify(store, { tractId: 'one' })).checked.commits).toBe(100)
  const { ok, checked } = await verify(store, { sample: 0.2 })
  expect(ok).toBe(true)
  expect(checked.commits).toBeLessThan(100)
})

test('both forms of a merge, and the field by its earliest name, fit their hashes; a local clock is told', async () => {
  const store = await aStore()
  const h = history(store, 't')
  const a = await h.commit(user('a'))
  const b = await h.commit(user('b'))
  const { contentHash, contentType } = b
  const time = '2026-02-20T15:39:08'
  const save = async (extra: JsonObject, zone = '+00:00') => {
    const fields = { content_hash: contentHash, content_type: contentType, operation: 'append', ...extra }
    const hashed = { parent_hash: b.commitHash, ...fields, timestamp_iso: `${time}${zone}` }
    const commitHash = createHash('sha256').update(canonicalJson(hashed)).digest('hex')
    const [responseTo = null] = [extra.reply_to].filter((hash) => typeof hash === 'string')
    await store.commits.save({
      ...{ commitHash, tractId: 't', parentHash: b.commitHash, contentHash, contentType, responseTo },
      ...{ operation: extra.operation === 'edit' ? 'edit' : 'append', tokenCount: 1 },
      createdAt: Timestamp.from(`${time}Z`),
    })
    return commitHash
  }
  const parents = [b.commitHash, a.commitHash]
  for (const form of [{ message: 'plain' }, { parent_hashes: parents.toSorted() }]) {
    const { message, ...covered } = { message: '', ...form }
    const commitHash = await save(covered)
    await store.commitParents.addParents(commitHash, parents)
  }
  await save({ operation: 'edit', reply_to: a.commitHash })
  expect((await verify(store)).findings).toEqual([])
  const local = await save({ operation: 'edit', reply_to: a.commitHash }, '-05:00')
  expect((await verify(store)).findings).toMatchObject([
    { kind: 'local_clock', severity: 'oddity', at: local },
  ])
  const { message, tokenCount } = b
  const other = { tractId: 't', contentHash, contentType, message, tokenCount }
  await store.commits.save({ ...other, operation: 'append', commitHash: 'f'.repeat(64) })
  expect(kindsOf((await verify(store)).findings)).toEqual(['local_clock', 'commit_hash'])
})

test('a damaged database, a reference without its row, and a record that counts otherwise are told', async () => {
  const changes: readonly (readonly [FindingKind, string])[] = [
    [
      'broken_reference',
      "INSERT INTO annotations VALUES (99, 't', 'gone', 'SKIP', NULL, '2026-01-01 00:00:00.000000')",
    ],
    ['record_head', "UPDATE compile_records SET head_hash = 'gone'"],
    ['record_counts', 'UPDATE compile_records SET commit_count = 99'],
  ]
  for (const [kind, sql] of changes) {
    const file = await written()
    change(file, sql)
    expect(kindsOf((await verified(file)).findings), kind).toContain(kind)
  }
  const file = await written()
  changeLastByteOf('ix_refs_commit', file)
  expect(kindsOf((await verified(file)).findings)).toContain('database')
})

test('an index whose pages stand in the place of others ends no verification and lets none go on for ever', async () => {
  const file = await written()
  const store = await openStore(file)
  const long = history(store, 'long')
  for (let number = 0; number < 300; number++) await long.commit(user(`message ${number}`))
  await store.close()
  const db = new Database(file)
  const leaf = "SELECT pageno AS page FROM dbstat WHERE name = ? AND pagetype = 'leaf' ORDER BY path"
  const leaves = db.prepare<[string], { page: number }>(leaf).all('ix_commits_tract_time')
  db.close()
  const [first, last] = [leaves[0]?.page ?? 0, leaves.at(-1)?.page ?? 0]
  expect(last).not.toBe(first)
  const bytes = readFileSync(file)
  bytes.copyWithin((last - 1) * 4096, (first - 1) * 4096, first * 4096)
  writeFileSync(file, bytes)
  const { ok, findings, checked } = await verified(file)
  expect(ok).toBe(false)
  expect(kindsOf(findings)).toContain('database')
  expect(checked.records).toBeGreaterThan(0)
})

/** Changes a key in an index of one page: cells grow from the end of the page. */
function changeLastByteOf(index: string, file: string): void {
  const db = new Database(file)
  const sql = 'SELECT rootpage FROM sqlite_schema WHERE name = ?'
  const page = db.prepare<[string], { rootpage: number }>(sql).get(index)?.rootpage ?? 0
  db.close()
  const bytes = readFileSync(file)
  const at = page * 4096 - 8
  bytes[at] = (bytes[at] ?? 0) ^ 1
  writeFileSync(file, bytes)
}

test('a time that another sign divides is told, for its hash is the same', async () => {
  const file = await written()
  change(file, "UPDATE commits SET created_at = replace(created_at, ' ', 'T') WHERE parent_hash IS NULL")
  const { ok, findings } = await verified(file)
  expect(kindsOf(findings)).toEqual(['time_layout'])
  expect(ok).toBe(true)
})

test('what the caller throws when it is told ends the verification, whatever it is', async () => {
  await using store = await openStore(await written())
  const mine = new DamagedDataError('mine', 'this', 'that')
  let told = 0
  await verify(store, { onProgress: () => told++ })
  expect(told).toBeGreaterThan(3)
  for (let call = 0; call < told; call++) {
    let calls = 0
    const onProgress = () => {
      if (calls++ === call) throw mine
    }
    await expect(verify(store, { onProgress })).rejects.toBe(mine)
  }
})

test('a verification says how far it is, lets timers run, and ends when its signal says so', async () => {
  await using store = await openStore(await written())
  const told: VerifyProgress[] = []
  await verify(store, { onProgress: (progress) => told.push(progress) })
  expect(new Set(told.map(({ phase }) => phase))).toEqual(
    new Set(['commits', 'events', 'records', 'database']),
  )
  expect(told).toContainEqual({ phase: 'commits', tractId: 't', tractsDone: 0, tracts: 1, done: 9 })
  const aborting = new AbortController()
  setTimeout(() => aborting.abort('enough'), 0)
  const endless = async () => {
    for (;;) await verify(store, { signal: aborting.signal })
  }
  const error = await endless().catch((reason: unknown) => reason)
  expect(error).toBeInstanceOf(VerificationAbortedError)
  expect(error).toMatchObject({ code: 'verification_aborted', cause: 'enough' })
})

test('a tract that does not exist is not called sound', async () => {
  await using store = await openStore(await written())
  await expect(verify(store, { tractId: 'typo' })).rejects.toThrow(UnknownTractError)
  expect((await verify(store, { tractId: 't' })).ok).toBe(true)
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

test('white space between the parts of a payload is covered by no hash, and still told', async () => {
  for (const text of [
    "replace(payload_json, '\": ', '\":\t')",
    "payload_json || ' '",
    "replace(payload_json, ', ', ',')",
  ]) {
    const file = await written()
    change(file, `UPDATE blobs SET payload_json = ${text} WHERE payload_json LIKE '%Rules%'`)
    const { findings } = await verified(file)
    expect(kindsOf(findings), text).toContain('payload_layout')
    expect(kindsOf(findings)).not.toContain('payload_hash')
  }
})
