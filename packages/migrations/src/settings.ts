import type { Connection } from './connection.js'
import { Patience } from './patience.js'

/** How long setting a pragma back may wait for another connection, in milliseconds. */
const RESTORE_MS = 10_000

/**
 * Runs a function while the pragmas are set so, and sets them back to what they were. Some of them read the schema, so
 * they wait for others like any statement.
 */
export async function withPragmas<Result>(
  connection: Connection,
  patience: Patience,
  settings: Readonly<Record<string, number>>,
  work: () => Promise<Result>,
): Promise<Result> {
  const before = new Map<string, unknown>()
  try {
    for (const [name, value] of Object.entries(settings)) {
      await patience.whenNotBusy(async () => {
        before.set(name, connection.pragma(name))
        connection.pragma(`${name} = ${value}`)
      })
    }
    return await work()
  } finally {
    const unhurried = new Patience(connection.location, RESTORE_MS)
    for (const [name, value] of before) {
      await unhurried.whenNotBusy(async () => connection.pragma(`${name} = ${String(value)}`))
    }
  }
}

const CAREFUL = {
  // A lock is reported at once: SQLite's own waiting blocks the event loop.
  busy_timeout: 0,
  // SQLite's advice for files of unknown origin (https://www.sqlite.org/security.html).
  trusted_schema: 0,
  cell_size_check: 1,
}

/** Runs a function while SQLite neither waits by itself nor trusts the file. These settings are read without the file. */
export async function withCare<Result>(connection: Connection, work: () => Promise<Result>): Promise<Result> {
  const before = Object.keys(CAREFUL).map((name) => [name, connection.pragma(name)] as const)
  for (const [name, value] of Object.entries(CAREFUL)) connection.pragma(`${name} = ${value}`)
  try {
    return await work()
  } finally {
    for (const [name, value] of before) connection.pragma(`${name} = ${String(value)}`)
  }
}
