import { readFileSync, writeFileSync } from 'node:fs'
import { DamagedDataError } from '@tract/repositories'
import { describe, expect } from 'vitest'
import { it } from './support/it.js'
import { aCommit, anEvent, hash, saveChain, TRACT } from './support/rows.js'

const LENGTH = 350
/** A tract of whose events fifty go to a page of their index: twenty pages are a stretch. */
const EVENTFUL = 'x'.repeat(64)

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

  it('goes on from where it was, though another commit has the row id of the last one by now', async ({
    store,
    plain,
  }) => {
    await store.transaction((tx) => saveChain(tx, 2500))
    plain().exec(`UPDATE commits SET parent_hash = NULL;
      UPDATE commits SET created_at = '2024-01-01 00:00:00.000000' WHERE rowid > 1500`)
    const hashes: string[] = []
    for await (const commitHash of store.commits.iterateHashes(TRACT)) {
      hashes.push(commitHash)
      if (commitHash !== hash(2500)) continue
      await store.commits.delete(commitHash)
      await store.commits.save(aCommit(1, { commitHash: 'another', createdAt: new Date() }))
    }
    expect(hashes).toHaveLength(2501)
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

// Each iteration asks for what stands behind the last row of a stretch, and pages in wrong places can lead back.
describe('an iteration over a file whose pages stand in the place of others', () => {
  it('gives what it finds or says that it is damaged, and ends', async ({ open, plain, location }) => {
    const count = 3000
    const store = await open()
    await store.transaction(async (tx) => {
      await saveChain(tx, count)
      for (let number = 1; number <= count; number++) {
        await tx.operationEvents.saveEventWithCommits({
          ...anEvent(number, { tractId: EVENTFUL }),
          sources: [hash(number)],
          results: [],
        })
      }
    })
    await store.close()
    const handle = plain()
    handle.exec(
      `UPDATE commits SET created_at = '2026-01-01 00:00:' || substr('0' || rowid % 60, -2) || '.000000'`,
    )
    const pages = handle
      .prepare<[], { page: number; name: string }>(`
        SELECT pageno AS page, name FROM dbstat WHERE pagetype = 'leaf' AND name IN ('ix_commits_tract_time',
          'ix_operation_events_tract_id', 'commits', 'operation_events') ORDER BY name, path`)
      .all()
    handle.close()
    const whole = readFileSync(location)
    let said = 0
    for (const { page, name } of pages.filter((_, place) => place % 3 === 0)) {
      const ofOne = pages.filter((other) => other.name === name)
      const place = ofOne.findIndex((other) => other.page === page)
      // As far before as a stretch of a thousand events is long: the end of each would lead back to its start.
      const other = ofOne.at(place - 20)
      const bytes = Buffer.from(whole)
      whole.copy(bytes, (page - 1) * 4096, ((other?.page ?? page) - 1) * 4096, (other?.page ?? page) * 4096)
      const copy = `${location}-copy`
      writeFileSync(copy, bytes)
      const damaged = await open(copy, { readonly: true })
      for (const iteration of [
        damaged.commits.iterateHashes(TRACT),
        damaged.commits.iterateAncestors(hash(count)),
        damaged.operationEvents.iterateSourceHashes(EVENTFUL),
      ]) {
        let given = 0
        try {
          for await (const _ of iteration) if (++given > 4 * count) break
        } catch (error) {
          expect(error).toBeInstanceOf(DamagedDataError)
          said++
        }
        expect(given, `page ${other?.page} in the place of ${page} of ${name}`).toBeLessThanOrEqual(2 * count)
      }
      await damaged.close()
    }
    expect(said).toBeGreaterThan(0)
  })
})
