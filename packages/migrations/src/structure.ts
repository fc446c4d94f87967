import type { DataSource } from 'typeorm'
import { Connection } from './connection.js'
import { ORPHANS_TABLE } from './names.js'
import { checkDataSource } from './options.js'
import { isToken, tokensOf } from './safety/sql-tokens.js'

/** One column, as `PRAGMA table_xinfo` describes it. */
export interface ColumnStructure {
  readonly name: string
  /** The declared type, in upper case. */
  readonly type: string
  readonly notNull: boolean
  /** The default's SQL text; `null` where there is none. */
  readonly default: string | null
  /** The place in the primary key, from 1; 0 outside of it. */
  readonly primaryKey: number
}

/** One index that a `CREATE INDEX` made. */
export interface IndexStructure {
  readonly name: string
  /** The columns in their order; `null` for an expression. */
  readonly columns: readonly (string | null)[]
  readonly unique: boolean
  readonly partial: boolean
}

/** One foreign key. */
export interface ForeignKeyStructure {
  readonly columns: readonly string[]
  readonly table: string
  /** `null` where the other table's primary key is meant without being named. */
  readonly references: readonly (string | null)[]
  readonly onDelete: string
  readonly onUpdate: string
}

/** One table. The lists are sorted, so that two tables of the same structure are deeply equal. */
export interface TableStructure {
  readonly name: string
  readonly columns: readonly ColumnStructure[]
  /** The column lists of its UNIQUE constraints. */
  readonly unique: readonly (readonly string[])[]
  readonly foreignKeys: readonly ForeignKeyStructure[]
  readonly indexes: readonly IndexStructure[]
  readonly withoutRowid: boolean
  readonly strict: boolean
}

/**
 * Describes every table of a database, sorted by name, as plain data: two databases have the same structure exactly
 * where the descriptions are deeply equal. The order of columns, SQLite's own tables, virtual ones and the side table of
 * orphaned links are left out.
 */
export async function readStructure(dataSource: DataSource): Promise<TableStructure[]> {
  checkDataSource(dataSource)
  return structureOf(new Connection(dataSource))
}

const REAL_TABLES = `SELECT name FROM sqlite_master
  WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND sql NOT LIKE 'CREATE VIRTUAL%'
    AND name <> '${ORPHANS_TABLE}'`
const COLUMNS = `SELECT m.name AS "table", c.name, upper(c.type) AS type, c."notnull", c.dflt_value, c.pk
  FROM (${REAL_TABLES}) m, pragma_table_xinfo(m.name, 'main') c ORDER BY 1, 2`
const INDEXES = `SELECT m.name AS "table", i.name, i."unique", i.origin, i.partial, c.name AS "column"
  FROM (${REAL_TABLES}) m, pragma_index_list(m.name, 'main') i, pragma_index_xinfo(i.name, 'main') c
  WHERE c."key" = 1 ORDER BY 1, 2, c.seqno`
const FOREIGN_KEYS = `SELECT m.name AS "table", f.id, f."table" AS target, f."from", f."to", f.on_delete, f.on_update
  FROM (${REAL_TABLES}) m, pragma_foreign_key_list(m.name, 'main') f ORDER BY 1, f.id, f.seq`
// Not from `pragma_table_list`, for which SQLite expands every view and connects every virtual table.
const KINDS = `SELECT name, sql FROM sqlite_master WHERE name IN (${REAL_TABLES}) AND type = 'table' ORDER BY 1`

interface ColumnRow {
  readonly table: string
  readonly name: string
  readonly type: string
  readonly notnull: number
  readonly dflt_value: string | null
  readonly pk: number
}

interface IndexRow {
  readonly table: string
  readonly name: string
  readonly unique: number
  readonly origin: string
  readonly partial: number
  readonly column: string | null
}

interface ForeignKeyRow {
  readonly table: string
  readonly id: number
  readonly target: string
  readonly from: string
  readonly to: string | null
  readonly on_delete: string
  readonly on_update: string
}

/** {@link readStructure} of a connection. */
export async function structureOf(connection: Connection): Promise<TableStructure[]> {
  const kinds = await connection.rows<{ name: string; sql: string }>(KINDS)
  const columns = grouped(await connection.rows<ColumnRow>(COLUMNS), (row) => row.table)
  const indexes = grouped(await connection.rows<IndexRow>(INDEXES), (row) => row.table)
  const foreignKeys = grouped(await connection.rows<ForeignKeyRow>(FOREIGN_KEYS), (row) => row.table)
  return kinds.map(({ name, sql }) => {
    const options = tableOptions(sql)
    const parts = [...grouped(indexes.get(name) ?? [], (row) => row.name).values()]
    return {
      name,
      columns: (columns.get(name) ?? []).map(columnOf),
      unique: sorted(parts.filter((rows) => rows[0]?.origin === 'u').map((rows) => rows.map(indexedName))),
      foreignKeys: sorted(
        [...grouped(foreignKeys.get(name) ?? [], (row) => String(row.id)).values()].flatMap(foreignKeyOf),
      ),
      indexes: parts.filter((rows) => rows[0]?.origin === 'c').flatMap(indexOf),
      withoutRowid: options.has('without'),
      strict: options.has('strict'),
    }
  })
}

/** The words behind a table's columns: https://www.sqlite.org/lang_createtable.html#table_options */
function tableOptions(sql: string): ReadonlySet<string> {
  const tokens = tokensOf(sql)
  return new Set(
    tokens.slice(tokens.findLastIndex((token) => isToken(token, ')')) + 1).map(({ text }) => text),
  )
}

function columnOf({ name, type, notnull, dflt_value, pk }: ColumnRow): ColumnStructure {
  return { name, type, notNull: notnull === 1, default: dflt_value, primaryKey: pk }
}

function indexOf(rows: readonly IndexRow[]): IndexStructure[] {
  return rows.slice(0, 1).map(({ name, unique, partial }) => ({
    name,
    columns: rows.map(({ column }) => column),
    unique: unique === 1,
    partial: partial === 1,
  }))
}

function indexedName({ column }: IndexRow): string {
  return column ?? ''
}

function foreignKeyOf(rows: readonly ForeignKeyRow[]): ForeignKeyStructure[] {
  return rows.slice(0, 1).map(({ target, on_delete, on_update }) => ({
    columns: rows.map(({ from }) => from),
    table: target,
    references: rows.map(({ to }) => to),
    onDelete: on_delete,
    onUpdate: on_update,
  }))
}

function grouped<Row>(rows: readonly Row[], keyOf: (row: Row) => string): Map<string, Row[]> {
  const groups = new Map<string, Row[]>()
  for (const row of rows) {
    const key = keyOf(row)
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [row])
    else group.push(row)
  }
  return groups
}

function sorted<Item>(items: readonly Item[]): Item[] {
  const keyed = items.map((item) => ({ item, key: JSON.stringify(item) }))
  keyed.sort((a, b) => (a.key < b.key ? -1 : 1))
  return keyed.map(({ item }) => item)
}
