/** Rows by their keys, in the order of the rows. A key asked for twice keeps its first place. */
export function byKey<Row>(rows: readonly Row[], keyOf: (row: Row) => string): Map<string, Row> {
  const found = new Map<string, Row>()
  for (const row of rows) found.set(keyOf(row), row)
  return found
}
