/** The tables of versions 3 to 5 that version 6 has no more, in the order in which they are dropped. */
export const COMPRESSION_TABLES = ['compression_results', 'compression_sources', 'compressions'] as const

/** The table of links whose commit is missing. A migration may make it; it is no part of the structure. */
export const ORPHANS_TABLE = '_orphaned_operation_commits'

/** The name that a table has while it is being built. */
export const UNDER_CONSTRUCTION = '_tract_rebuild'

const MADE_UP = new Set([
  ...['json_each', 'json_tree', 'dbstat', 'sqlite_dbpage', 'sqlite_stmt', 'bytecode', 'tables_used'],
  ...['fts3tokenize', 'generate_series'],
])

/**
 * Whether SQLite makes up a table of this name, for our statements or its own: one of the file with it would be read in its
 * stead (https://www.sqlite.org/vtab.html#tabfunc2).
 *
 * @param name in lower case
 */
export function isMadeUp(name: string): boolean {
  return name.startsWith('pragma_') || MADE_UP.has(name)
}
