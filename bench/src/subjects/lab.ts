import { openStore, type SqliteStore } from '@tract/sqlite'
import type { Database } from 'better-sqlite3'
import type { Kysely } from 'kysely'
import type { DataSource } from 'typeorm'
import type { History } from '../history/history.js'
import { type Drizzle, openDrizzle } from './drizzle.js'
import { openKysely, type Tables } from './kysely.js'
import { openHandle } from './open-handle.js'
import { openTypeorm } from './typeorm.js'

/** Everybody on the same file. */
export interface Lab {
  readonly history: History
  readonly store: SqliteStore
  /** The limit's handle. */
  readonly db: Database
  /** A handle of nobody's: whoever looks at rows or empties the log through a contestant's own would warm its cache. */
  readonly aside: Database
  readonly typeorm: DataSource
  readonly drizzle: Drizzle
  readonly kysely: Kysely<Tables>
}

/** Opens everybody on a file, runs a function and closes them. */
export async function withLab<Result>(
  history: History,
  work: (lab: Lab) => Promise<Result>,
): Promise<Result> {
  const store = await openStore(history.path)
  // On Node 20 the first transaction switches on hooks that slow every promise of the process from then on: nobody who
  // uses a store is ever without them.
  await store.transaction(async () => {})
  const db = openHandle(history.path)
  const aside = openHandle(history.path)
  const typeorm = await openTypeorm(history.path)
  const drizzle = openDrizzle(history.path)
  const kysely = openKysely(history.path)
  try {
    return await work({ history, store, db, aside, typeorm, drizzle, kysely })
  } finally {
    await kysely.destroy()
    drizzle.$client.close()
    await typeorm.destroy()
    aside.close()
    db.close()
    await store.close()
  }
}
