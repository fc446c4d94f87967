import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { InsideTransactionError, InvalidInputError, type Store } from '@tract/repositories'
import { openStore } from '@tract/sqlite'
import Database from 'better-sqlite3'
import { expect, onTestFinished, test } from 'vitest'
import {
  BundleConflictError,
  DamagedBundleError,
  type ExportedBundle,
  exportBundle,
  ForeignBundleError,
  history,
  importBundle,
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

const PAGE_SIZE = 4096

async function written(bundle: AsyncGenerator<string, ExportedBundle>) {
  const lines: string[] = []
  for (;;) {
    const { done, value } = await bundle.next()
    if (done === true) return { text: lines.join(''), ...value }
    lines.push(value)
  }
}

const salvaged = (store: Store) => written(exportBundle(store, { salvage: true }))

async function opened(file: string): Promise<Store> {
  const store = await openStore(file, { readonly: true, salvage: true })
  onTestFinished(() => store.close())
  return store
}

/** A file with a chain of fifty, a merge, an edit, a compression and records. */
async function aFile(): Promise<string> {
  const file = join(aFolder(), 'tract.db')
  await using store = await openStore(file)
  const h = history(store, 't')
  await h.commit(instruction('Rules'))
  const first = await h.commit(user('the first question'))
  await h.branch('side')
  await history(store, 't', { branch: 'side' }).commit(assistant('an attempt'))
  for (let i = 0; i < 50; i++) await h.commit(user(`question ${i} ${'x'.repeat(i * 20)}`))
  await h.merge('side')
  await h.commit(user('the first question, put better'), { editOf: first.commitHash })
  await h.recordCompile()
  await h.compress({ sources: [first.commitHash], summary: 'They asked.' })
  await h.recordCompile()
  await history(store, 'other').import({ from: 't', commits: [first.commitHash] })
  return file
}

function change(file: string, sql: string, ...values: unknown[]): void {
  const db = new Database(file)
  db.pragma('foreign_keys = OFF')
  db.prepare(sql).run(...values)
  db.close()
}

/** The rows that a bundle has, in no order. */
function rowsIn(text: string): ReadonlySet<string> {
  return new Set(text.split('\n').filter((line) => line.includes('"row":')))
}

const FILES = [
  { name: 'the package wrote', file: aFile },
  { name: 'the original system wrote', file: async () => aGoldenFile('v6.db') },
]

test.each(FILES)(
  'of a sound file that $name all is got out, and it is a bundle like another',
  async (from) => {
    const file = await from.file()
    if (file === null) return
    const store = await opened(file)
    const { text, rows, lost } = await salvaged(store)
    const whole = await written(exportBundle(store))
    expect(lost).toEqual([])
    expect(rowsIn(text)).toEqual(rowsIn(whole.text))
    expect(rows).toEqual(whole.rows)
    expect(whole.lost).toEqual([])
    const target = await aStore()
    const imported = await importBundle(target, [text])
    expect(imported).toMatchObject({ tracts: [], lost: [], gaps: [], present: 0 })
    expect(rowsIn((await written(exportBundle(target))).text)).toEqual(rowsIn(whole.text))
  },
)

test('a payload whose text does not fit is listed with its text, and fills its gap when it comes from elsewhere', async () => {
  const file = await aFile()
  const before = await written(exportBundle(await opened(file)))
  change(file, "UPDATE blobs SET payload_json = replace(payload_json, 'question 7 ', 'question 8 ')")
  const { text, rows, lost } = await salvaged(await opened(file))
  expect(lost).toMatchObject([
    {
      table: 'blobs',
      column: null,
      reason: 'hash',
      found: { payload_json: expect.stringContaining('question 8 ') },
    },
  ])
  const key = String(lost[0]?.key.content_hash)
  expect(rows.commits).toBe(before.rows.commits)
  expect(rows.blobs).toBe(Number(before.rows.blobs) - 1)
  const target = await aStore()
  await expect(importBundle(target, [text])).rejects.toBeInstanceOf(DamagedBundleError)
  expect(await target.commits.getTractIds()).toEqual([])
  const imported = await importBundle(target, [text], { allowGaps: true })
  expect(imported.lost).toEqual(lost)
  expect(imported.gaps).toEqual([{ table: 'blobs', key }])
  const { ok, findings } = await verify(target)
  expect(ok).toBe(false)
  expect(findings.map(({ kind }) => kind)).toEqual([
    'missing_payload',
    'record_incomplete',
    'record_incomplete',
  ])
  expect(findings[0]?.at).toBe(key)
  await importBundle(target, [before.text])
  expect((await verify(target)).findings).toEqual([])
  expect(rowsIn((await written(exportBundle(target))).text)).toEqual(rowsIn(before.text))
})

test('a commit whose fields do not fit is listed, and those that stand on it are there', async () => {
  const file = await aFile()
  const before = await written(exportBundle(await opened(file)))
  const db = new Database(file)
  const [hash] = db
    .prepare<[], string>(
      "SELECT commit_hash FROM commits WHERE tract_id = 't' ORDER BY created_at LIMIT 1 OFFSET 20",
    )
    .pluck()
    .all()
  db.close()
  change(file, "UPDATE commits SET content_type = 'dialogve' WHERE commit_hash = ?", hash)
  const { text, rows, lost } = await salvaged(await opened(file))
  expect(lost).toMatchObject([
    { table: 'commits', key: { commit_hash: hash }, reason: 'hash', found: { content_type: 'dialogve' } },
  ])
  expect(rows).toEqual({ ...before.rows, commits: Number(before.rows.commits) - 1 })
  const target = await aStore()
  const { gaps } = await importBundle(target, [text], { allowGaps: true })
  expect(gaps).toEqual([{ table: 'commits', key: hash }])
  const { findings } = await verify(target)
  const missing = findings.filter(({ kind }) => kind === 'missing_commit')
  expect([...new Set(missing.map(({ at }) => at))]).toEqual([hash])
  expect(findings.every(({ severity }) => severity !== 'corruption')).toBe(true)
  expect((await importBundle(target, [before.text])).gaps).toEqual([])
  expect((await verify(target)).findings).toEqual([])
})

test('a commit whose operation is spelt in other letters is listed: its hash names those of the format', async () => {
  const file = await aFile()
  change(file, "UPDATE commits SET operation = 'ApPEND' WHERE rowid = 5")
  const { text, lost } = await salvaged(await opened(file))
  expect(lost).toMatchObject([{ table: 'commits', reason: 'hash', found: { operation: 'ApPEND' } }])
  expect([...rowsIn(text)].filter((line) => line.includes('ApPEND'))).toEqual([])
})

test('columns whose names a damaged schema spells in other letters are those of the format', async () => {
  const file = await aFile()
  const sound = await salvaged(await opened(file))
  const db = new Database(file)
  db.unsafeMode(true)
  db.pragma('writable_schema = ON')
  db.exec("UPDATE sqlite_schema SET sql = replace(sql, 'created_at', 'created_aT') WHERE type = 'table'")
  db.close()
  const damaged = await salvaged(await opened(file))
  expect([rowsIn(damaged.text), damaged.lost]).toEqual([rowsIn(sound.text), sound.lost])
})

test('whatever page is gone, what is on the others is got out, and what the rest names is listed', async () => {
  const file = await aFile()
  const before = await written(exportBundle(await opened(file)))
  const total = (rows: Readonly<Record<string, number>>) => Object.values(rows).reduce((sum, n) => sum + n, 0)
  const db = new Database(file, { readonly: true })
  const pages = db
    .prepare<[], { page: number; cells: number; name: string; kind: string }>(
      'SELECT pageno AS page, ncell AS cells, name, pagetype AS kind FROM dbstat',
    )
    .all()
  db.close()
  const bytes = readFileSync(file)
  for (const { page, cells, name, kind } of pages) {
    if (name === 'sqlite_schema' || kind === 'internal' || page % 2 === 0) continue
    const damaged = Buffer.from(bytes)
    damaged.fill(0, (page - 1) * PAGE_SIZE, page * PAGE_SIZE)
    writeFileSync(file, damaged)
    await using store = await openStore(file, { readonly: true, salvage: true })
    const { text, rows, lost } = await salvaged(store)
    const isTable = Object.hasOwn(before.rows, name)
    const expected = !isTable ? 0 : kind === 'overflow' ? 1 : cells
    // A merge cannot be proven without its links.
    const unproven = name === 'commit_parents' ? Number(rows.commits) - Number(before.rows.commits) : 0
    expect(total(before.rows) - total(rows), `${kind} page ${page} of ${name}`).toBe(expected - unproven)
    expect(lost.length).toBeGreaterThanOrEqual(expected)
    for (const row of rowsIn(text)) expect(before.text).toContain(row)
    const target = await aStore()
    const { gaps } = await importBundle(target, [text], { allowGaps: true })
    const told = new Set(lost.map(({ key }) => Object.values(key)[0]))
    for (const { key } of gaps) expect(told).toContain(key)
    const { findings } = await verify(target)
    const missing = findings.filter(({ kind }) => kind === 'missing_commit' || kind === 'missing_payload')
    const keys = new Set(gaps.map(({ key }) => key))
    for (const { at } of missing) expect(keys).toContain(at)
  }
})

test('a value that can be missing is left out of its row alone', async () => {
  const file = await aFile()
  change(file, "UPDATE commits SET message = CAST('said' AS BLOB) WHERE content_type = 'instruction'")
  change(file, "UPDATE refs SET commit_hash = CAST('ab' AS BLOB) WHERE ref_name = 'refs/heads/side'")
  const { text, rows, lost } = await salvaged(await opened(file))
  expect(lost).toMatchObject([
    { table: 'commits', column: 'message', reason: 'unreadable', found: { message: 'said' } },
    { table: 'refs', key: { ref_name: 'refs/heads/side' }, column: null, found: { commit_hash: 'ab' } },
  ])
  const target = await aStore()
  expect((await importBundle(target, [text])).written).toEqual(rows)
  expect(await target.refs.listBranches('t')).not.toContain('side')
})

test('what a row had lost comes from an older bundle, before the salvage or after it, and no row twice', async () => {
  const file = await aFile()
  {
    await using store = await openStore(file)
    const [commitHash = ''] = await store.commits.getHashes('t')
    await store.annotations.save({ tractId: 't', targetHash: commitHash, priority: 'pinned', reason: 'why' })
    const pointer = { parentTractId: 't', parentCommitHash: commitHash, purpose: 'p', displayName: 'Child' }
    await store.spawnPointers.save({ ...pointer, childTractId: 'other', inheritanceMode: 'head_snapshot' })
  }
  change(file, `UPDATE commits SET metadata_json = '{"a": 1}' WHERE content_type = 'instruction'`)
  const before = await written(exportBundle(await opened(file)))
  const lose = (table: string, column: string) =>
    change(file, `UPDATE ${table} SET ${column} = CAST(${column} AS BLOB) WHERE ${column} IS NOT NULL`)
  lose('commits', 'metadata_json')
  lose('operation_events', 'params_json')
  lose('compile_records', 'params_json')
  lose('spawn_pointers', 'display_name')
  lose('annotations', 'reason')
  const { text, lost } = await salvaged(await opened(file))
  const columns = new Set(lost.map(({ table, column }) => `${table}.${column}`))
  expect(columns).toEqual(
    new Set([
      ...['commits.metadata_json', 'operation_events.params_json', 'compile_records.params_json'],
      ...['spawn_pointers.display_name', 'annotations.null'],
    ]),
  )
  const annotations = lost.filter(({ table }) => table === 'annotations').map(({ found }) => found)
  expect(annotations).toContainEqual(expect.objectContaining({ reason: 'why', priority: 'PINNED' }))
  const allowGaps = true
  for (const bundles of [
    [text, before.text],
    [before.text, text],
  ]) {
    const target = await aStore()
    for (const bundle of bundles) await importBundle(target, [bundle], { allowGaps })
    expect(rowsIn((await written(exportBundle(target))).text)).toEqual(rowsIn(before.text))
    const again = await importBundle(target, [before.text], { allowGaps })
    expect(again.written).toEqual({})
  }
  const strict = await aStore()
  await importBundle(strict, [text])
  await expect(importBundle(strict, [before.text])).rejects.toBeInstanceOf(BundleConflictError)
  const { written: filled } = await importBundle(strict, [before.text], { allowGaps })
  expect(filled).toMatchObject({ commits: 1, annotations: annotations.length, spawn_pointers: 1 })
  change(file, "UPDATE commits SET token_count = 999 WHERE content_type = 'instruction'")
  const other = await written(exportBundle(await opened(file), { salvage: true }))
  await expect(importBundle(strict, [other.text], { allowGaps })).rejects.toBeInstanceOf(BundleConflictError)
})

test('two rows with one key are one row and a loss', async () => {
  const file = await aFile()
  const db = new Database(file)
  db.unsafeMode(true)
  db.pragma('writable_schema = ON')
  db.exec(`UPDATE sqlite_master SET sql = replace(sql, 'PRIMARY KEY (event_id)', 'CHECK (1)') WHERE name = 'operation_events';
    DELETE FROM sqlite_master WHERE name = 'sqlite_autoindex_operation_events_1'`)
  db.close()
  change(
    file,
    "INSERT INTO operation_events SELECT event_id, 'x', event_type, null, created_at, 1, 2, null FROM operation_events LIMIT 1",
  )
  const { text, lost } = await salvaged(await opened(file))
  expect(lost).toMatchObject([{ table: 'operation_events', reason: 'duplicate', found: { tract_id: 'x' } }])
  await importBundle(await aStore(), [text])
})

test('a salvage is of a whole store, and gaps are for a whole transaction', async () => {
  const store = await aStore()
  const both = written(exportBundle(store, { tractId: 't', salvage: true }))
  await expect(both).rejects.toBeInstanceOf(InvalidInputError)
  const { text } = await salvaged(store)
  const inside = store.transaction((tx) => importBundle(tx, [text], { allowGaps: true }))
  await expect(inside).rejects.toBeInstanceOf(InsideTransactionError)
})

test('losses that were changed, left out or invented are found', async () => {
  const file = await aFile()
  change(file, "UPDATE blobs SET payload_json = replace(payload_json, 'question 7 ', 'question 8 ')")
  const { text } = await salvaged(await opened(file))
  const lines = text.split('\n')
  const at = lines.findIndex((line) => line.startsWith('{"lost"'))
  const target = await aStore()
  const imported = (changed: readonly string[]) =>
    importBundle(target, [changed.join('\n')], { allowGaps: true })
  await expect(imported(lines.toSpliced(at, 1))).rejects.toBeInstanceOf(DamagedBundleError)
  await expect(
    imported(lines.with(at, String(lines[at]).replace('question', 'answer'))),
  ).rejects.toBeInstanceOf(DamagedBundleError)
  for (const loss of ['1', '{}', '{"table":"secrets"}', '[]']) {
    await expect(imported(lines.with(at, `{"lost":${loss}}`))).rejects.toBeInstanceOf(ForeignBundleError)
  }
  expect(await target.commits.getTractIds()).toEqual([])
})

test.skipIf(WITHOUT_GOLDEN)('rows that named what was not there name it still', async () => {
  const file = aGoldenFile('v6.db') ?? ''
  change(file, 'DELETE FROM blobs WHERE content_hash = (SELECT content_hash FROM commits LIMIT 1)')
  const { text, lost } = await salvaged(await opened(file))
  expect(lost).toMatchObject([{ table: 'blobs', reason: 'missing' }])
  const target = await aStore()
  const { gaps } = await importBundle(target, [text], { allowGaps: true })
  expect(gaps.map(({ key }) => key)).toEqual([lost[0]?.key.content_hash])
})
