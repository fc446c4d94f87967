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

/** What is told of a row that cannot be read, or not as a whole. */
export interface RowDamage {
  /** What of its key is known, by column; empty where it can only be told that rows are missing. */
  readonly key: StoredRow
  /** The column that cannot be read; `null` where the row as such cannot, or several columns. */
  readonly column: string | null
  /** The columns that could be read, with what stands there; it may be as damaged as the rest. */
  readonly found: StoredRow
  /** What was found, for people. */
  readonly message: string
}

/** One row of {@link StoredRowRepository.iterateReadable}. */
export type ReadableRow =
  | { readonly row: StoredRow; readonly damage: null }
  /** `row`, where there is one, has `null` in the column that cannot be read and may be null. */
  | { readonly row: StoredRow | null; readonly damage: RowDamage }

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
   * Every row of a table that can be read, whatever is damaged beside it, in the order of insertion, and then what is
   * known of those that cannot. For saving what is left of a damaged database: it goes around what {@link read}
   * stops at, and a row that it gives can be read and stored by every other method. It sees what is committed as it goes.
   *
   * Wrong arguments, and a store or transaction that has ended, are refused when the first row is asked for.
   */
  abstract iterateReadable(table: StoredTable): AsyncGenerator<ReadableRow, void, undefined>

  /**
   * Stores rows as they are given, each unless its key is taken: all of them or none. Returns, in their order, the row
   * that had the key, or `null` where the row was stored. A column that may be null can be left out, and so can an `id`
   * that the database gives. No value is decoded: whoever calls has verified them.
   *
   * @throws {@link InvalidInputError} for an unknown or missing column, or a value that no database holds
   * @throws {@link AlreadyExistsError} where another rule than the key forbids a second such row: a child has a parent
   * @throws {@link MissingReferenceError} where a row refers to one that does not exist, except in a transaction that
   * allows gaps
   */
  abstract insert(table: StoredTable, rows: readonly StoredRow[]): Promise<readonly (StoredRow | null)[]>

  /**
   * Puts the values of the given rows in the place of `null` in the stored rows of their keys: all of them or none. What is
   * not `null` stays, whatever is given for it. Returns how many of the rows are there. No value is decoded: whoever
   * calls has verified them.
   *
   * @param rows whole rows, as {@link insert} takes them
   * @throws {@link InvalidInputError} as {@link insert} does
   * @throws {@link MissingReferenceError} where a value refers to a row that does not exist, except in a transaction that
   * allows gaps
   */
  abstract fill(table: StoredTable, rows: readonly StoredRow[]): Promise<number>
}
