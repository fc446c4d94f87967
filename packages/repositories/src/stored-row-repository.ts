/** The tables of the storage format, each before those that refer to it. */
export type StoredTable =
  | 'blobs'
  | 'commits'
  | 'commit_parents'
  | 'refs'
  | 'annotations'
  | 'operation_events'
  | 'operation_commits'
  | 'compile_records'
  | 'compile_effectives'
  | 'spawn_pointers'
  | 'policy_proposals'
  | 'policy_log'

/** A value as the storage format holds it; a whole number that a `number` would round is a `bigint`. */
export type StoredValue = string | number | bigint | null

/** A row as the storage format holds it: columns by their names, every value undecoded. */
export type StoredRow = Readonly<Record<string, StoredValue>>

/**
 * Rows in the encodings of the storage format, for taking them from one store to another. A row that is decoded and
 * encoded again may lose what a hash or a reader cares for: the `.0` of a number, the digits of a time.
 */
export abstract class StoredRowRepository {
  /**
   * The rows that hold one of the values in a column, in the order of insertion. Takes time as the table is large where
   * no index of the format begins with the column.
   *
   * @param column a column of the table, by its name there
   */
  abstract read(table: StoredTable, column: string, values: readonly string[]): Promise<readonly StoredRow[]>

  /**
   * Stores rows as they are given, each unless its key is taken: all of them or none. Returns, in their order, the row
   * that had the key, or `null` where the row was stored. A column that may be null can be left out, and so can an `id`
   * that the database gives. No value is decoded: whoever calls has verified them.
   *
   * @throws {@link InvalidInputError} for an unknown or missing column, or a value that no database holds
   * @throws {@link AlreadyExistsError} where another rule than the key forbids a second such row: a child has a parent
   * @throws {@link MissingReferenceError} where a row refers to one that does not exist
   */
  abstract insert(table: StoredTable, rows: readonly StoredRow[]): Promise<readonly (StoredRow | null)[]>
}
