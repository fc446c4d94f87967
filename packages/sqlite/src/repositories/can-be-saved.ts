/**
 * A statement that tells whether a row and its links to commits can be stored: its key is free, no link names it already, and
 * every commit is there. Its parameters are the key, the key again, and the hashes as a JSON list.
 *
 * @param table the row's table
 * @param links the table of its links
 * @param key the column of the key, in both
 */
export function canBeSaved(table: string, links: string, key: string): string {
  return `
    SELECT NOT EXISTS (SELECT 1 FROM ${table} WHERE ${key} = ?)
      AND NOT EXISTS (SELECT 1 FROM ${links} WHERE ${key} = ?)
      AND NOT EXISTS (
        SELECT 1 FROM json_each(?) AS wanted
        WHERE NOT EXISTS (SELECT 1 FROM commits WHERE commit_hash = wanted.value)
      )`
}
