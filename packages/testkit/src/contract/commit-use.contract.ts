import { describe, expect } from 'vitest'
import { aCompileRecord } from '../builders/compile-record.js'
import { anOperationEvent } from '../builders/operation-event.js'
import { aProposal } from '../builders/proposal.js'
import { A_TRACT } from '../builders/seeded.js'
import { aSpawnPointer } from '../builders/spawn-pointer.js'
import type { ContractTest } from './fixture.js'
import { saveChain, saveCommit, saveTied } from './seeds.js'

/** Which tracts there are, what stands on a chain, and which rows name a commit. */
export function commitUseContract(test: ContractTest): void {
  describe('uses of commits', () => {
    test('every kind of row that names a commit is found', async ({ store }) => {
      await saveTied(store, ['a'])
      await saveCommit(store, { commitHash: 'child', parentHash: 'a' })
      await saveCommit(store, { commitHash: 'answer', responseTo: 'a', tractId: 'another' })
      await store.commitParents.addParents('answer', ['child', 'a'])
      await store.refs.setBranch(A_TRACT, 'main', 'a')
      const event = anOperationEvent({ eventId: 'event' })
      await store.operationEvents.saveEventWithCommits({ ...event, sources: ['a'], results: ['a'] })
      const record = aCompileRecord({ recordId: 'record', headHash: 'a', commitCount: 1 })
      await store.compileRecords.saveRecordWithEffectives({ ...record, effectives: ['a'] })
      const pointer = aSpawnPointer({ parentCommitHash: 'a', childTractId: 'kid' })
      const { id } = await store.spawnPointers.save(pointer)
      const uses = await store.commits.getUses(['unknown', 'a', 'a'])
      const tractId = A_TRACT
      expect(uses).toEqual([
        { commitHash: 'a', by: 'child', id: 'child', tractId },
        { commitHash: 'a', by: 'effective', id: 'record', tractId },
        { commitHash: 'a', by: 'event', id: 'event', tractId },
        { commitHash: 'a', by: 'head', id: 'record', tractId },
        { commitHash: 'a', by: 'merge', id: 'answer', tractId: 'another' },
        { commitHash: 'a', by: 'ref', id: 'refs/heads/main', tractId },
        { commitHash: 'a', by: 'response', id: 'answer', tractId: 'another' },
        { commitHash: 'a', by: 'spawn', id: String(id), tractId: 'kid' },
      ])
      expect(await store.commits.getUses([])).toEqual([])
    })

    test('the tracts are all that any row names, a child without rows included', async ({ store }) => {
      expect(await store.commits.getTractIds()).toEqual([])
      await saveTied(store, ['a'], { tractId: '～' })
      await saveTied(store, ['b'], { tractId: '😀' })
      await store.refs.attachHead('unborn', 'main')
      await store.spawnPointers.save(aSpawnPointer({ parentTractId: 'p', childTractId: 'c' }))
      await store.policies.saveProposal(aProposal({ tractId: 'asked' }))
      expect(await store.commits.getTractIds()).toEqual(['asked', 'c', 'p', 'unborn', '～', '😀'])
    })

    test('hashes come oldest first, at most as many as asked for', async ({ store }) => {
      await saveTied(store, ['c', 'a', 'b'])
      await saveTied(store, ['z'], { tractId: 'another' })
      expect(await store.commits.getHashes(A_TRACT)).toEqual(['c', 'a', 'b'])
      expect(await store.commits.getHashes(A_TRACT, { limit: 2 })).toEqual(['c', 'a'])
      expect(await store.commits.getHashes('a tract without commits')).toEqual([])
    })

    test('only what the first-parent chain of the head has is on it', async ({ store }) => {
      await saveChain(store, ['root', 'middle', 'head'])
      await saveCommit(store, { commitHash: 'side', parentHash: 'root' })
      const found = await store.commits.getOnChain('head', ['root', 'side', 'head', 'root', 'unknown'])
      expect(found).toEqual(new Set(['head', 'root']))
      expect(await store.commits.getOnChain('unknown', ['root'])).toEqual(new Set())
      expect(await store.commits.getOnChain('head', [])).toEqual(new Set())
    })

    test('answers to commits come oldest first, each once', async ({ store }) => {
      await saveTied(store, ['a', 'b', 'c'])
      const late = await saveCommit(store, { commitHash: 'late', responseTo: 'a' }, 3)
      const early = await saveCommit(store, { commitHash: 'early', responseTo: 'b' }, 2)
      expect(await store.commits.getResponses(['a', 'b', 'a', 'c', 'unknown'])).toEqual([early, late])
      expect(await store.commits.getResponses([])).toEqual([])
    })
  })
}
