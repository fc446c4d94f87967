import { createHash } from 'node:crypto'
import Database from 'better-sqlite3'
import { damageOf } from './contents.js'

/** What a database holds, whatever its pages look like. */
export interface Dump {
  /** For each table a digest of all of its rows. */
  readonly tables: Readonly<Record<string, string>>
  /** What SQLite finds wrong with the file, one sentence each. */
  readonly damage: readonly string[]
}

/** Reads a whole file, with better-sqlite3 alone and in the words of SQL, so that no digit and no type is lost. */
export function dumpOf(file: string): Dump {
  const database = new Database(file, { readonly: true })
  try {
    const names = database
      .prepare<[], string>("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
      .pluck()
      .all()
    const tables = Object.fromEntries(names.map((name) => [name, digestOf(database, name)]))
    return { tables, damage: damageOf(database) }
  } finally {
    database.close()
  }
}

/** Where two dumps differ, for a message; an empty text where they do not. */
export function differenceOf(found: Dump, expected: Dump): string {
  const names = new Set([...Object.keys(found.tables), ...Object.keys(expected.tables)])
  return [...names].filter((name) => found.tables[name] !== expected.tables[name]).join(', ')
}

function digestOf(database: Database.Database, table: string): string {
  const columns = database
    .prepare<[string], string>('SELECT name FROM pragma_table_info(?) ORDER BY name')
    .pluck()
    .all(table)
  const row = columns.map((name) => `'${name}=' || quote("${name}")`).join(` || ' ' || `)
  const digest = createHash('sha256')
  let rows = 0
  for (const text of database
    .prepare<[], string>(`SELECT ${row} FROM "${table}" ORDER BY 1`)
    .pluck()
    .iterate()) {
    digest.update(`${text}\n`)
    rows++
  }
  return `${rows} rows, ${digest.digest('hex')}`
}
