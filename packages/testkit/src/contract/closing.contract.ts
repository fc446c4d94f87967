import { InsideTransactionError, type Store, StoreClosedError } from '@tract/repositories'
import { describe, expect } from 'vitest'
import { anAnnotation } from '../builders/annotation.js'
import { aBlob } from '../builders/blob.js'
import { aCommit } from '../builders/commit.js'
import { aCompileRecord } from '../builders/compile-record.js'
import { aLogEntry } from '../builders/log-entry.js'
import { anOperationEvent } from '../builders/operation-event.js'
import { aProposal } from '../builders/proposal.js'
import { A_TRACT, timeOf } from '../builders/seeded.js'
import { aSpawnPointer } from '../builders/spawn-pointer.js'
import { collected } from './collected.js'
import { refusal } from './expectations.js'
import type { ContractTest } from './fixture.js'
import { moment, signal } from './signal.js'

/** The end of a store. */
export function closingContract(test: ContractTest): void {
  describe('closing', () => {
    test('what was written is there when the location is opened again', async ({ openShared }) => {
      const store = await openShared()
      const blob = await store.blobs.saveIfAbsent(aBlob())
      await store.close()
      const again = await openShared()
      expect(await again.blobs.get(blob.contentHash)).toEqual(blob)
    })

    test('twice, one after the other or at once, is no error', async ({ store }) => {
      await Promise.all([store.close(), store.close()])
      await store.close()
    })

    test('the end of its scope closes a store', async ({ store }) => {
      await store[Symbol.asyncDispose]()
      await refusal(StoreClosedError, () => store.blobs.get('hash'))
      await store[Symbol.asyncDispose]()
    })

    test('a closed store refuses every call', async ({ store }) => {
      await store.close()
      for (const [name, call] of Object.entries(everyCall(store))) {
        await refusal(StoreClosedError, call, name)
      }
    })

    test('a store that is closing refuses new calls, and finishes what runs', async ({ openShared }) => {
      const store = await openShared()
      const begun = signal()
      const end = signal()
      const running = store.transaction(async (tx) => {
        await tx.blobs.saveIfAbsent(aBlob({}, 1))
        begun.give()
        await end.given
        await store.blobs.saveIfAbsent(aBlob({}, 2))
        await tx.transaction((inner) => inner.blobs.saveIfAbsent(aBlob({}, 3)))
        return 'finished'
      })
      await begun.given
      let isClosed = false
      const closing = store.close().then(() => {
        isClosed = true
      })
      await refusal(StoreClosedError, () => store.blobs.get('hash'))
      await refusal(StoreClosedError, () => store.blobs.saveIfAbsent(aBlob({}, 4)))
      await refusal(StoreClosedError, () => store.transaction(async () => null))
      await moment()
      expect(isClosed).toBe(false)
      end.give()
      expect(await running).toBe('finished')
      await closing
      expect(await found(await openShared())).toEqual([1, 2, 3])
    })

    test('what was called before closing takes effect', async ({ openShared }) => {
      const store = await openShared()
      const calls = [
        store.transaction(async (tx) => {
          await moment()
          await tx.blobs.saveIfAbsent(aBlob({}, 1))
        }),
        store.transaction((tx) => tx.blobs.saveIfAbsent(aBlob({}, 2))),
        store.blobs.saveIfAbsent(aBlob({}, 3)),
      ]
      await Promise.all([store.close(), ...calls])
      expect(await found(await openShared())).toEqual([1, 2, 3])
    })

    test('a transaction that fails while the store is closing leaves nothing', async ({ openShared }) => {
      const store = await openShared()
      const begun = signal()
      const running = store.transaction(async (tx) => {
        await tx.blobs.saveIfAbsent(aBlob({}, 1))
        begun.give()
        await moment()
        throw new Error('on purpose')
      })
      await begun.given
      await Promise.allSettled([running, store.close()])
      await expect(running).rejects.toThrow('on purpose')
      expect(await found(await openShared())).toEqual([])
    })

    test('inside a transaction is refused, for it would wait for itself', async ({ store }) => {
      await store.transaction(async (tx) => {
        await refusal(InsideTransactionError, () => store.close())
        await tx.blobs.saveIfAbsent(aBlob({}, 1))
      })
      expect(await found(store)).toEqual([1])
    })

    test('another store on the location goes on', async ({ openShared }) => {
      const [closed, open] = [await openShared(), await openShared()]
      await closed.blobs.saveIfAbsent(aBlob({}, 1))
      await closed.close()
      await open.blobs.saveIfAbsent(aBlob({}, 2))
      expect(await found(open)).toEqual([1, 2])
    })
  })
}

async function found(store: Store): Promise<readonly number[]> {
  const seeds = [1, 2, 3, 4]
  const blobs = await store.blobs.getMany(seeds.map((seed) => aBlob({}, seed).contentHash))
  return seeds.filter((seed) => blobs.has(aBlob({}, seed).contentHash))
}

/** Every method of a store but those that close it, with arguments that are in order. */
function everyCall(store: Store): Readonly<Record<string, () => Promise<unknown>>> {
  const {
    blobs,
    commits,
    commitParents,
    refs,
    annotations,
    operationEvents,
    compileRecords,
    spawnPointers,
    policies,
  } = store
  return {
    'blobs.get': () => blobs.get('hash'),
    'blobs.getMany': () => blobs.getMany(['hash']),
    'blobs.saveIfAbsent': () => blobs.saveIfAbsent(aBlob()),
    'blobs.deleteIfOrphaned': () => blobs.deleteIfOrphaned('hash'),
    'commits.get': () => commits.get('hash'),
    'commits.getMany': () => commits.getMany(['hash']),
    'commits.save': () => commits.save(aCommit()),
    'commits.getAncestors': () => commits.getAncestors('hash'),
    'commits.getChildren': () => commits.getChildren('hash'),
    'commits.getByType': () => commits.getByType('dialogue', A_TRACT),
    'commits.getByConfig': () => commits.getByConfig(A_TRACT, []),
    'commits.getByPrefix': () => commits.getByPrefix('hash'),
    'commits.getAll': () => commits.getAll(A_TRACT),
    'commits.delete': () => commits.delete('hash'),
    'commitParents.addParent': () => commitParents.addParent('hash', 'parent', 0),
    'commitParents.addParents': () => commitParents.addParents('hash', ['parent']),
    'commitParents.getParents': () => commitParents.getParents('hash'),
    'refs.getHead': () => refs.getHead(A_TRACT),
    'refs.updateHead': () => refs.updateHead(A_TRACT, 'hash'),
    'refs.getBranch': () => refs.getBranch(A_TRACT, 'main'),
    'refs.setBranch': () => refs.setBranch(A_TRACT, 'main', 'hash'),
    'refs.listBranches': () => refs.listBranches(A_TRACT),
    'refs.isDetached': () => refs.isDetached(A_TRACT),
    'refs.attachHead': () => refs.attachHead(A_TRACT, 'main'),
    'refs.detachHead': () => refs.detachHead(A_TRACT, 'hash'),
    'refs.getRef': () => refs.getRef(A_TRACT, 'HEAD'),
    'refs.setRef': () => refs.setRef(A_TRACT, 'HEAD', 'hash'),
    'refs.deleteRef': () => refs.deleteRef(A_TRACT, 'HEAD'),
    'refs.setSymbolicRef': () => refs.setSymbolicRef(A_TRACT, 'HEAD', 'refs/heads/main'),
    'refs.getSymbolicRef': () => refs.getSymbolicRef(A_TRACT, 'HEAD'),
    'refs.getCurrentBranch': () => refs.getCurrentBranch(A_TRACT),
    'refs.compareAndSetRef': () => refs.compareAndSetRef(A_TRACT, 'HEAD', null, 'hash'),
    'annotations.save': () => annotations.save(anAnnotation()),
    'annotations.getLatest': () => annotations.getLatest('hash'),
    'annotations.getHistory': () => annotations.getHistory('hash'),
    'annotations.batchGetLatest': () => annotations.batchGetLatest(['hash']),
    'operationEvents.saveEvent': () => operationEvents.saveEvent(anOperationEvent()),
    'operationEvents.saveEventWithCommits': () =>
      operationEvents.saveEventWithCommits({ ...anOperationEvent(), sources: [], results: [] }),
    'operationEvents.addCommit': () => operationEvents.addCommit('event', 'hash', 'source', 0),
    'operationEvents.getEvent': () => operationEvents.getEvent('event'),
    'operationEvents.getCommits': () => operationEvents.getCommits('event'),
    'operationEvents.isSourceOf': () => operationEvents.isSourceOf('hash'),
    'operationEvents.getAllSourceHashes': () => operationEvents.getAllSourceHashes(A_TRACT),
    'operationEvents.getAllIds': () => operationEvents.getAllIds(A_TRACT),
    'operationEvents.deleteCommit': () => operationEvents.deleteCommit('hash'),
    'operationEvents.deleteEvent': () => operationEvents.deleteEvent('event'),
    'compileRecords.saveRecord': () => compileRecords.saveRecord(aCompileRecord()),
    'compileRecords.saveRecordWithEffectives': () =>
      compileRecords.saveRecordWithEffectives({ ...aCompileRecord({ commitCount: 0 }), effectives: [] }),
    'compileRecords.addEffective': () => compileRecords.addEffective('record', 'hash', 0),
    'compileRecords.getRecord': () => compileRecords.getRecord('record'),
    'compileRecords.getAll': () => compileRecords.getAll(A_TRACT),
    'compileRecords.getAllIds': () => compileRecords.getAllIds(A_TRACT),
    'compileRecords.getEffectives': () => compileRecords.getEffectives('record'),
    'spawnPointers.save': () => spawnPointers.save(aSpawnPointer()),
    'spawnPointers.get': () => spawnPointers.get(1),
    'spawnPointers.getByChild': () => spawnPointers.getByChild(A_TRACT),
    'spawnPointers.getChildren': () => spawnPointers.getChildren(A_TRACT),
    'spawnPointers.getAll': () => spawnPointers.getAll(A_TRACT),
    'spawnPointers.hasAncestor': () => spawnPointers.hasAncestor('child', 'parent'),
    'policies.saveProposal': () => policies.saveProposal(aProposal()),
    'policies.getProposal': () => policies.getProposal('proposal'),
    'policies.getPendingProposals': () => policies.getPendingProposals(A_TRACT),
    'policies.updateProposalStatus': () => policies.updateProposalStatus('proposal', 'approved'),
    'policies.saveLogEntry': () => policies.saveLogEntry(aLogEntry()),
    'policies.getLog': () => policies.getLog(A_TRACT),
    'policies.deleteLogEntries': () => policies.deleteLogEntries(A_TRACT, timeOf(1)),
    'blobs.getOrphanHashes': () => blobs.getOrphanHashes(),
    'commits.saveWithBlob': () => {
      const { contentHash: _, ...commit } = aCommit()
      return commits.saveWithBlob({ ...commit, blob: aBlob() })
    },
    'commits.iterateAncestors': () => collected(commits.iterateAncestors('hash')),
    'commits.iterateHashes': () => collected(commits.iterateHashes(A_TRACT)),
    'operationEvents.iterateSourceHashes': () => collected(operationEvents.iterateSourceHashes(A_TRACT)),
    'commits.getHashes': () => commits.getHashes(A_TRACT),
    'commits.getTractIds': () => commits.getTractIds(),
    'commits.getOnChain': () => commits.getOnChain('hash', ['hash']),
    'commits.getResponses': () => commits.getResponses(['hash']),
    'commits.getUses': () => commits.getUses(['hash']),
    'commitParents.getMany': () => commitParents.getMany(['hash']),
    'refs.getAll': () => refs.getAll(A_TRACT),
    'operationEvents.getMany': () => operationEvents.getMany(['event']),
    'operationEvents.getAll': () => operationEvents.getAll(A_TRACT),
    'operationEvents.batchGetCommits': () => operationEvents.batchGetCommits(['event']),
    'operationEvents.getLineage': () => operationEvents.getLineage(['hash'], 'fate'),
    'compileRecords.getMany': () => compileRecords.getMany(['record']),
    'compileRecords.batchGetEffectives': () => compileRecords.batchGetEffectives(['record']),
    'compileRecords.getEffectivesNaming': () => compileRecords.getEffectivesNaming(['hash']),
    'spawnPointers.batchGetByChild': () => spawnPointers.batchGetByChild(['child']),
    'storedRows.read': () => store.storedRows.read('commits', 'commit_hash', ['hash']),
    'storedRows.insert': () => store.storedRows.insert('commits', []),
    'storedRows.fill': () => store.storedRows.fill('commits', []),
    transaction: () => store.transaction(async () => null),
    checkIntegrity: () => store.checkIntegrity(),
    reclaimSpace: () => store.reclaimSpace(),
  }
}
