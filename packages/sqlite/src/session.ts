import type { Connection } from './connection.js'
import type { TableForms } from './table-forms.js'

/**
 * Where a repository's statements run: in the running transaction, or outside of any. The function given is synchronous
 * and may run again after a lock was waited for, so it does nothing but statements.
 */
export interface Session {
  /** For checking and encoding input at the moment of the call: the turn may come later. */
  readonly forms: TableForms
  /** Runs one statement that reads, or several as {@link inSnapshot} does. */
  read<Result>(work: (db: Connection) => Result): Result | Promise<Result>
  /** Runs one statement that writes. */
  write<Result>(work: (db: Connection) => Result): Result | Promise<Result>
  /** Runs several statements of which all take effect or none. */
  writeTogether<Result>(work: (db: Connection) => Result): Result | Promise<Result>
  /**
   * The same for many inserts: in an open transaction they run without a savepoint, under which SQLite copies every page
   * before it changes it, twenty of them for an event with nine commits.
   *
   * @param willSucceed whether nothing is foreseen that would refuse one of them; asked before the first
   */
  insertTogether<Result>(
    work: (db: Connection) => Result,
    willSucceed: (db: Connection) => boolean,
  ): Result | Promise<Result>
}

/** Runs several statements in a savepoint of the open transaction. */
export function inSavepoint<Result>(db: Connection, work: (db: Connection) => Result): Result {
  db.run('SAVEPOINT tract_statements')
  try {
    const result = work(db)
    db.run('RELEASE tract_statements')
    return result
  } catch (error) {
    // A full disk or an input error may have ended the whole transaction already.
    if (db.handle.inTransaction) {
      db.run('ROLLBACK TO tract_statements')
      db.run('RELEASE tract_statements')
    }
    throw error
  }
}

/** Runs several statements in the open transaction, which ends where one of them fails: nobody could take the others back. */
export function orEndTransaction<Result>(db: Connection, work: (db: Connection) => Result): Result {
  try {
    return work(db)
  } catch (error) {
    if (db.handle.inTransaction) db.run('ROLLBACK')
    throw error
  }
}

/** Runs several statements that read, all of one moment: in the open transaction, or in one of their own. */
export function inSnapshot<Result>(db: Connection, read: () => Result): Result {
  if (db.handle.inTransaction) return read()
  db.run('BEGIN')
  try {
    return read()
  } finally {
    if (db.handle.inTransaction) db.run('COMMIT')
  }
}

/** Runs several statements in a transaction of their own. */
export function inTransaction<Result>(db: Connection, work: (db: Connection) => Result): Result {
  // A deferred transaction that meets another's commit between its statements would have to begin again from the start.
  db.run('BEGIN IMMEDIATE')
  try {
    const result = work(db)
    db.run('COMMIT')
    return result
  } catch (error) {
    if (db.handle.inTransaction) db.run('ROLLBACK')
    throw error
  }
}
