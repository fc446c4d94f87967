import { join } from 'node:path'
import { type Store, TractError } from '@tract/repositories'
import { openStore } from '@tract/sqlite'
import Database from 'better-sqlite3'
import { expect, test } from 'vitest'
import {
  BundleConflictError,
  contextOf,
  DamagedBundleError,
  exportBundle,
  ForeignBundleError,
  history,
  importBundle,
  originsOf,
  verify,
} from '../src/index.js'
import { aFolder, aGoldenFile, aStore, instruction, user, WITHOUT_GOLDEN } from './support/fixture.js'

async function textOf(store: Store, tractId?: string): Promise<string> {
  const lines: string[] = []
  for await (const line of exportBundle(store, tractId === undefined ? {} : { tractId })) lines.push(line)
  return lines.join('')
}

async function twoTracts() {
  const store = await aStore()
  const h = history(store, 't')
  await h.commit(instruction('Rules'))
  const [a, b] = [await h.commit(user('a 😀')), await h.commit(user('b'))]
  await h.annotate(b.commitHash, 'pinned', 'why')
  const { summary } = await h.compress({ sources: [a.commitHash], summary: 'S' })
  const record = await h.recordCompile({ params: { temperature: 1.0 } })
  const other = history(store, 'other')
  const { copies } = await other.import({ from: 't', commits: [summary.commitHash] })
  const imported = copies.get(summary.commitHash)?.commitHash ?? ''
  return { store, h, a, summary, record, imported }
}

test('a store that was imported answers as the one that was exported, and exports the same text', async () => {
  const { store, record, imported, a } = await twoTracts()
  const text = await textOf(store)
  const target = await aStore()
  const { tracts, present } = await importBundle(target, [text])
  expect(tracts).toEqual(['other', 't'])
  expect(present).toBe(0)
  expect(await textOf(target)).toBe(text)
  expect((await verify(target)).findings).toEqual([])
  expect((await contextOf(target, record.recordId)).proof).toBe('proven')
  const { originals } = await originsOf(target, imported)
  expect(originals.map(({ commitHash }) => commitHash)).toEqual([a.commitHash])
})

test('a tract brings along where its messages come from, and nothing else', async () => {
  const { store, imported, a } = await twoTracts()
  await history(store, 'third').commit(user('unrelated'))
  const target = await aStore()
  await importBundle(target, [await textOf(store, 'other')])
  const { originals, events } = await originsOf(target, imported)
  expect(originals.map(({ commitHash }) => commitHash)).toEqual([a.commitHash])
  expect(events.map(({ eventType }) => eventType)).toEqual(['compress', 'import'])
  expect(await target.refs.getHead('t')).toBeNull()
  expect(await target.commits.getAll('third')).toEqual([])
  expect((await verify(target)).ok).toBe(true)
})

test('a second import changes nothing', async () => {
  const { store } = await twoTracts()
  const text = await textOf(store)
  const target = await aStore()
  const first = await importBundle(target, [text])
  const second = await importBundle(target, [text])
  expect(second.written).toEqual({})
  expect(second.present).toBe(Object.values(first.written).reduce((sum, count) => sum + count, 0))
  expect(await textOf(target)).toBe(text)
})

test('a bundle may come in parts of any size', async () => {
  const { store } = await twoTracts()
  const text = await textOf(store)
  const bytes = Buffer.from(text)
  const parts = Array.from({ length: Math.ceil(bytes.length / 7) }, (_, i) =>
    bytes.subarray(i * 7, i * 7 + 7),
  )
  const target = await aStore()
  await importBundle(target, parts)
  expect(await textOf(target)).toBe(text)
})

test('a bundle that was cut or changed anywhere is refused, and nothing is written', async () => {
  const { store } = await twoTracts()
  const text = await textOf(store)
  const lines = text.split('\n').slice(0, -1)
  const without = (index: number) => `${lines.toSpliced(index, 1).join('\n')}\n`
  const changed = (from: string | RegExp, to: string) => {
    expect(text.replace(from, to)).not.toBe(text)
    return text.replace(from, to)
  }
  for (const damaged of [
    without(lines.length - 1),
    without(3),
    text.slice(0, text.length / 2),
    `${text}{}\n`,
    changed('Rules', 'rules'),
    changed('"message":"Compressed', '"message":"compressed'),
    changed('"original_tokens":', '"original_tokens":1'),
  ]) {
    const target = await aStore()
    await expect(importBundle(target, [damaged])).rejects.toThrow(DamagedBundleError)
    expect(await textOf(target)).toBe(await textOf(await aStore()))
  }
})

test('what is no bundle, or one of another version, is refused by its first lines', async () => {
  const target = await aStore()
  const { store } = await twoTracts()
  const text = await textOf(store)
  for (const foreign of [
    '',
    'SQLite format 3',
    '{"messages":[]}\n',
    text.replace('"version":1', '"version":2'),
    text.replace('"schema_version":6', '"schema_version":7'),
    text.replace('"table":"blobs"', '"table":"secrets"'),
    text.replace('"byte_size"', '"size"'),
  ]) {
    await expect(importBundle(target, [foreign])).rejects.toThrow(ForeignBundleError)
  }
  expect(await target.commits.getTractIds()).toEqual([])
})

test('another row under the same key is a conflict that names it; refs may be kept', async () => {
  const { store, h } = await twoTracts()
  const target = await aStore()
  await importBundle(target, [await textOf(store)])
  await h.commit(user('later'))
  const later = await textOf(store)
  const before = await textOf(target)
  const refused = importBundle(target, [later])
  await expect(refused).rejects.toThrow(BundleConflictError)
  await expect(refused).rejects.toMatchObject({ table: 'refs', columns: ['commit_hash'] })
  expect(await textOf(target)).toBe(before)
  const { written } = await importBundle(target, [later], { keepRefs: true })
  expect(written).toEqual({ blobs: 1, commits: 1 })
})

test.skipIf(WITHOUT_GOLDEN)('the golden file travels with every stored value as it is', async () => {
  const file = aGoldenFile('v6.db') ?? ''
  const copy = join(aFolder(), 'copy.db')
  {
    await using store = await openStore(file)
    await using target = await openStore(copy)
    await importBundle(target, exportBundle(store))
    expect(await textOf(target)).toBe(await textOf(store))
  }
  const rowsOf = (path: string, table: string) => {
    const db = new Database(path, { readonly: true })
    const rows = db.prepare<[], Record<string, unknown>>(`SELECT * FROM ${table}`).all()
    db.close()
    return rows.map((row) => JSON.stringify({ ...row, id: null })).sort()
  }
  for (const table of [
    'commits',
    'commit_parents',
    'refs',
    'annotations',
    'operation_events',
    'operation_commits',
  ])
    expect(rowsOf(copy, table), table).toEqual(rowsOf(file, table))
  for (const table of [
    'compile_records',
    'compile_effectives',
    'spawn_pointers',
    'policy_proposals',
    'policy_log',
    'blobs',
  ])
    expect(rowsOf(copy, table), table).toEqual(rowsOf(file, table))
})

test('a tract of another origin brings along the whole chain behind it', async () => {
  const store = await aStore()
  const parent = history(store, 'parent')
  for (let i = 0; i < 20; i++) await parent.commit(user(`${i}`))
  const [last] = (await store.commits.getHashes('parent')).slice(-1)
  await history(store, 'child').import({ from: 'parent', commits: [last ?? ''] })
  const target = await aStore()
  await importBundle(target, exportBundle(store, { tractId: 'child' }))
  expect(await target.commits.getHashes('parent')).toHaveLength(20)
  expect((await verify(target)).ok).toBe(true)
})

test('a tract brings along the edits that gave its sources elsewhere their text', async () => {
  const store = await aStore()
  const two = history(store, 'two')
  const a = await two.commit(user('a'))
  const edit = await two.commit(user('a, put in many more words'), { editOf: a.commitHash })
  const { summary } = await two.compress({ sources: [a.commitHash], summary: 'S' })
  await history(store, 'one').import({ from: 'two', commits: [summary.commitHash] })
  const target = await aStore()
  await importBundle(target, exportBundle(store, { tractId: 'one' }))
  expect(await target.commits.get(edit.commitHash)).toEqual(edit)
  expect((await verify(target)).findings).toEqual(
    (await verify(store)).findings.filter(({ tractId }) => tractId === 'one'),
  )
})

test('a misspelt tract is told, for a bundle of nothing is no backup', async () => {
  const store = await aStore()
  await history(store, 'chat').commit(user('a'))
  await expect(textOf(store, 'caht')).rejects.toMatchObject({ code: 'unknown_tract', tractId: 'caht' })
})

test('text that reads as nothing is not nothing', async () => {
  const [store, target] = [await aStore(), await aStore()]
  await history(store, 't').commit(user('a'), { message: 'null' })
  const [commit] = await store.commits.getAll('t')
  await importBundle(target, exportBundle(store))
  const other = await aStore()
  if (commit === undefined) throw new Error('one commit')
  const { payloadJson = '', ...blob } = (await store.blobs.get(commit.contentHash)) ?? {}
  expect(blob).not.toEqual({})
  await other.blobs.saveIfAbsent({ contentHash: commit.contentHash, payloadJson, byteSize: 1, tokenCount: 1 })
  const { commitHash, contentHash, contentType, createdAt, tokenCount } = commit
  const fields = { commitHash, tractId: 't', contentHash, contentType, createdAt, tokenCount }
  await other.commits.save({ ...fields, operation: 'append', message: null })
  await expect(importBundle(other, exportBundle(store))).rejects.toMatchObject({ columns: ['message'] })
})

test('an import that is broken off leaves nothing, and ends what it reads from', async () => {
  const { store } = await twoTracts()
  const lines = (await textOf(store)).split('\n').map((line) => `${line}\n`)
  let ended = false
  async function* broken() {
    try {
      yield* lines.slice(0, 8)
      throw new Error('connection lost')
    } finally {
      ended = true
    }
  }
  const target = await aStore()
  await expect(importBundle(target, broken())).rejects.toThrow('connection lost')
  expect([ended, await target.commits.getTractIds()]).toEqual([true, []])
  ended = false
  async function* changed() {
    try {
      yield* lines.toSpliced(3, 1, (lines[3] ?? '').replace('"row"', '"line"'))
    } finally {
      ended = true
    }
  }
  await expect(importBundle(target, changed())).rejects.toThrow()
  expect([ended, await target.commits.getTractIds()]).toEqual([true, []])
})

test('lines that are doubled, exchanged or taken from another bundle are refused, and so is a second header', async () => {
  const { store } = await twoTracts()
  const lines = (await textOf(store)).trimEnd().split('\n')
  const other = await aStore()
  await history(other, 't').commit(user('foreign'))
  const foreign = (await textOf(other)).trimEnd().split('\n')
  const [first = '', second = '', third = ''] = lines
  const bundles = [
    lines.toSpliced(4, 0, lines[3] ?? ''),
    [first, third, second, ...lines.slice(3)],
    lines.toSpliced(3, 0, foreign[1] ?? ''),
    lines.toSpliced(3, 0, first),
    [...lines, ...lines],
    [...foreign.slice(0, -1), ...lines.slice(-1)],
  ]
  const target = await aStore()
  for (const bundle of bundles) {
    const refused = importBundle(target, [`${bundle.join('\n')}\n`])
    await expect(refused).rejects.toBeInstanceOf(TractError)
    expect(await target.commits.getTractIds()).toEqual([])
  }
})

test('a store that holds a part of a bundle is given the rest', async () => {
  const { store } = await twoTracts()
  const target = await aStore()
  await importBundle(target, exportBundle(store, { tractId: 't' }))
  const { present, written } = await importBundle(target, exportBundle(store))
  expect(present).toBeGreaterThan(0)
  expect(written.refs).toBe(2)
  expect(new Set((await textOf(target)).split('\n').slice(1, -2))).toEqual(
    new Set((await textOf(store)).split('\n').slice(1, -2)),
  )
})
