import type { Connection } from './connection.js'

/** Writes the version row, in the running transaction. */
export async function writeVersion(connection: Connection, version: number): Promise<void> {
  const changed = await connection.run(
    `UPDATE _trace_meta SET value = ? WHERE "key" = 'schema_version'`,
    String(version),
  )
  if (changed > 0) return
  await connection.run(`INSERT INTO _trace_meta ("key", value) VALUES ('schema_version', ?)`, String(version))
}
