import { setTimeout as sleep } from 'node:timers/promises'
import { StoreBusyError } from '@tract/repositories'
import { describe, expect } from 'vitest'
import { createDataSource, initializeDatabase, type SqliteStore } from '../src/index.js'
import { it } from './support/it.js'
import { aBlob, hash, TRACT } from './support/rows.js'
import { signal } from './support/signal.js'

describe('a store that meets the lock of another connection', () => {
  // better-sqlite3 waits inside the call: the event loop stands still, and with it the transaction that is waited for.
  it('lets another store of the same process finish the transaction that it waits for', async ({ open }) => {
    const first = await open()
    const second = await open()
    const begun = signal()
    const holding = first.transaction(async (tx) => {
      await tx.blobs.saveIfAbsent(aBlob(1))
      begun.give()
      await sleep(60)
      await tx.blobs.saveIfAbsent(aBlob(2))
    })
    await begun.given
    await Promise.all([
      holding,
      second.transaction((tx) => tx.blobs.saveIfAbsent(aBlob(3))),
      second.blobs.saveIfAbsent(aBlob(4)),
    ])
    expect((await second.blobs.getMany([1, 2, 3, 4].map(hash))).size).toBe(4)
  })

  it('shares the file fairly enough with another store that both finish a hundred units', async ({
    open,
  }) => {
    const stores = [await open(), await open()]
    await Promise.all(stores.map((store, index) => Promise.all(units(store, index * 1000))))
    expect((await stores[0]?.commits.getAll('none'))?.length).toBe(0)
    const numbers = Array.from({ length: 100 }, (_, number) => number)
    const wanted = [...numbers, ...numbers.map((number) => number + 1000)].map(hash)
    expect((await stores[0]?.blobs.getMany(wanted))?.size).toBe(200)
  })

  it('keeps the event loop free while it waits', async ({ store, plain }) => {
    const other = plain()
    other.exec('BEGIN IMMEDIATE')
    const waiting = store.blobs.saveIfAbsent(aBlob(1))
    // Had the call waited inside SQLite, it would have given up before the first of these turns.
    for (let turn = 0; turn < 10; turn++) await sleep(5)
    other.exec('COMMIT')
    await waiting
    expect(await store.blobs.get(hash(1))).not.toBeNull()
  })

  it('gives up with a typed error after busyTimeoutMs, and works on afterwards', async ({ open, plain }) => {
    const store = await open(undefined, { busyTimeoutMs: 80 })
    const other = plain()
    other.exec('BEGIN IMMEDIATE')
    const error = await store.transaction(async (tx) => tx.blobs.saveIfAbsent(aBlob(1))).catch((e) => e)
    expect(error).toBeInstanceOf(StoreBusyError)
    expect(error.waitedMs).toBeGreaterThanOrEqual(80)
    await expect(store.blobs.saveIfAbsent(aBlob(2))).rejects.toBeInstanceOf(StoreBusyError)
    await expect(store.commits.delete(hash(1))).rejects.toBeInstanceOf(StoreBusyError)
    other.exec('COMMIT')
    // Had the failed BEGIN left anything open, this one would be a BEGIN inside a transaction.
    await store.transaction((tx) => tx.blobs.saveIfAbsent(aBlob(3)))
    expect((await store.blobs.getMany([1, 2, 3].map(hash))).size).toBe(1)
  })

  it('with busyTimeoutMs 0 tries once', async ({ open, plain }) => {
    const store = await open(undefined, { busyTimeoutMs: 0 })
    plain().exec('BEGIN IMMEDIATE')
    await expect(store.blobs.saveIfAbsent(aBlob(1))).rejects.toMatchObject({ code: 'store_busy' })
  })

  it('runs the function of a waiting transaction once', async ({ store, plain }) => {
    const other = plain()
    other.exec('BEGIN IMMEDIATE')
    let runs = 0
    const waiting = store.transaction(async () => {
      runs++
    })
    await sleep(30)
    expect(runs).toBe(0)
    other.exec('COMMIT')
    await waiting
    expect(runs).toBe(1)
  })

  it('reads on while another connection writes', async ({ store, plain }) => {
    await store.blobs.saveIfAbsent(aBlob(1))
    const other = plain()
    other.exec(`BEGIN IMMEDIATE; DELETE FROM blobs`)
    expect(await store.blobs.get(hash(1))).not.toBeNull()
    other.exec('ROLLBACK')
  })
})

describe("a store over a DataSource whose owner is in a transaction of the owner's own", () => {
  it('takes rows with gaps after it, and leaves foreign keys as they are for everybody else', async ({
    open,
    location,
  }) => {
    const dataSource = createDataSource({ database: location })
    await dataSource.initialize()
    try {
      await initializeDatabase(dataSource)
      const store = await open(dataSource)
      for (let round = 0; round < 30; round++) {
        await dataSource.query('BEGIN TRANSACTION')
        const gaps = store.transaction(
          (tx) =>
            tx.storedRows.insert('refs', [
              {
                tract_id: TRACT,
                ref_name: `refs/tags/${round}`,
                commit_hash: hash(round),
                symbolic_target: null,
              },
            ]),
          { allowGaps: true },
        )
        await sleep(round % 3)
        await dataSource.query('COMMIT')
        const again = dataSource.query('BEGIN TRANSACTION').then(() => dataSource.query('COMMIT'))
        await Promise.all([gaps, again.catch(() => undefined)])
        expect(await dataSource.query('PRAGMA foreign_keys')).toEqual([{ foreign_keys: 1 }])
      }
      expect(await store.refs.getRef(TRACT, 'refs/tags/29')).toBe(hash(29))
    } finally {
      await dataSource.destroy()
    }
  })

  // The handle is one: a statement of the store's would become part of the owner's transaction and end with it.
  it('waits for its end, and what it wrote outlives its rollback', async ({ open, location }) => {
    const dataSource = createDataSource({ database: location })
    await dataSource.initialize()
    try {
      await initializeDatabase(dataSource)
      const store = await open(dataSource)
      await dataSource.query('BEGIN TRANSACTION')
      const writes = Promise.all([
        store.blobs.saveIfAbsent(aBlob(1)),
        store.transaction((tx) => tx.blobs.saveIfAbsent(aBlob(2))),
      ])
      await sleep(30)
      expect(await store.blobs.get(hash(1))).toBeNull()
      await dataSource.query('ROLLBACK')
      await writes
      expect((await store.blobs.getMany([hash(1), hash(2)])).size).toBe(2)
      await store.close()
    } finally {
      await dataSource.destroy()
    }
  })

  it('gives up with a typed error, and leaves that transaction as it was', async ({ open, location }) => {
    const dataSource = createDataSource({ database: location })
    await dataSource.initialize()
    try {
      await initializeDatabase(dataSource)
      const store = await open(dataSource, { busyTimeoutMs: 40 })
      await dataSource.query('BEGIN TRANSACTION')
      await dataSource.query(`INSERT INTO _trace_meta VALUES ('mine', 'x')`)
      await expect(store.blobs.saveIfAbsent(aBlob(1))).rejects.toBeInstanceOf(StoreBusyError)
      await expect(store.commits.delete(hash(1))).rejects.toBeInstanceOf(StoreBusyError)
      await expect(store.transaction(async () => 1)).rejects.toBeInstanceOf(StoreBusyError)
      await dataSource.query('COMMIT')
      expect(await dataSource.query(`SELECT value FROM _trace_meta WHERE key = 'mine'`)).toEqual([
        { value: 'x' },
      ])
      await store.close()
    } finally {
      await dataSource.destroy()
    }
  })
})

function units(store: SqliteStore, from: number): Promise<unknown>[] {
  return Array.from({ length: 100 }, (_, index) =>
    store.transaction(async (tx) => {
      await tx.blobs.get(hash(from + index))
      await sleep(0)
      await tx.blobs.saveIfAbsent(aBlob(from + index))
    }),
  )
}
