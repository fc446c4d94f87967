import { describe, expect } from 'vitest'
import { it } from './support/it.js'
import { aBlob, aCommit, anEvent, aRecord, hash, saveChain, TRACT } from './support/rows.js'

/** More than the 32,766 variables that one statement of SQLite takes. */
const MANY = 40_000

/** A chain of as many commits with their blobs, as `saveChain` makes it. */
const CHAIN = `
  WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ${MANY})
  INSERT INTO blobs SELECT printf('%064x', n), '{}', 2, 0, '2026-02-10 19:05:34.000001' FROM numbers;
  INSERT INTO commits
  SELECT content_hash, '${TRACT}', lag(content_hash) OVER (ORDER BY rowid), content_hash, 'dialogue', 'APPEND',
    NULL, NULL, 0, NULL, NULL, created_at
  FROM blobs ORDER BY rowid`

describe('a long list in one call', () => {
  // TypeORM's In() and its insert make a variable of every id.
  it('of 40,000 hashes finds 40,000 commits and their blobs, in the order of the question', async ({
    store,
    plain,
  }) => {
    plain().exec(CHAIN)
    const chain = Array.from({ length: MANY }, (_, index) => hash(index + 1))
    const wanted = chain.toReversed()
    expect([...(await store.commits.getMany(wanted)).keys()]).toEqual(wanted)
    expect([...(await store.blobs.getMany(wanted)).keys()]).toEqual(wanted)
    expect((await store.commits.getAncestors(wanted[0] ?? '')).length).toBe(MANY)
    expect(await store.annotations.batchGetLatest(wanted)).toEqual(new Map())

    const event = { ...anEvent(1), sources: chain, results: wanted }
    await store.operationEvents.saveEventWithCommits(event)
    const links = await store.operationEvents.getCommits('event-1', 'result')
    expect(links.map((link) => link.commitHash)).toEqual(wanted)
    expect((await store.operationEvents.getAllSourceHashes(TRACT)).size).toBe(MANY)

    const { commitCount: _counted, ...record } = aRecord(1)
    await store.compileRecords.saveRecordWithEffectives({ ...record, effectives: chain })
    expect((await store.compileRecords.getEffectives('record-1')).length).toBe(MANY)
  })

  // TypeORM's save() fails outright at 999 rows with a composite key.
  it('of 1,500 parents is linked in one step', async ({ store }) => {
    const parents = await store.transaction((tx) => saveChain(tx, 1500))
    await store.blobs.saveIfAbsent(aBlob(9999))
    await store.commits.save(aCommit(9999, { parentHash: parents[0] ?? null }))
    await store.commitParents.addParents(hash(9999), parents)
    const links = await store.commitParents.getParents(hash(9999))
    expect(links.map((link) => link.parentHash)).toEqual(parents)
    expect(links.map((link) => link.position)).toEqual(parents.map((_parent, index) => index))
  })

  it('with repetitions and unknown ones gives every row that exists once', async ({ store }) => {
    await store.transaction((tx) => saveChain(tx, 3))
    const wanted = [hash(3), hash(7), hash(1), hash(3), hash(1)]
    expect([...(await store.commits.getMany(wanted)).keys()]).toEqual([hash(3), hash(1)])
  })
})

describe('a large value', () => {
  it('of 20 MB is stored and read back to the byte', async ({ store }) => {
    const payloadJson = JSON.stringify({ text: '中😀'.repeat(2_900_000) })
    const byteSize = Buffer.byteLength(payloadJson)
    await store.blobs.saveIfAbsent(aBlob(1, { payloadJson, byteSize }))
    const blob = await store.blobs.get(hash(1))
    expect(blob?.payloadJson === payloadJson).toBe(true)
    expect(blob?.byteSize).toBeGreaterThan(20_000_000)
  })
})
