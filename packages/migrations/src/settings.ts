import type { Connection } from './connection.js'

/** Runs a function while the pragmas are set so, and sets them back to what they were. */
export async function withPragmas<Result>(
  connection: Connection,
  settings: Readonly<Record<string, number>>,
  work: () => Promise<Result>,
): Promise<Result> {
  const before = Object.keys(settings).map((name) => [name, connection.pragma(name)] as const)
  try {
    for (const [name, value] of Object.entries(settings)) connection.pragma(`${name} = ${value}`)
    return await work()
  } finally {
    for (const [name, value] of before) connection.pragma(`${name} = ${String(value)}`)
  }
}

/** Runs a function while a lock is reported at once: SQLite's own waiting blocks the event loop. */
export async function withoutNativeWait<Result>(
  connection: Connection,
  work: () => Promise<Result>,
): Promise<Result> {
  return withPragmas(connection, { busy_timeout: 0 }, work)
}
