import { DamagedDataError, StorageFailedError, TractError } from '@tract/repositories'
import { QueryFailedError } from 'typeorm'

/** SQLite's extended result code of a driver error, also of one that TypeORM wrapped; otherwise `undefined`. */
export function sqliteCode(error: unknown): string | undefined {
  const driverError: unknown = error instanceof QueryFailedError ? error.driverError : error
  if (!(driverError instanceof Error) || !('code' in driverError)) return undefined
  const { code } = driverError
  return typeof code === 'string' && code.startsWith('SQLITE_') ? code : undefined
}

/** Whether another connection holds what the statement needs (https://www.sqlite.org/rescode.html#busy). */
export function isBusy(error: unknown): boolean {
  return sqliteCode(error)?.startsWith('SQLITE_BUSY') ?? false
}

/** A driver's error as one of ours; any other error as it is. */
export function translated(error: unknown, location: string): unknown {
  if (error instanceof TractError) return error
  const code = sqliteCode(error)
  if (code === undefined) return error
  const message = messageOf(error)
  if (code.startsWith('SQLITE_CORRUPT') || code === 'SQLITE_NOTADB') {
    return new DamagedDataError(location, message, 'a sound database', { cause: error })
  }
  return new StorageFailedError(location, code, message, { cause: error })
}

/** What an error says. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
