export type { SkippedIndex, StructureDifference } from './completion.js'
export {
  BackupFailedError,
  EncryptedDatabaseError,
  ForeignDatabaseError,
  LossyRollbackError,
  MigrationAbortedError,
  MigrationWaitTimeoutError,
  NewerSchemaVersionError,
  NoRoomForBackupError,
  NotADatabaseError,
  NotAFileError,
  OlderSchemaVersionError,
  type OrphanedRow,
  OrphanedRowsError,
  PermissionDeniedError,
  ReadOnlyFileSystemError,
  RecoveryNeededError,
  type RollbackLoss,
  TruncatedDatabaseError,
  UnreadableSchemaVersionError,
  UnsafeSchemaError,
} from './errors.js'
export { type InspectFileOptions, inspectFile } from './inspect-file.js'
export { type MigrationResult, migrate } from './migrate.js'
export type { MigrateOptions, RollbackOptions, RunOptions } from './options.js'
export { type ForeseenProblem, type MigrationPlan, type PlannedStep, planMigration } from './plan.js'
export type { MigrationProgress } from './progress.js'
export { readSchemaVersion, type WaitOptions } from './read-schema-version.js'
export { type RollbackResult, rollback } from './rollback.js'
export { refuseUnsafeDamagedSchema } from './safety/damaged-schema.js'
export {
  type ColumnStructure,
  type ForeignKeyStructure,
  type IndexStructure,
  readStructure,
  type TableStructure,
} from './structure.js'
