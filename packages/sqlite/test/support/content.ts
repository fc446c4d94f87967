import type { Database } from 'better-sqlite3'

/** Every stored value of every table, by table, as plain better-sqlite3 reads it; whole numbers as `bigint`. */
export function contentOf(handle: Database): Record<string, unknown[]> {
  const tables = handle
    .prepare<[], { name: string }>(`SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name`)
    .all()
  const content: Record<string, unknown[]> = {}
  for (const { name } of tables) {
    content[name] = handle.prepare<[], unknown>(`SELECT * FROM "${name}" ORDER BY rowid`).safeIntegers().all()
  }
  return content
}
