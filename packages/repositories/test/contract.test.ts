import type {
  AnnotationRepository,
  BlobRepository,
  CommitParentRepository,
  CommitRepository,
  CompileRecordRepository,
  OperationEventRepository,
  PolicyRepository,
  RefRepository,
  Repositories,
  SpawnPointerRepository,
  Store,
  StoredRowRepository,
  Transaction,
} from '@tract/repositories'
import type { OperationCommitRow, OperationEventRow } from '@tract/schema'
import { expectTypeOf, it } from 'vitest'

// The compiler is what tests here.

it('a store has its ten repositories by these names', () => {
  expectTypeOf<keyof Repositories>().toEqualTypeOf<
    | 'blobs'
    | 'commits'
    | 'commitParents'
    | 'refs'
    | 'annotations'
    | 'operationEvents'
    | 'compileRecords'
    | 'spawnPointers'
    | 'policies'
    | 'storedRows'
  >()
})

it('operation events have the nine methods of the original system, the write of a whole unit, and reads of many', () => {
  expectTypeOf<keyof OperationEventRepository>().toEqualTypeOf<
    | 'saveEvent'
    | 'addCommit'
    | 'getEvent'
    | 'getCommits'
    | 'isSourceOf'
    | 'getAllSourceHashes'
    | 'getAllIds'
    | 'deleteCommit'
    | 'deleteEvent'
    | 'saveEventWithCommits'
    | 'getMany'
    | 'getAll'
    | 'batchGetCommits'
    | 'getLineage'
    | 'iterateSourceHashes'
  >()
})

it('compile records have the five methods of the original system, the write of a whole unit, and reads of many', () => {
  expectTypeOf<keyof CompileRecordRepository>().toEqualTypeOf<
    | 'saveRecord'
    | 'addEffective'
    | 'getRecord'
    | 'getAll'
    | 'getAllIds'
    | 'getEffectives'
    | 'saveRecordWithEffectives'
    | 'getMany'
    | 'batchGetEffectives'
    | 'getEffectivesNaming'
  >()
})

it('every other repository has the methods of the original system, and those that history asks', () => {
  expectTypeOf<keyof BlobRepository>().toEqualTypeOf<
    'get' | 'getMany' | 'saveIfAbsent' | 'deleteIfOrphaned' | 'getOrphanHashes'
  >()
  expectTypeOf<keyof CommitRepository>().toEqualTypeOf<
    | 'get'
    | 'getMany'
    | 'save'
    | 'getAncestors'
    | 'getChildren'
    | 'getByType'
    | 'getByConfig'
    | 'getByPrefix'
    | 'getAll'
    | 'delete'
    | 'getHashes'
    | 'getTractIds'
    | 'getOnChain'
    | 'getResponses'
    | 'getUses'
    | 'saveWithBlob'
    | 'iterateAncestors'
    | 'iterateHashes'
  >()
  expectTypeOf<keyof CommitParentRepository>().toEqualTypeOf<
    'addParent' | 'addParents' | 'getParents' | 'getMany'
  >()
  expectTypeOf<keyof RefRepository>().toEqualTypeOf<
    | 'getHead'
    | 'updateHead'
    | 'getBranch'
    | 'setBranch'
    | 'listBranches'
    | 'isDetached'
    | 'attachHead'
    | 'detachHead'
    | 'getRef'
    | 'setRef'
    | 'deleteRef'
    | 'setSymbolicRef'
    | 'getSymbolicRef'
    | 'getCurrentBranch'
    | 'compareAndSetRef'
    | 'getAll'
  >()
  expectTypeOf<keyof AnnotationRepository>().toEqualTypeOf<
    'save' | 'getLatest' | 'getHistory' | 'batchGetLatest'
  >()
  expectTypeOf<keyof SpawnPointerRepository>().toEqualTypeOf<
    'save' | 'get' | 'getByChild' | 'batchGetByChild' | 'getChildren' | 'getAll' | 'hasAncestor'
  >()
  expectTypeOf<keyof PolicyRepository>().toEqualTypeOf<
    | 'saveProposal'
    | 'getProposal'
    | 'getPendingProposals'
    | 'updateProposalStatus'
    | 'saveLogEntry'
    | 'getLog'
    | 'deleteLogEntries'
  >()
  expectTypeOf<keyof StoredRowRepository>().toEqualTypeOf<'read' | 'iterateReadable' | 'insert' | 'fill'>()
})

it('reads of one row give null for none, reads of many an empty collection', () => {
  expectTypeOf<
    OperationEventRepository['getEvent']
  >().returns.resolves.toEqualTypeOf<OperationEventRow | null>()
  expectTypeOf<OperationEventRepository['getCommits']>().returns.resolves.toEqualTypeOf<
    readonly OperationCommitRow[]
  >()
  expectTypeOf<OperationEventRepository['getAllSourceHashes']>().returns.resolves.toEqualTypeOf<Set<string>>()
})

it('code that works on a transaction works on a store', () => {
  expectTypeOf<Store>().toExtend<Repositories>()
  expectTypeOf<Transaction>().toExtend<Repositories>()
  expectTypeOf<Store>().toExtend<Transaction>()
})
