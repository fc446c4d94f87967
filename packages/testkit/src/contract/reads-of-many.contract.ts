import { describe, expect } from 'vitest'
import { aBlob } from '../builders/blob.js'
import { aCompileRecord } from '../builders/compile-record.js'
import { anOperationEvent } from '../builders/operation-event.js'
import { A_TRACT } from '../builders/seeded.js'
import { aSpawnPointer } from '../builders/spawn-pointer.js'
import type { ContractTest } from './fixture.js'
import { SAME_TIME, saveCommit, saveTied } from './seeds.js'

/** Reads that answer for many keys, or a whole tract, at once. */
export function readsOfManyContract(test: ContractTest): void {
  describe('reads of many', () => {
    test('the parents of merges come by commit, in the order of the question', async ({ store }) => {
      await saveTied(store, ['a', 'b', 'one', 'two'])
      await store.commitParents.addParents('one', ['b', 'a'])
      await store.commitParents.addParents('two', ['a'])
      const found = await store.commitParents.getMany(['two', 'a', 'unknown', 'one', 'two'])
      expect([...found]).toEqual([
        ['two', await store.commitParents.getParents('two')],
        ['one', await store.commitParents.getParents('one')],
      ])
      expect(await store.commitParents.getMany([])).toEqual(new Map())
    })

    test('the refs of a tract come by the code points of their names', async ({ store }) => {
      await saveTied(store, ['a'])
      await store.refs.setRef(A_TRACT, 'refs/😀', 'a')
      await store.refs.setRef(A_TRACT, 'refs/～', 'a')
      await store.refs.attachHead(A_TRACT, 'main')
      await store.refs.setRef('another', 'refs/x', 'a')
      const symbolicTarget = null
      expect(await store.refs.getAll(A_TRACT)).toEqual([
        { tractId: A_TRACT, refName: 'HEAD', commitHash: null, symbolicTarget: 'refs/heads/main' },
        { tractId: A_TRACT, refName: 'refs/～', commitHash: 'a', symbolicTarget },
        { tractId: A_TRACT, refName: 'refs/😀', commitHash: 'a', symbolicTarget },
      ])
      expect(await store.refs.getAll('a tract without refs')).toEqual([])
    })

    test('events come by id, those of a tract oldest first, and links by event', async ({ store }) => {
      await saveTied(store, ['a', 'b'])
      const { operationEvents } = store
      const late = await operationEvents.saveEvent(anOperationEvent({ eventId: 'late' }, 3))
      const unit = { ...anOperationEvent({ eventId: 'early' }, 1), sources: ['b', 'a'], results: ['a'] }
      const early = await operationEvents.saveEventWithCommits(unit)
      await operationEvents.saveEvent(anOperationEvent({ eventId: 'x', tractId: 'another' }))
      expect(await operationEvents.getAll(A_TRACT)).toEqual([early, late])
      const found = await operationEvents.getMany(['late', 'unknown', 'early', 'late'])
      expect([...found]).toEqual([
        ['late', late],
        ['early', early],
      ])
      const links = await operationEvents.batchGetCommits(['late', 'early', 'early', 'unknown'])
      expect([...links]).toEqual([['early', await operationEvents.getCommits('early')]])
    })

    test('records come by id, and links by record', async ({ store }) => {
      await saveTied(store, ['a', 'b'])
      const { compileRecords } = store
      const unit = { ...aCompileRecord({ recordId: 'full', commitCount: 2 }), effectives: ['b', 'a'] }
      const full = await compileRecords.saveRecordWithEffectives(unit)
      const empty = await compileRecords.saveRecord(aCompileRecord({ recordId: 'empty' }))
      const found = await compileRecords.getMany(['full', 'unknown', 'empty', 'full'])
      expect([...found]).toEqual([
        ['full', full],
        ['empty', empty],
      ])
      const links = await compileRecords.batchGetEffectives(['empty', 'full', 'full'])
      expect([...links]).toEqual([['full', await compileRecords.getEffectives('full')]])
    })

    test('the links that name commits come by the time and id of the record, then by position', async ({
      store,
    }) => {
      await saveTied(store, ['a', 'b', 'c'])
      const save = (recordId: string, effectives: readonly string[], createdAt = SAME_TIME) => {
        const record = aCompileRecord({ recordId, createdAt, commitCount: effectives.length })
        return store.compileRecords.saveRecordWithEffectives({ ...record, effectives })
      }
      await save('z', ['b', 'c', 'a'])
      await save('y', ['a'])
      await save('x', ['a'], aCompileRecord({}, 900).createdAt)
      await save('none', ['c'])
      const links = await store.compileRecords.getEffectivesNaming(['a', 'b', 'a'])
      expect(links.map(({ recordId, commitHash }) => `${recordId} ${commitHash}`)).toEqual([
        ...['y a', 'z b', 'z a', 'x a'],
      ])
      expect(await store.compileRecords.getEffectivesNaming([])).toEqual([])
    })

    test('the pointers to parents come by child, in the order of the question', async ({ store }) => {
      const one = await store.spawnPointers.save(aSpawnPointer({ childTractId: 'one' }))
      const two = await store.spawnPointers.save(aSpawnPointer({ childTractId: 'two' }))
      const found = await store.spawnPointers.batchGetByChild(['two', 'unknown', 'one', 'two'])
      expect([...found]).toEqual([
        ['two', two],
        ['one', one],
      ])
    })

    test('the blobs that no commit refers to come by hash', async ({ store }) => {
      await saveCommit(store)
      for (const contentHash of ['z', 'y']) await store.blobs.saveIfAbsent(aBlob({ contentHash }))
      expect(await store.blobs.getOrphanHashes()).toEqual(['y', 'z'])
    })
  })
}
