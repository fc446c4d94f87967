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

/** Runs a function while a lock is reported at once: SQLite's own waiting blocks the event loop. */
export async function withoutNativeWait<Result>(
  connection: Connection,
  work: () => Promise<Result>,
): Promise<Result> {
  const before = connection.pragma('busy_timeout')
  connection.pragma('busy_timeout = 0')
  try {
    return await work()
  } finally {
    connection.pragma(`busy_timeout = ${String(before)}`)
  }
}
