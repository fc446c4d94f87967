import { IN_RANGE, inChunks } from './chunks.js'
import type { Connection } from './connection.js'
import { UNDER_CONSTRUCTION } from './names.js'
import type { StepContext } from './progress.js'
import type { ColumnStructure, TableStructure } from './structure.js'
import { columnsOnlyIn } from './structure-difference.js'

/** Why a table's rows do not permit that it gets the expected structure; `null` where they do. Reads only. */
export async function rebuildObstacle(
  connection: Connection,
  found: TableStructure,
  expected: TableStructure,
): Promise<string | null> {
  const holds = (condition: string) =>
    connection.holds(`SELECT 1 FROM "${found.name}" WHERE ${condition} LIMIT 1`)
  const [additional] = columnsOnlyIn(found, expected)
  if (additional !== undefined)
    return `column ${additional.name} is none of this format's, its values would be lost`
  const missing = columnsOnlyIn(expected, found)
  const required = missing.find(({ notNull }) => notNull)
  if (required !== undefined && (await holds('true'))) return `its rows have no ${required.name}`
  if (missing.some(({ notNull }) => notNull)) return null
  for (const column of expected.columns) {
    const present = found.columns.find(({ name }) => name === column.name)
    if (present === undefined) continue
    const name = `"${column.name}"`
    if (column.notNull && !present.notNull && (await holds(`${name} IS NULL`))) {
      return `column ${column.name} has rows without a value`
    }
    const changes = affinity(present.type) === affinity(column.type) ? null : changedBy(column, name)
    if (changes !== null && (await holds(changes))) return `values of column ${column.name} would be changed`
    if (isRowidAlias(column, expected) && (await holds(`typeof(${name}) <> 'integer'`))) {
      return `values of column ${column.name} are no integers`
    }
  }
  for (const columns of newlyUnique(found, expected)) {
    const twice = await duplicate(connection, found.name, columns)
    if (twice !== undefined) return `several rows have the same (${columns.join(', ')}): ${twice}`
  }
  return null
}

/**
 * Builds a table anew from its frozen SQL, with its rows under their row numbers, as https://www.sqlite.org/lang_altertable.html
 * says; foreign keys must be off. The application's own indexes on it are made again.
 */
export async function rebuild(
  connection: Connection,
  context: StepContext,
  found: TableStructure,
  createTable: string,
): Promise<void> {
  const { name } = found
  const kept = await connection.rows<{ sql: string }>(
    "SELECT sql FROM sqlite_master WHERE tbl_name = ? AND type = 'index' AND sql IS NOT NULL ORDER BY rowid",
    name,
  )
  await connection.run(createTable.replace(`CREATE TABLE ${name} (`, `CREATE TABLE ${UNDER_CONSTRUCTION} (`))
  const columns = found.columns.map((column) => `"${column.name}"`)
  // A table with a row number of its own name has it copied as that column.
  if (!columns.includes('"id"')) columns.unshift('rowid')
  const list = columns.join(', ')
  await inChunks(connection, context, { phase: 'copying', table: name }, async ({ from, to }) => {
    const insert = `INSERT OR ROLLBACK INTO ${UNDER_CONSTRUCTION} (${list}) SELECT ${list} FROM "${name}" WHERE ${IN_RANGE}`
    await connection.run(insert, from, to)
  })
  await context.progress('dropping', name)
  await connection.run(`DROP TABLE "${name}"`)
  // Otherwise the renaming would look into views and other tables, which are right as they are.
  const before = connection.pragma('legacy_alter_table')
  connection.pragma('legacy_alter_table = ON')
  try {
    await connection.run(`ALTER TABLE ${UNDER_CONSTRUCTION} RENAME TO "${name}"`)
  } finally {
    connection.pragma(`legacy_alter_table = ${String(before)}`)
  }
  for (const { sql } of kept) await connection.run(sql)
}

/** https://www.sqlite.org/datatype3.html#determination_of_column_affinity */
function affinity(type: string): 'INTEGER' | 'TEXT' | 'BLOB' | 'REAL' | 'NUMERIC' {
  if (type.includes('INT')) return 'INTEGER'
  if (/CHAR|CLOB|TEXT/.test(type)) return 'TEXT'
  if (type === '' || type.includes('BLOB')) return 'BLOB'
  return /REAL|FLOA|DOUB/.test(type) ? 'REAL' : 'NUMERIC'
}

/** The condition that a value might be converted on its way into a column. */
function changedBy(column: ColumnStructure, name: string): string | null {
  if (affinity(column.type) === 'TEXT') return `typeof(${name}) IN ('integer', 'real')`
  return `typeof(${name}) = 'real' OR (typeof(${name}) = 'text' AND ${name} GLOB '*[0-9]*'
    AND ${name} NOT GLOB '*[^-+0-9.eE ]*')`
}

function isRowidAlias(column: ColumnStructure, { columns }: TableStructure): boolean {
  const keys = columns.filter(({ primaryKey }) => primaryKey > 0)
  return column.primaryKey > 0 && column.type === 'INTEGER' && keys.length === 1
}

/** The column lists that may hold a combination only once in the expected table, and may hold it twice in the one found. */
function newlyUnique(found: TableStructure, expected: TableStructure): (readonly string[])[] {
  const known = new Set([
    keyOf(found).join(),
    ...found.unique.map((columns) => columns.join()),
    ...found.indexes.filter(({ unique, partial }) => unique && !partial).map(({ columns }) => columns.join()),
  ])
  return [keyOf(expected), ...expected.unique].filter(
    (columns) => columns.length > 0 && !known.has(columns.join()),
  )
}

function keyOf({ columns }: TableStructure): string[] {
  return columns
    .filter(({ primaryKey }) => primaryKey > 0)
    .sort((a, b) => a.primaryKey - b.primaryKey)
    .map(({ name }) => name)
}

async function duplicate(
  connection: Connection,
  table: string,
  columns: readonly string[],
): Promise<string | undefined> {
  const list = columns.map((column) => `"${column}"`).join(', ')
  const values = columns.map((column) => `"${column}"`).join(` || ', ' || `)
  const row = await connection.row<{ example: string }>(
    `SELECT CAST(${values} AS TEXT) AS example FROM "${table}" GROUP BY ${list} HAVING count(*) > 1 LIMIT 1`,
  )
  return row?.example
}
