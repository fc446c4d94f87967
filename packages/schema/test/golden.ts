import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Where files of the original system lie; their tests are skipped where it is not set. */
export const GOLDEN_DIR = process.env.TRACT_GOLDEN_DIR

/** A stored value before any decoding. */
export type StoredValue = string | number | null

/** The rows of one table of the golden file, by column. */
export function goldenRows(table: string): readonly Readonly<Record<string, StoredValue>>[] {
  const { columns, rows } = contents().tables[table] ?? { columns: [], rows: [] }
  return rows.map((row) => Object.fromEntries(columns.map((column, index) => [column, row[index] ?? null])))
}

/** The tables of the golden file. */
export function goldenTables(): readonly string[] {
  return GOLDEN_DIR === undefined ? [] : Object.keys(contents().tables)
}

interface Contents {
  readonly tables: Readonly<
    Record<
      string,
      { readonly columns: readonly string[]; readonly rows: readonly (readonly StoredValue[])[] }
    >
  >
}

function contents(): Contents {
  return JSON.parse(readFileSync(join(GOLDEN_DIR ?? '', 'v6.contents.json'), 'utf8')) as Contents
}
