export type { StoreAdapter } from './adapter.js'
export { anAnnotation } from './builders/annotation.js'
export { aBlob } from './builders/blob.js'
export { aCommit } from './builders/commit.js'
export { aCompileRecord } from './builders/compile-record.js'
export type { Complete } from './builders/complete.js'
export { aHistory, type History, type HistoryOptions } from './builders/history.js'
export { aLogEntry } from './builders/log-entry.js'
export { anOperationEvent } from './builders/operation-event.js'
export { aProposal } from './builders/proposal.js'
export { aSpawnPointer } from './builders/spawn-pointer.js'
export { writeHistory } from './builders/write-history.js'
export { storeContract } from './contract/store-contract.js'
export {
  foreignDatabase,
  handMadeVersion2,
  type LegacyOptions,
  type LegacyVersion,
  legacyDatabase,
} from './legacy/legacy-database.js'
export { LEGACY_TRACT, legacyHash, MISSING_COMMIT, ODD_TRACT } from './legacy/rows.js'
export type { CompressionsShape, LegacyLayout } from './legacy/tables.js'
export { runWorker } from './workload/run-worker.js'
