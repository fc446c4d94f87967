import type { DataSource } from 'typeorm'
import type { BetterSqlite3Driver } from 'typeorm/driver/better-sqlite3/BetterSqlite3Driver.js'
import { sqliteCode } from '../database-error.js'
import { UnsafeSchemaError } from '../errors.js'
import { isMadeUp } from '../names.js'
import { checkDataSource, checkPath } from '../options.js'
import { reasonInOurTable } from './our-table.js'
import { isIllegal, isToken, lower, reasonInTokens, tokensOf } from './sql-tokens.js'
import { OUR_NAMES } from './unsafe-schema.js'

/** What is used of better-sqlite3's handle. */
interface Handle {
  prepare(sql: string): { iterate(): Iterable<unknown> }
}

interface Entry {
  readonly type: string | null
  readonly name: string | null
  readonly sql: string | null
}

/** The schema table by all its names: whatever bears one hides it. */
const SCHEMA_TABLE = /^sqlite_(schema|master|temp_schema|temp_master)$/

// As SQLite itself reads it, so that both come to the same end where it is damaged. No view can take the place of
// `sqlite_master`, one could take that of `sqlite_schema`.
const ENTRIES = `SELECT CAST(type AS TEXT) AS type, CAST(name AS TEXT) AS name, tbl_name, rootpage,
  CAST(sql AS TEXT) AS sql FROM main.sqlite_master NOT INDEXED ORDER BY rowid`

/**
 * Refuses, on a DataSource whose handle goes on where a part of the schema cannot be read, what would stand in the place of a
 * table or a function that is read here. Nothing but the schema table itself is read. For a schema that can be read whole,
 * {@link inspectFile} has done more than that.
 *
 * @param location the name of the file in messages; its path unless given
 * @throws {@link InvalidInputError} unless it is an initialized DataSource over better-sqlite3
 * @throws {@link UnsafeSchemaError} naming the object
 * @throws an error of the driver's where SQLite cannot read the file at all, or another connection keeps it
 */
export function refuseUnsafeDamagedSchema(dataSource: DataSource, location?: string): void {
  checkDataSource(dataSource)
  if (location !== undefined) checkPath(location)
  const named = location ?? String(dataSource.options.database)
  const handle = (dataSource.driver as BetterSqlite3Driver).databaseConnection as Handle
  try {
    for (const entry of handle.prepare(ENTRIES).iterate()) {
      const { type, name, sql } = entry as Entry
      const object = { type: type ?? '', name: name ?? '', sql: sql ?? '' }
      const reason = reasonAgainst(object)
      if (reason !== null) throw new UnsafeSchemaError(named, object.type, object.name, reason)
    }
  } catch (error) {
    // SQLite knows nothing that stands behind.
    if (!isEnd(error)) throw error
  }
}

/** Whether it is an error at which SQLite, told to tolerate damage, ends reading the schema and goes on with what it has. */
function isEnd(error: unknown): boolean {
  const code = sqliteCode(error) ?? ''
  return code.startsWith('SQLITE_CORRUPT') || code.startsWith('SQLITE_IOERR')
}

/** What the text makes counts as much as what the entry says: SQLite does not compare them any more. */
function reasonAgainst({ type, name, sql }: { readonly [column in keyof Entry]: string }): string | null {
  const tokens = tokensOf(sql)
  if (isIllegal(tokens)) return null
  const end = tokens.findIndex((token) => ['(', 'as', 'using'].some((mark) => isToken(token, mark)))
  const head = end < 0 ? tokens : tokens.slice(0, end)
  const made = head.filter(({ kind }) => kind !== 'symbol').map(({ text }) => lower(text))
  const isTable = type === 'table' || head.some((token) => isToken(token, 'table'))
  const isOther = type === 'view' || head.some((token) => isToken(token, 'view') || isToken(token, 'virtual'))
  if (!isTable && !isOther) return null
  const names = [lower(name), ...made]
  if (names.some((one) => isMadeUp(one) || SCHEMA_TABLE.test(one))) {
    return 'it has the name of a table of SQLite’s own'
  }
  if (!names.some((one) => OUR_NAMES.has(one))) return null
  return isOther ? 'it has the name of a table of ours' : (reasonInTokens(tokens) ?? reasonInOurTable(tokens))
}
