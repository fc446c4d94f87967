/** A value as SQL text. */
export function literal(value: string | number | null): string {
  if (value === null) return 'NULL'
  return typeof value === 'number' ? String(value) : `'${value.replaceAll("'", "''")}'`
}

/** One INSERT a row; the values are those of the columns named. */
export function inserts(
  table: string,
  columns: readonly string[],
  rows: readonly (readonly (string | number | null)[])[],
): string[] {
  const list = columns.map((column) => `"${column}"`).join(', ')
  return rows.map((row) => `INSERT INTO ${table} (${list}) VALUES (${row.map(literal).join(', ')})`)
}
