/** Rows by their keys, in the order in which the keys were asked for. */
export function byKey<Row>(
  wanted: readonly string[],
  rows: readonly Row[],
  keyOf: (row: Row) => string,
): Map<string, Row> {
  const found = new Map(rows.map((row) => [keyOf(row), row]))
  const ordered = new Map<string, Row>()
  for (const key of wanted) {
    const row = found.get(key)
    if (row !== undefined) ordered.set(key, row)
  }
  return ordered
}
