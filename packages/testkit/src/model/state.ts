import type { StoredRow } from '@tract/repositories'
import type {
  AnnotationRow,
  BlobRow,
  CommitParentRow,
  CommitRow,
  CompileEffectiveRow,
  CompileRecordRow,
  OperationCommitRow,
  OperationEventRow,
  PolicyLogRow,
  PolicyProposalRow,
  RefRow,
  SpawnPointerRow,
} from '@tract/schema'

/** All rows of a model store, each list in the order of insertion. */
export interface ModelState {
  blobs: BlobRow[]
  commits: CommitRow[]
  commitParents: CommitParentRow[]
  refs: RefRow[]
  annotations: AnnotationRow[]
  operationEvents: OperationEventRow[]
  operationCommits: OperationCommitRow[]
  compileRecords: CompileRecordRow[]
  compileEffectives: CompileEffectiveRow[]
  spawnPointers: SpawnPointerRow[]
  policyProposals: PolicyProposalRow[]
  policyLog: PolicyLogRow[]
  /** The stored values of rows that were given so, whose texts another encoder might write otherwise. */
  texts: Map<object, StoredRow>
  /** Whether rows may name rows that do not exist: in a transaction that allows gaps. */
  allowsGaps: boolean
  /** The last id given to a row whose id is generated. */
  lastId: number
}

/** A state without rows. */
export function emptyState(): ModelState {
  return {
    blobs: [],
    commits: [],
    commitParents: [],
    refs: [],
    annotations: [],
    operationEvents: [],
    operationCommits: [],
    compileRecords: [],
    compileEffectives: [],
    spawnPointers: [],
    policyProposals: [],
    policyLog: [],
    texts: new Map(),
    allowsGaps: false,
    lastId: 0,
  }
}

/** A copy that shares nothing with the state. */
export function copyOf(state: ModelState): ModelState {
  return structuredClone(state)
}

/** Gives a state the rows of another. */
export function restore(state: ModelState, from: ModelState): void {
  Object.assign(state, copyOf(from))
}
