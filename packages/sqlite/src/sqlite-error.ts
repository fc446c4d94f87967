import {
  DamagedDataError,
  type LockHolder,
  ReadonlyStoreError,
  StorageFailedError,
  StoreBusyError,
  StoreClosedError,
  TractError,
} from '@tract/repositories'
import Database from 'better-sqlite3'
import { QueryFailedError } from 'typeorm'

/** SQLite's extended result code of a driver error, also of one that TypeORM wrapped; otherwise `undefined`. */
export function sqliteCode(error: unknown): string | undefined {
  const driverError: unknown = error instanceof QueryFailedError ? error.driverError : error
  return driverError instanceof Database.SqliteError ? driverError.code : undefined
}

/** What somebody else does with the database stands in the way, and may end. */
abstract class InUse extends Error {}

/** The handle is inside a transaction that the owner of its DataSource began beside the store. */
export class ForeignTransaction extends InUse {
  constructor() {
    super(
      "the DataSource is in a transaction of its owner's; begin it with the store's transaction() or withManager()",
    )
  }
}

/** The file was written to while it was to be copied. */
export class ChangedMeanwhile extends InUse {
  constructor() {
    super('another connection wrote to the file while it was to be copied')
  }
}

/** The file was to be copied, and this process has it open. */
export class OpenInThisProcess extends InUse {
  constructor() {
    super(
      'it can be read from a copy alone, and copying it would cost this process, which has it open, its locks; ' +
        'close it first, or salvage it in another process',
    )
  }
}

/** Whether another connection holds what the statement needs (https://www.sqlite.org/rescode.html#busy). */
export function isBusy(error: unknown): boolean {
  return error instanceof InUse || (sqliteCode(error)?.startsWith('SQLITE_BUSY') ?? false)
}

/** Whether the file is damaged, or no database. */
export function isDamage(error: unknown): boolean {
  const code = sqliteCode(error)
  return code === 'SQLITE_NOTADB' || (code?.startsWith('SQLITE_CORRUPT') ?? false)
}

/**
 * Whether a part of the file cannot be read, while others may be: damage, a place that the disk does not give back, or
 * a length that only damage states.
 */
export function isUnreadable(error: unknown): error is Error {
  const code = sqliteCode(error) ?? ''
  return isDamage(error) || /^SQLITE_(IOERR|TOOBIG|NOMEM|ERROR)/.test(code)
}

/** A driver's error as the contract's; any other error as it is. */
export function translated(
  error: unknown,
  location: string,
  waitedMs = 0,
  holder: LockHolder = { where: 'elsewhere' },
): unknown {
  if (error instanceof TractError) return error
  if (isClosedHandle(error)) return new StoreClosedError(location)
  if (error instanceof OpenInThisProcess) {
    return new StorageFailedError(location, 'EBUSY', error.message, { cause: error })
  }
  if (error instanceof InUse) {
    return new StoreBusyError(location, waitedMs, { where: 'elsewhere' }, { cause: error })
  }
  const code = sqliteCode(error)
  if (code === undefined) return error
  const cause = { cause: error }
  const message = error instanceof Error ? error.message : String(error)
  if (code.startsWith('SQLITE_BUSY')) return new StoreBusyError(location, waitedMs, holder, cause)
  if (code === 'SQLITE_READONLY') return new ReadonlyStoreError(location)
  if (isDamage(error)) {
    return new DamagedDataError(location, message, 'a sound database', cause)
  }
  return new StorageFailedError(location, code, message, cause)
}

/** better-sqlite3 reports a closed handle by a plain TypeError. */
function isClosedHandle(error: unknown): boolean {
  return error instanceof TypeError && error.message === 'The database connection is not open'
}
