import type { MigrationResult } from '@tract/migrations'
import type {
  AnnotationRepository,
  BlobRepository,
  CommitParentRepository,
  CommitRepository,
  CompileRecordRepository,
  IntegrityReport,
  OperationEventRepository,
  PolicyRepository,
  ReclaimedSpace,
  RefRepository,
  SpawnPointerRepository,
  Store,
  StoredRowRepository,
  Transaction,
  TransactionOptions,
} from '@tract/repositories'
import { SCHEMA_VERSION } from '@tract/schema'
import type { EntityManager } from 'typeorm'
import type { Engine } from './engine.js'
import { integrityOf } from './integrity.js'
import { reclaim } from './reclaim.js'
import { bindRepositories } from './repositories/bind-repositories.js'

/** A store in one SQLite file, or in memory. */
export class SqliteStore implements Store {
  readonly blobs: BlobRepository
  readonly commits: CommitRepository
  readonly commitParents: CommitParentRepository
  readonly refs: RefRepository
  readonly annotations: AnnotationRepository
  readonly operationEvents: OperationEventRepository
  readonly compileRecords: CompileRecordRepository
  readonly spawnPointers: SpawnPointerRepository
  readonly policies: PolicyRepository
  readonly storedRows: StoredRowRepository
  readonly schemaVersion = SCHEMA_VERSION
  /** What opening did to an older file; `null` where there was nothing to do. */
  readonly migration: MigrationResult | null
  readonly #engine: Engine

  /** @internal {@link openStore} makes stores. */
  constructor(engine: Engine, migration: MigrationResult | null) {
    const repositories = bindRepositories(engine)
    this.blobs = repositories.blobs
    this.commits = repositories.commits
    this.commitParents = repositories.commitParents
    this.refs = repositories.refs
    this.annotations = repositories.annotations
    this.operationEvents = repositories.operationEvents
    this.compileRecords = repositories.compileRecords
    this.spawnPointers = repositories.spawnPointers
    this.policies = repositories.policies
    this.storedRows = repositories.storedRows
    this.migration = migration
    this.#engine = engine
  }

  transaction<Result>(
    work: (tx: Transaction) => Promise<Result>,
    options?: TransactionOptions,
  ): Promise<Result> {
    return this.#engine.transaction(work, options)
  }

  /**
   * Runs queries of the application's own with TypeORM's `EntityManager` as one unit: in the running transaction where
   * there is one, otherwise in a transaction of its own. The manager serves until the function returns. Errors of its
   * queries are TypeORM's.
   *
   * @throws {@link TransactionEndedError} where the manager is used later
   */
  withManager<Result>(work: (manager: EntityManager) => Promise<Result>): Promise<Result> {
    return this.#engine.withManager(work)
  }

  async checkIntegrity(): Promise<IntegrityReport> {
    return this.#engine.read(integrityOf)
  }

  async reclaimSpace(): Promise<ReclaimedSpace> {
    return this.#engine.alone('reclaimSpace', reclaim)
  }

  close(): Promise<void> {
    return this.#engine.close()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}
