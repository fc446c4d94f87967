import type { Database } from 'better-sqlite3'

/**
 * Lets a handle that only reads go on where SQLite would refuse a whole file for a part of it: where the file is shorter than
 * its header says, or a part of the schema cannot be read. What it reads may be wrong, and is for a salvage to check.
 */
export function tolerateDamage(handle: Database): void {
  handle.unsafeMode(true)
  // On a handle that cannot write, this does nothing else (https://www.sqlite.org/pragma.html#pragma_writable_schema).
  handle.pragma('writable_schema = ON')
}
