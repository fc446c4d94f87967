import type { AnnotationRepository } from './annotation-repository.js'
import type { BlobRepository } from './blob-repository.js'
import type { CommitParentRepository } from './commit-parent-repository.js'
import type { CommitRepository } from './commit-repository.js'
import type { CompileRecordRepository } from './compile-record-repository.js'
import type { OperationEventRepository } from './operation-event-repository.js'
import type { PolicyRepository } from './policy-repository.js'
import type { RefRepository } from './ref-repository.js'
import type { SpawnPointerRepository } from './spawn-pointer-repository.js'
import type { StoredRowRepository } from './stored-row-repository.js'

/** All repositories over one database. */
export interface Repositories {
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
}

/** What a transaction may be asked for. */
export interface TransactionOptions {
  /**
   * Rows that `storedRows.insert` stores may name rows that do not exist, as what is left of a damaged database does;
   * {@link Store.checkIntegrity} tells them. `false` unless given.
   */
  readonly allowGaps?: boolean
}

/**
 * The repositories of one running transaction. A call through them made inside a nested transaction belongs to the nested
 * one.
 */
export interface Transaction extends Repositories {
  /**
   * Runs a function in a transaction inside this one; see {@link Store.transaction}. Whether gaps are allowed is the
   * outermost one's to say.
   */
  transaction<Result>(
    work: (tx: Transaction) => Promise<Result>,
    options?: TransactionOptions,
  ): Promise<Result>
}

/** What {@link Store.checkIntegrity} found. */
export interface IntegrityReport {
  /** Whether nothing was found. */
  readonly ok: boolean
  /** What the database says of its own structure, one sentence each; empty where it is sound. */
  readonly damage: readonly string[]
  /** Rows that name a row which does not exist. */
  readonly brokenReferences: readonly BrokenReference[]
}

/** A row that names a row which does not exist. */
export interface BrokenReference {
  readonly table: string
  /** The row's number in its table; `null` where the table keeps none. */
  readonly rowId: number | null
  /** The columns that refer, and what they hold; none where the row has no number to find it by. */
  readonly columns: Readonly<Record<string, string | null>>
  /** The table that lacks the row. */
  readonly target: string
}

/** What {@link Store.reclaimSpace} gave back. */
export interface ReclaimedSpace {
  /** Size of the database before, in bytes. */
  readonly bytesBefore: number
  /** Size of the database afterwards, in bytes. */
  readonly bytesAfter: number
}

/**
 * A database with all its repositories. Every call outside of a transaction is atomic by itself and sees committed data
 * only; every call after closing throws {@link StoreClosedError}.
 */
export interface Store extends Repositories, AsyncDisposable {
  /** The version of the file format. */
  readonly schemaVersion: number

  /**
   * Runs a function in one transaction: all it writes is committed when it returns, nothing when it throws, and its
   * error is passed on. Transactions take turns in the order of their arrival. Calls made inside, through `tx` or through
   * the store, belong to the transaction; a transaction begun inside is rolled back by itself, and those begun side by side
   * inside one take turns. A call that is refused leaves the transaction going on; only what nobody could foresee, as a full
   * disk, ends all of it: whatever comes after then throws {@link TransactionEndedError}, with that error as its cause.
   *
   * @throws {@link StoreBusyError} where another connection, or a transaction before this one, holds the database for
   * too long; a queue that moves is waited for however long it is
   * @throws {@link UnfinishedTransactionError} where the function returned before a transaction or query inside it had ended
   * @throws {@link InsideTransactionError} where it is to allow gaps inside a transaction that does not
   */
  transaction<Result>(
    work: (tx: Transaction) => Promise<Result>,
    options?: TransactionOptions,
  ): Promise<Result>

  /** Reads the whole database and reports what is wrong with it; changes nothing. */
  checkIntegrity(): Promise<IntegrityReport>

  /**
   * Gives the space of deleted rows back to the file system. Takes time and space as the database is large.
   *
   * @throws {@link InsideTransactionError} inside a transaction
   */
  reclaimSpace(): Promise<ReclaimedSpace>

  /**
   * Waits for what was asked for before, then closes. Closing twice is no error.
   *
   * What does not end in time is ended: a transaction that still runs is rolled back, its later calls throw
   * {@link TransactionEndedError}, and what waited behind it throws {@link StoreClosedError}.
   *
   * @throws {@link InsideTransactionError} inside a transaction, which would wait for itself
   * @throws {@link CloseTimeoutError} where something had to be ended; the store is closed, and so says `transaction()`
   */
  close(): Promise<void>
}
