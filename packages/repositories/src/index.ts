export { AnnotationRepository } from './annotation-repository.js'
export { BlobRepository } from './blob-repository.js'
export { CommitParentRepository } from './commit-parent-repository.js'
export {
  type AncestorOptions,
  CommitRepository,
  type CommitUse,
  type ConfigCondition,
  type HashOptions,
  type IterateAncestorsOptions,
} from './commit-repository.js'
export { CompileRecordRepository } from './compile-record-repository.js'
export {
  AlreadyExistsError,
  AmbiguousPrefixError,
  CloseTimeoutError,
  CommitInUseError,
  DamagedDataError,
  InsideTransactionError,
  InvalidInputError,
  MissingReferenceError,
  ReadonlyStoreError,
  RefConflictError,
  StorageFailedError,
  StoreBusyError,
  StoreClosedError,
  SymbolicRefError,
  TractError,
  TransactionEndedError,
  UnfinishedTransactionError,
  UnsupportedDatabaseError,
} from './errors.js'
export type {
  AnnotationInput,
  BlobInput,
  CommitInput,
  CommitUnitInput,
  CompileRecordInput,
  CompileRecordUnitInput,
  OperationEventInput,
  OperationEventUnitInput,
  PolicyLogInput,
  PolicyProposalInput,
  SpawnPointerInput,
} from './inputs.js'
export type { HolderElsewhere, HoldingTransaction, LockHolder } from './lock-holder.js'
export { type LineageStep, OperationEventRepository } from './operation-event-repository.js'
export { type PolicyLogOptions, PolicyRepository } from './policy-repository.js'
export { RefRepository } from './ref-repository.js'
export { SpawnPointerRepository } from './spawn-pointer-repository.js'
export type {
  BrokenReference,
  IntegrityReport,
  ReclaimedSpace,
  Repositories,
  Store,
  Transaction,
  TransactionOptions,
} from './store.js'
export {
  type ReadableRow,
  type RowDamage,
  type StoredRow,
  StoredRowRepository,
  type StoredTable,
  type StoredValue,
} from './stored-row-repository.js'
