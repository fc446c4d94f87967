import { CommitInUseError, type Repositories } from '@tract/repositories'
import { describe, expect } from 'vitest'
import { anAnnotation } from '../builders/annotation.js'
import { aCompileRecord } from '../builders/compile-record.js'
import { aLogEntry } from '../builders/log-entry.js'
import { anOperationEvent } from '../builders/operation-event.js'
import { A_TRACT } from '../builders/seeded.js'
import { aSpawnPointer } from '../builders/spawn-pointer.js'
import { contentsOf } from './contents.js'
import { refusalWithoutTrace } from './expectations.js'
import type { ContractTest } from './fixture.js'
import { saveCommit, saveTied } from './seeds.js'

const SCOPE = { tractIds: [A_TRACT] }

/** What deleting a commit takes with it, and what keeps it. */
export function commitDeletionContract(test: ContractTest): void {
  describe('deletion of a commit', () => {
    test('the commit is gone and all others stay', async ({ store }) => {
      const [, kept] = await saveTied(store, ['doomed', 'kept'])
      await store.commits.delete('doomed')
      expect(await store.commits.get('doomed')).toBeNull()
      expect(await store.commits.getAll(A_TRACT)).toEqual([kept])
    })

    test('an absent commit is no error', async ({ store }) => {
      await saveTied(store, ['kept'])
      const before = await contentsOf(store, SCOPE)
      await store.commits.delete('unknown')
      expect(await contentsOf(store, SCOPE)).toEqual(before)
    })

    test('its blob stays', async ({ store }) => {
      const { commitHash, contentHash } = await saveCommit(store)
      await store.commits.delete(commitHash)
      expect(await store.blobs.get(contentHash)).not.toBeNull()
    })

    test('its parent links go, as child and as parent', async ({ store }) => {
      await saveTied(store, ['grandparent', 'doomed', 'merge', 'other'])
      await store.commitParents.addParents('doomed', ['grandparent', 'other'])
      await store.commitParents.addParents('merge', ['other', 'doomed'])
      await store.commits.delete('doomed')
      expect(await store.commitParents.getParents('doomed')).toEqual([])
      expect(await store.commitParents.getParents('merge')).toEqual([
        { commitHash: 'merge', parentHash: 'other', position: 0 },
      ])
    })

    test('its annotations go', async ({ store }) => {
      await saveTied(store, ['doomed', 'kept'])
      await store.annotations.save(anAnnotation({ targetHash: 'doomed' }))
      const kept = await store.annotations.save(anAnnotation({ targetHash: 'kept' }))
      await store.commits.delete('doomed')
      expect(await store.annotations.getHistory('doomed')).toEqual([])
      expect(await store.annotations.getHistory('kept')).toEqual([kept])
    })

    test('refs that point at it go, in every tract; a symbolic HEAD stays attached', async ({ store }) => {
      await saveTied(store, ['doomed', 'kept'])
      await store.refs.updateHead(A_TRACT, 'doomed')
      await store.refs.setBranch(A_TRACT, 'topic', 'doomed')
      await store.refs.setBranch(A_TRACT, 'kept', 'kept')
      await store.refs.setRef(A_TRACT, 'refs/tags/v1', 'doomed')
      await store.refs.detachHead('another', 'doomed')
      await store.commits.delete('doomed')
      expect(await store.refs.listBranches(A_TRACT)).toEqual(['kept'])
      expect(await store.refs.getRef(A_TRACT, 'refs/tags/v1')).toBeNull()
      expect(await store.refs.getCurrentBranch(A_TRACT)).toBe('main')
      expect(await store.refs.getHead(A_TRACT)).toBeNull()
      expect(await store.refs.getHead('another')).toBeNull()
      expect(await store.refs.isDetached('another')).toBe(false)
    })

    test('its children lose their parent, and its answers what they respond to', async ({ store }) => {
      await saveCommit(store, { commitHash: 'doomed' })
      const child = await saveCommit(store, { commitHash: 'child', parentHash: 'doomed' }, 2)
      const answer = await saveCommit(
        store,
        { commitHash: 'answer', parentHash: 'child', responseTo: 'doomed' },
        3,
      )
      await store.commits.delete('doomed')
      expect(await store.commits.get('child')).toEqual({ ...child, parentHash: null })
      expect(await store.commits.get('answer')).toEqual({ ...answer, responseTo: null })
    })

    test('spawn pointers and the policy log outlive it', async ({ store }) => {
      await saveTied(store, ['doomed'])
      const pointer = await store.spawnPointers.save(aSpawnPointer({ parentCommitHash: 'doomed' }))
      const entry = await store.policies.saveLogEntry(aLogEntry({ commitHash: 'doomed' }))
      await store.commits.delete('doomed')
      expect(await store.spawnPointers.get(pointer.id)).toEqual({ ...pointer, parentCommitHash: null })
      expect(await store.policies.getLog(A_TRACT)).toEqual([entry])
    })

    for (const role of ['source', 'result'] as const) {
      test(`a ${role} of an operation event cannot be deleted`, async ({ store }) => {
        await saveUsed(store)
        const first = anOperationEvent({ eventId: 'event b' })
        const second = anOperationEvent({ eventId: 'event a', tractId: 'another' })
        for (const event of [first, second]) {
          await store.operationEvents.saveEvent(event)
          await store.operationEvents.addCommit(event.eventId, 'used', role, 0)
        }
        const call = () => store.commits.delete('used')
        const error = await refusalWithoutTrace(store, SCOPE, CommitInUseError, call)
        expect(error).toMatchObject({ commitHash: 'used', recordIds: [] })
        expect([...error.eventIds].sort()).toEqual(['event a', 'event b'])
      })
    }

    test('an effective commit of a compile record cannot be deleted', async ({ store }) => {
      await saveUsed(store)
      const record = aCompileRecord({ recordId: 'record', headHash: 'head' })
      await store.compileRecords.saveRecordWithEffectives({
        ...record,
        commitCount: 2,
        effectives: ['head', 'used'],
      })
      const call = () => store.commits.delete('used')
      const error = await refusalWithoutTrace(store, SCOPE, CommitInUseError, call)
      expect(error).toMatchObject({ commitHash: 'used', eventIds: [], recordIds: ['record'] })
    })

    test('the head of a compile record cannot be deleted', async ({ store }) => {
      await saveUsed(store)
      await store.compileRecords.saveRecord(aCompileRecord({ recordId: 'record', headHash: 'used' }))
      const call = () => store.commits.delete('used')
      const error = await refusalWithoutTrace(store, SCOPE, CommitInUseError, call)
      expect(error.recordIds).toEqual(['record'])
    })

    test('a commit named by both says so of both, and can go when nothing names it any more', async ({
      store,
    }) => {
      await saveUsed(store)
      const event = anOperationEvent({ eventId: 'event' })
      await store.operationEvents.saveEventWithCommits({ ...event, sources: ['used'], results: ['used'] })
      const call = () => store.commits.delete('used')
      const error = await refusalWithoutTrace(store, SCOPE, CommitInUseError, call)
      expect(error.eventIds).toEqual(['event'])
      await store.operationEvents.deleteCommit('used')
      await call()
      expect(await store.commits.get('used')).toBeNull()
    })

    test('a deleted hash can be saved again', async ({ store }) => {
      const commit = await saveCommit(store)
      await store.commits.delete(commit.commitHash)
      expect(await saveCommit(store)).toEqual(commit)
    })
  })
}

/** A commit on which everything hangs that a deletion would take away. */
async function saveUsed(store: Repositories): Promise<void> {
  await saveTied(store, ['used', 'head'])
  await saveCommit(store, { commitHash: 'child', parentHash: 'used', responseTo: 'used' }, 2)
  await store.commitParents.addParents('child', ['used', 'head'])
  await store.annotations.save(anAnnotation({ targetHash: 'used' }))
  await store.refs.updateHead(A_TRACT, 'used')
}
