import { MissingReferenceError } from '@tract/repositories'
import type { Bound } from './column.js'
import type { Connection } from './connection.js'
import { sqliteCode } from './sqlite-error.js'

const FIRST_MISSING = `
  SELECT value FROM json_each(?) WHERE value NOT IN (SELECT commit_hash FROM commits) ORDER BY key LIMIT 1`

/**
 * Runs a statement that links many commits at once. SQLite does not say which of them broke a foreign key.
 *
 * @param term what one link is called in messages
 * @param commitHashes the commits, as a JSON list: the statement's last parameter
 * @throws {@link MissingReferenceError} naming the first commit that does not exist
 */
export function linkCommits(
  db: Connection,
  term: string,
  commitHashes: string,
  sql: string,
  ...values: Bound[]
): void {
  try {
    db.run(sql, ...values, commitHashes)
  } catch (error) {
    if (sqliteCode(error) !== 'SQLITE_CONSTRAINT_FOREIGNKEY') throw error
    const missing = db.value(FIRST_MISSING, commitHashes)
    if (missing === undefined) throw error
    throw new MissingReferenceError(term, 'commitHash', 'commit', String(missing), { cause: error })
  }
}
