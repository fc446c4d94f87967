import { refuseUnsafeDamagedSchema } from '@tract/migrations'
import type { Database } from 'better-sqlite3'
import { isDamage, sqliteCode } from './sqlite-error.js'

/**
 * Lets a handle that only reads go on where SQLite would refuse a whole file for a part of it: where the file is shorter than
 * its header says, or a part of the schema cannot be read. What it reads may be wrong, and is for a salvage to check.
 */
export function tolerateDamage(handle: Database): void {
  handle.unsafeMode(true)
  // On a handle that cannot write, this does nothing else (https://www.sqlite.org/pragma.html#pragma_writable_schema).
  handle.pragma('writable_schema = ON')
}

/**
 * The same, for a handle whose tables will be read.
 *
 * @throws {@link UnsafeSchemaError} where something stands in the place of a table of ours; no table was read
 */
export function tolerateSafely(handle: Database, location: string): void {
  tolerateDamage(handle)
  const isEnd = (error: unknown) =>
    isDamage(error) || (sqliteCode(error)?.startsWith('SQLITE_IOERR') ?? false)
  refuseUnsafeDamagedSchema(handle, location, isEnd)
}
