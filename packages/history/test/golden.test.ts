import { openStore } from '@tract/sqlite'
import { expect, test } from 'vitest'
import { contextOf, fateOf, history, originsOf, picture, savings, timeline } from '../src/index.js'
import { aGoldenFile, textsOf, WITHOUT_GOLDEN } from './support/fixture.js'

/** The tract that the original system wrote through its own API, with a merge, a rebase, an import and two compressions. */
const TRACT = '3f9d52f90e8b4c948f6f915fe21b37ca'
const FIRST_RECORD = '9fb9af5084764b8c94dd0ba5626467ba'

async function golden() {
  return await openStore(aGoldenFile('v6.db') ?? ':memory:')
}

// Set TRACT_GOLDEN_DIR to the folder of golden files to run these.
const goldenTest = test.skipIf(WITHOUT_GOLDEN)

goldenTest('a second summary of the original system comes from the messages behind the first', async () => {
  await using store = await golden()
  const { originals, events } = await originsOf(store, '331b05b8')
  expect(events.map(({ eventType }) => eventType)).toEqual(['import', 'compress', 'compress'])
  const hashes = originals.map(({ commitHash }) => commitHash.slice(0, 8))
  expect(hashes).toContain('2e3b0505')
  expect(hashes).toContain('7278721d')
  expect(hashes).not.toContain('a5ea7682')
  expect(originals).toHaveLength(16)
})

goldenTest('a rebased commit comes from the one at its place', async () => {
  await using store = await golden()
  const { originals } = await originsOf(store, '109c4a3b')
  expect(originals.map(({ commitHash }) => commitHash.slice(0, 8))).toEqual(['93fc55b3'])
})

goldenTest('a message of a spawned snapshot, and of a clone, comes from the parent', async () => {
  await using store = await golden()
  for (const child of ['c9745358', '2cf44b9f']) {
    const { originals, tree } = await originsOf(store, child)
    expect(originals.map(({ commitHash }) => commitHash.slice(0, 8))).toEqual(['32823bb8'])
    expect(tree.ways[0]?.spawn).not.toBeNull()
  }
  expect((await originsOf(store, '44254291')).tree.ways).toEqual([])
  const { descendants } = await fateOf(store, '32823bb8')
  expect(descendants.map(({ commitHash }) => commitHash.slice(0, 8)).sort()).toEqual(['2cf44b9f', 'c9745358'])
})

goldenTest('what was compressed twice is held by the second summary on main', async () => {
  await using store = await golden()
  const { standing, standsAs } = await fateOf(store, '2e3b0505', { at: 'main' })
  expect(standing).toBe('summarised')
  expect(standsAs.map(({ commitHash }) => commitHash.slice(0, 8))).toEqual(['331b05b8'])
})

goldenTest('a record of the original system is rebuilt, and said to be unproven', async () => {
  await using store = await golden()
  const { context, proof, missing } = await contextOf(store, FIRST_RECORD)
  expect(context && textsOf(context)).toEqual(['API tract', 'second summary', 'ask'])
  expect([proof, missing.map(({ what }) => what)]).toEqual(['unproven', ['entries']])
})

goldenTest('every record, tract and commit of the golden file has an answer', async () => {
  await using store = await golden()
  for (const tractId of await store.commits.getTractIds()) {
    await history(store, tractId).context()
    expect((await savings(store, tractId, { by: 'day' })).total.events).toBeGreaterThanOrEqual(0)
    expect((await timeline(store, tractId)).length).toBeGreaterThanOrEqual(
      (await store.compileRecords.getAll(tractId)).length,
    )
    expect(await picture(store, { tract: tractId })).toContain('flowchart')
    for (const { recordId } of await store.compileRecords.getAll(tractId)) {
      expect((await contextOf(store, recordId)).context).not.toBeNull()
    }
    for (const hash of await store.commits.getHashes(tractId)) {
      expect((await originsOf(store, hash)).originals.length).toBeGreaterThan(0)
      expect((await fateOf(store, hash)).commit.commitHash).toBe(hash)
    }
  }
})

goldenTest('the savings of the original system are those that its events note', async () => {
  await using store = await golden()
  const { total } = await savings(store, TRACT)
  expect(total).toMatchObject({ events: 2, before: 80, after: 21, saved: 59 })
})
