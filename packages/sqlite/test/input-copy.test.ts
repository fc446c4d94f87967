import { setImmediate as nextTurn } from 'node:timers/promises'
import type { StoredRow } from '@tract/repositories'
import { describe, expect } from 'vitest'
import type { SqliteStore } from '../src/index.js'
import { it } from './support/it.js'
import { aBlob, aCommit, anEvent, aRecord, hash, saveChain, TRACT } from './support/rows.js'

/** Calls while the gate is held, so that the turn comes later, and changes the arguments before it comes. */
async function changedBeforeTheTurn<Result>(
  store: SqliteStore,
  call: () => Promise<Result>,
  change: () => void,
): Promise<Result> {
  const holding = store.transaction(() => nextTurn())
  const result = call()
  change()
  await holding
  return result
}

// A call means what its arguments were when it was made.
describe('an argument that its caller changes right after the call', () => {
  for (const where of ['file', 'memory'] as const) {
    const target = where === 'memory' ? ':memory:' : undefined

    it(`has no effect on rows that are saved, ${where}`, async ({ open }) => {
      const store = await open(target)
      await saveChain(store, 3)
      const blob = { ...aBlob(7) }
      await changedBeforeTheTurn(
        store,
        () => store.blobs.saveIfAbsent(blob),
        () => Object.assign(blob, { payloadJson: 'changed', contentHash: 'changed' }),
      )
      expect(await store.blobs.get(hash(7))).toMatchObject({ payloadJson: aBlob(7).payloadJson })

      const metadata = { list: ['kept'] }
      const createdAt = new Date('2026-01-01T00:00:00Z')
      await changedBeforeTheTurn(
        store,
        () => store.commits.save(aCommit(7, { metadataJson: metadata, createdAt })),
        () => {
          metadata.list.push('changed')
          createdAt.setFullYear(1999)
        },
      )
      expect(await store.commits.get(hash(7))).toMatchObject({
        metadataJson: { list: ['kept'] },
        createdAt: '2026-01-01T00:00:00.000000Z',
      })

      const event = { ...anEvent(1), sources: [hash(1)], results: [hash(3)] }
      await changedBeforeTheTurn(
        store,
        () => store.operationEvents.saveEventWithCommits(event),
        () => {
          event.sources[0] = hash(2)
          event.results.length = 0
        },
      )
      const links = await store.operationEvents.getCommits('event-1')
      expect(links.map((link) => link.commitHash)).toEqual([hash(1), hash(3)])

      const { commitCount: _counted, ...record } = aRecord(1)
      const effectives = [hash(1), hash(2)]
      await changedBeforeTheTurn(
        store,
        () => store.compileRecords.saveRecordWithEffectives({ ...record, effectives }),
        () => effectives.reverse(),
      )
      const effective = await store.compileRecords.getEffectives('record-1')
      expect(effective.map((link) => link.commitHash)).toEqual([hash(1), hash(2)])

      const ref = { tract_id: TRACT, ref_name: 'refs/kept', commit_hash: hash(1) }
      const stored = [ref]
      await changedBeforeTheTurn(
        store,
        () => store.storedRows.insert('refs', stored),
        () => {
          ref.ref_name = 'refs/changed'
          stored.pop()
        },
      )
      expect(await store.refs.getRef(TRACT, 'refs/kept')).toBe(hash(1))

      const parents = [hash(1), hash(2)]
      await changedBeforeTheTurn(
        store,
        () => store.commitParents.addParents(hash(3), parents),
        () => parents.pop(),
      )
      expect((await store.commitParents.getParents(hash(3))).length).toBe(2)
    })

    it(`has no effect on what is read, ${where}`, async ({ open }) => {
      const store = await open(target)
      await saveChain(store, 3)
      await store.commits.save(aCommit(4, { contentHash: hash(1), generationConfigJson: { model: 'kept' } }))
      await store.annotations.save({ tractId: TRACT, targetHash: hash(1), priority: 'pinned' })
      for (const read of [
        (hashes: string[]) => store.commits.getMany(hashes),
        (hashes: string[]) => store.blobs.getMany(hashes),
        (hashes: string[]) => store.annotations.batchGetLatest(hashes),
        (hashes: string[]) => store.storedRows.read('commits', 'commit_hash', hashes).then(byHash),
      ]) {
        const hashes = [hash(1)]
        const found = await changedBeforeTheTurn<ReadonlyMap<unknown, object>>(
          store,
          () => read(hashes),
          () => hashes.splice(0, 1, hash(2), hash(3)),
        )
        expect([...found.keys()]).toEqual([hash(1)])
      }

      const condition = { field: 'model', operator: '=' as const, value: 'kept' }
      const conditions = [condition]
      const configured = await changedBeforeTheTurn(
        store,
        () => store.commits.getByConfig(TRACT, conditions),
        () => {
          condition.value = 'changed'
          conditions.length = 0
        },
      )
      expect(configured.map((commit) => commit.commitHash)).toEqual([hash(4)])

      const names = ['kept']
      const within = await changedBeforeTheTurn(
        store,
        () => store.commits.getByConfig(TRACT, [{ field: 'model', operator: 'in', value: names }]),
        () => names.pop(),
      )
      expect(within.length).toBe(1)
    })
  }
})

function byHash(rows: readonly StoredRow[]): ReadonlyMap<unknown, object> {
  return new Map(rows.map((row) => [row.commit_hash, row]))
}

describe('a row that was returned', () => {
  it('may be changed: the store keeps no hold of it', async ({ store }) => {
    await saveChain(store, 1)
    const saved = await store.operationEvents.saveEvent(anEvent(1, { paramsJson: { a: [1] } }))
    const params = saved.paramsJson as { a: number[] }
    params.a.push(2)
    expect(await store.operationEvents.getEvent('event-1')).toMatchObject({ paramsJson: { a: [1] } })
  })

  it('is what a later read gives', async ({ store }) => {
    await saveChain(store, 2)
    const { operationEvents, annotations, spawnPointers, policies, compileRecords } = store
    const event = await operationEvents.saveEvent(
      anEvent(1, { paramsJson: { big: 2n ** 60n, b: 1, a: 1.5 } }),
    )
    expect(await operationEvents.getEvent('event-1')).toEqual(event)
    const record = await compileRecords.saveRecord(aRecord(1))
    expect(await compileRecords.getRecord('record-1')).toEqual(record)
    const annotation = await annotations.save({ tractId: TRACT, targetHash: hash(1), priority: 'skip' })
    expect(await annotations.getLatest(hash(1))).toEqual(annotation)
    const pointer = await spawnPointers.save({
      parentTractId: TRACT,
      childTractId: 'child',
      purpose: 'a purpose',
      inheritanceMode: 'full_clone',
    })
    expect(await spawnPointers.get(pointer.id)).toEqual(pointer)
    const proposal = await policies.saveProposal({
      proposalId: 'proposal',
      tractId: TRACT,
      policyName: 'a policy',
      actionType: 'compress',
    })
    expect(await policies.getProposal('proposal')).toEqual(proposal)
    const entry = await policies.saveLogEntry({
      tractId: TRACT,
      policyName: 'a policy',
      trigger: 'compile',
      outcome: 'executed',
    })
    expect(await policies.getLog(TRACT)).toEqual([entry])
    const blob = await store.blobs.saveIfAbsent(aBlob(9))
    expect(await store.blobs.get(hash(9))).toEqual(blob)
    const commit = await store.commits.save(aCommit(9, { metadataJson: { a: null } }))
    expect(await store.commits.get(hash(9))).toEqual(commit)
  })
})

describe('a commit with its blob', () => {
  it('is refused where its content is another than the blob, whatever a getter says the second time', async ({
    store,
  }) => {
    await store.blobs.saveIfAbsent(aBlob(3))
    const commit = { ...aCommit(1), blob: aBlob(1) }
    let reads = 0
    const changing = Object.defineProperty({ ...commit }, 'contentHash', {
      enumerable: true,
      get: () => (reads++ === 0 ? undefined : hash(3)),
    })
    const outcome = await store.commits.saveWithBlob(changing).catch((error: unknown) => error)
    const stored = await store.commits.get(commit.commitHash)
    expect(stored ?? outcome).toMatchObject(
      stored === null ? { code: 'invalid_input' } : { contentHash: hash(1) },
    )
  })

  it.for([undefined, null, 7, []])('says that %j is no blob, and no commit', async (nothing, { store }) => {
    const noBlob = store.commits.saveWithBlob({ ...aCommit(1), blob: nothing as never })
    await expect(noBlob).rejects.toMatchObject({
      code: 'invalid_input',
      field: 'blob',
      expected: 'an object',
    })
    const noCommit = store.commits.saveWithBlob(nothing as never)
    await expect(noCommit).rejects.toMatchObject({ field: 'commit', expected: 'an object' })
  })
})
