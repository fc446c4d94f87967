import type { Database } from 'better-sqlite3'

/** Enough for a clear sample, few enough that the file stays the size it is named for. */
export const MOST_WRITES = 200

/** Empties the write-ahead log, so that each sample pays for its own checkpoints and no other's. */
export function settle(db: Database): () => void {
  return () => {
    db.pragma('wal_checkpoint(TRUNCATE)')
  }
}

/** Rows as they stand in the file, whoever wrote them. */
export function rowsLeft(db: Database, ...queries: readonly (readonly [string, string])[]): unknown[] {
  return queries.map(([sql, value]) => db.prepare(sql).all(value))
}

/** Lists of at most so many items: SQLite takes at most 32,766 variables in a statement. */
export function chunks<Item>(items: readonly Item[], size: number): Item[][] {
  const parts: Item[][] = []
  for (let start = 0; start < items.length; start += size) parts.push(items.slice(start, start + size))
  return parts
}
