import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import Database from 'better-sqlite3'
import { test } from 'vitest'
import { type OpenStoreOptions, openStore, type SqliteStore } from '../../src/index.js'

/** What every test of the adapter may ask for; all of it is closed and removed when the test is over. */
export interface Fixtures {
  /** An empty folder. */
  readonly folder: string
  /** Where the test's database is, or will be. */
  readonly location: string
  /** Opens a store; at the test's location unless another is given. */
  readonly open: (
    target?: Parameters<typeof openStore>[0],
    options?: OpenStoreOptions,
  ) => Promise<SqliteStore>
  /** A store over a new file at the test's location. */
  readonly store: SqliteStore
  /** Opens a second, independent reader: better-sqlite3 alone, without TypeORM and without our code. */
  readonly plain: (location?: string, options?: Database.Options) => Database.Database
}

export const it = test.extend<Fixtures>({
  folder: async ({ task }, use) => {
    const folder = await mkdtemp(join(tmpdir(), `tract-sqlite-${task.id}-`))
    await use(folder)
    await rm(folder, { recursive: true, force: true })
  },
  location: async ({ folder }, use) => {
    await use(join(folder, 'agent.db'))
  },
  open: async ({ location }, use) => {
    const stores: SqliteStore[] = []
    await use(async (target = location, options = {}) => {
      const store = await openStore(target, options)
      stores.push(store)
      return store
    })
    // A test that fails may leave a transaction open, and closing would wait for it for ever.
    const closing = Promise.allSettled(stores.map((store) => store.close()))
    await Promise.race([closing, sleep(2000, undefined, { ref: false })])
  },
  store: async ({ open }, use) => {
    await use(await open())
  },
  plain: async ({ location }, use) => {
    const handles: Database.Database[] = []
    await use((path = location, options = {}) => {
      const handle = new Database(path, options)
      handles.push(handle)
      return handle
    })
    for (const handle of handles) handle.close()
  },
})
