import type { Bound } from './column.js'

/** A table whose rows can be taken out again. */
interface Taker {
  remove(values: readonly Bound[]): void
}

/**
 * What several inserts that belong together have stored so far, so that they can be taken back alone. A savepoint would do
 * the same, but under one SQLite copies every page before it changes it: twenty pages for an event with nine commits.
 */
export class InsertLog {
  #inserted: (readonly [Taker, readonly Bound[]])[] | null = null

  /** Remembers a row that was new, while somebody may want to take it back. */
  note(table: Taker, values: readonly Bound[]): void {
    this.#inserted?.push([table, values])
  }

  /**
   * Runs inserts of which all stay or none. What is not an insert can only come last, as one statement: that one takes
   * itself back.
   *
   * @param undoFailed ends the whole transaction, for where taking back fails half of the inserts would stay
   */
  together<Result>(work: () => Result, undoFailed: () => void): Result {
    const inserted: (readonly [Taker, readonly Bound[]])[] = []
    this.#inserted = inserted
    try {
      return work()
    } catch (error) {
      try {
        for (const [table, values] of inserted.toReversed()) table.remove(values)
      } catch {
        undoFailed()
      }
      throw error
    } finally {
      this.#inserted = null
    }
  }
}
