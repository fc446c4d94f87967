import 'reflect-metadata'

export { canonicalJson, payloadJson } from './canonical-json.js'
export { type ColumnCodec, enumerationCodec, jsonCodec, timestampCodec } from './codec.js'
export { AnnotationRow } from './entities/annotation.js'
export { BlobRow } from './entities/blob.js'
export { CommitRow } from './entities/commit.js'
export { CommitParentRow } from './entities/commit-parent.js'
export { CompileEffectiveRow } from './entities/compile-effective.js'
export { CompileRecordRow } from './entities/compile-record.js'
export { entities } from './entities/entities.js'
export { OperationCommitRow } from './entities/operation-commit.js'
export { OperationEventRow } from './entities/operation-event.js'
export { PolicyLogRow } from './entities/policy-log.js'
export { PolicyProposalRow } from './entities/policy-proposal.js'
export { RefRow } from './entities/ref.js'
export { SpawnPointerRow } from './entities/spawn-pointer.js'
export { TraceMetaRow } from './entities/trace-meta.js'
export {
  CommitOperation,
  InheritanceMode,
  OperationCommitRole,
  OperationEventType,
  PolicyOutcome,
  PolicyTrigger,
  Priority,
  ProposalStatus,
  type Stored,
} from './enumerations.js'
export { InvalidValueError, UnreadableValueError } from './errors.js'
export { commitHash, contentHash, contentHashOfStored, type HashedCommitFields } from './hash.js'
export type { JsonArray, JsonObject, JsonValue } from './json.js'
export { isTimestamp, Timestamp } from './timestamp.js'
export { SCHEMA_VERSION } from './version.js'
