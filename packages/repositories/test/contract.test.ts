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
  Transaction,
} from '@tract/repositories'
import type { OperationCommitRow, OperationEventRow } from '@tract/schema'
import { expectTypeOf, it } from 'vitest'

// The compiler is what tests here.

it('a store has its nine repositories by these names', () => {
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
  >()
})

it('operation events have the nine methods of the original system, and the write of a whole unit', () => {
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
  >()
})

it('compile records have the five methods of the original system, and the write of a whole unit', () => {
  expectTypeOf<keyof CompileRecordRepository>().toEqualTypeOf<
    'saveRecord' | 'addEffective' | 'getRecord' | 'getAll' | 'getEffectives' | 'saveRecordWithEffectives'
  >()
})

it('every other repository has the methods of the original system', () => {
  expectTypeOf<keyof BlobRepository>().toEqualTypeOf<
    'get' | 'getMany' | 'saveIfAbsent' | 'deleteIfOrphaned'
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
  >()
  expectTypeOf<keyof CommitParentRepository>().toEqualTypeOf<'addParent' | 'addParents' | 'getParents'>()
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
  >()
  expectTypeOf<keyof AnnotationRepository>().toEqualTypeOf<
    'save' | 'getLatest' | 'getHistory' | 'batchGetLatest'
  >()
  expectTypeOf<keyof SpawnPointerRepository>().toEqualTypeOf<
    'save' | 'get' | 'getByChild' | 'getChildren' | 'getAll' | 'hasAncestor'
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
