import { describe, expect } from 'vitest'
import { it } from './support/it.js'
import { hash, saveChain, TRACT } from './support/rows.js'

const LENGTH = 350

// Only damaged data holds a cycle: a commit's hash covers its parent.
describe('an iteration over a chain that comes round', () => {
  for (const [what, last, target] of [
    ['soon', 20, 1],
    ['to its start', LENGTH, LENGTH],
    ['to its middle', 1, 180],
    ['to itself', 1, 1],
  ] as const) {
    it(`${what} gives every commit once`, async ({ store, plain }) => {
      await store.transaction((tx) => saveChain(tx, LENGTH))
      plain()
        .prepare('UPDATE commits SET parent_hash = ? WHERE commit_hash = ?')
        .run(hash(target), hash(last))
      const seen: string[] = []
      for await (const { commitHash } of store.commits.iterateAncestors(hash(LENGTH))) seen.push(commitHash)
      const chain = await store.commits.getAncestors(hash(LENGTH))
      expect(seen).toEqual(chain.map(({ commitHash }) => commitHash))
    })
  }
})

describe('an iteration', () => {
  it('gives thousands of hashes of one time in the order in which they were stored', async ({
    store,
    plain,
  }) => {
    await store.transaction((tx) => saveChain(tx, 2500))
    plain().exec("UPDATE commits SET created_at = '2026-01-01 00:00:00.000000' WHERE rowid > 300")
    const hashes: string[] = []
    for await (const commitHash of store.commits.iterateHashes(TRACT)) hashes.push(commitHash)
    expect(hashes).toHaveLength(2500)
    expect(hashes).toEqual(await store.commits.getHashes(TRACT))
  })

  it('ends where a damaged time is no text that one could ask for', async ({ store, plain }) => {
    await store.transaction((tx) => saveChain(tx, 1500))
    plain().exec(`UPDATE commits SET created_at = CAST(x'f8' AS TEXT) WHERE rowid IN (999, 1000, 1001, 1500)`)
    const hashes: string[] = []
    for await (const commitHash of store.commits.iterateHashes(TRACT)) hashes.push(commitHash)
    expect(hashes).toEqual(await store.commits.getHashes(TRACT))
  })

  it('takes a chain whose commits were stored before their parents, and ends where it comes round', async ({
    store,
    plain,
  }) => {
    await store.transaction((tx) => saveChain(tx, LENGTH))
    plain().exec('UPDATE commits SET rowid = 1000000 - 40 * rowid WHERE rowid <= 300')
    plain().prepare('UPDATE commits SET parent_hash = ? WHERE commit_hash = ?').run(hash(150), hash(1))
    const seen: string[] = []
    for await (const { commitHash } of store.commits.iterateAncestors(hash(LENGTH))) seen.push(commitHash)
    expect(seen).toEqual(Array.from({ length: LENGTH }, (_, place) => hash(LENGTH - place)))
  })

  it('takes row ids of any size, and times of any kind', async ({ store, plain }) => {
    await store.transaction((tx) => saveChain(tx, LENGTH))
    plain().exec(`
      UPDATE commits SET rowid = 9223372036854775807 - rowid WHERE rowid <= 200;
      UPDATE commits SET rowid = -rowid WHERE rowid BETWEEN 201 AND 210`)
    const seen: string[] = []
    for await (const { commitHash } of store.commits.iterateAncestors(hash(LENGTH))) seen.push(commitHash)
    expect(seen).toEqual(Array.from({ length: LENGTH }, (_, place) => hash(LENGTH - place)))
    plain().exec('UPDATE commits SET created_at = rowid % 3 WHERE rowid > 9223372036854775600')
    const hashes: string[] = []
    for await (const commitHash of store.commits.iterateHashes(TRACT)) hashes.push(commitHash)
    expect(hashes).toEqual(await store.commits.getHashes(TRACT))
  })
})
