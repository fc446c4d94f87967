import {
  CloseTimeoutError,
  InvalidInputError,
  StoreClosedError,
  type Transaction,
  TransactionEndedError,
} from '@tract/repositories'
import { describe, expect } from 'vitest'
import { createDataSource, initializeDatabase, openStore, type SqliteStore } from '../src/index.js'
import { it } from './support/it.js'
import { aBlob, hash } from './support/rows.js'
import { signal } from './support/signal.js'

const never = new Promise<never>(() => undefined)

/** A transaction that has written a blob and then waits for a signal that may not come. */
async function stuck(store: SqliteStore, until: Promise<unknown> = never) {
  const begun = signal()
  let kept: Transaction | undefined
  const running = store.transaction(async function saveTurn(tx) {
    kept = tx
    await tx.blobs.saveIfAbsent(aBlob(1))
    begun.give()
    await until
    return tx.blobs.saveIfAbsent(aBlob(2))
  })
  const outcome = running.catch((error: unknown) => error)
  await begun.given
  if (kept === undefined) throw new Error('the transaction has not begun')
  return { outcome, tx: kept }
}

describe('a transaction that does not end', () => {
  it('does not keep a store from closing: it is rolled back, and both are told', async ({ open, plain }) => {
    const store = await open(undefined, { closeTimeoutMs: 30 })
    const { outcome } = await stuck(store)
    const error = await store.close().catch((caught: unknown) => caught)
    expect(error).toBeInstanceOf(CloseTimeoutError)
    expect(error).toMatchObject({
      code: 'close_timeout',
      holder: { where: 'this_store', transaction: 1, name: 'saveTurn', since: expect.any(Date) },
    })
    expect(await outcome).toBe(error)
    expect(plain().prepare('SELECT count(*) FROM blobs').pluck().get()).toBe(0)
  })

  it('lets go of the file, which the next store opens and writes', async ({ open, folder }) => {
    const store = await open(undefined, { closeTimeoutMs: 0 })
    await stuck(store)
    await expect(store.close()).rejects.toBeInstanceOf(CloseTimeoutError)
    const { readdir } = await import('node:fs/promises')
    expect(await readdir(folder)).toEqual(['agent.db'])
    const next = await open(undefined, { busyTimeoutMs: 0 })
    await next.blobs.saveIfAbsent(aBlob(3))
    expect((await next.blobs.getMany([1, 2, 3].map(hash))).size).toBe(1)
  })

  it('is refused everything that it does afterwards', async ({ open, plain }) => {
    const store = await open(undefined, { closeTimeoutMs: 0 })
    const late = signal()
    const calls = signal()
    let refused: readonly PromiseSettledResult<unknown>[] = []
    const begun = signal()
    const running = store.transaction(async (tx) => {
      begun.give()
      await late.given
      refused = await Promise.allSettled([
        tx.blobs.saveIfAbsent(aBlob(1)),
        tx.blobs.get(hash(1)),
        tx.transaction(async () => 1),
        store.blobs.saveIfAbsent(aBlob(2)),
        store.transaction(async () => 1),
        store.withManager(async () => 1),
      ])
      calls.give()
    })
    await begun.given
    const closing = store.close()
    await expect(running).rejects.toBeInstanceOf(CloseTimeoutError)
    await expect(closing).rejects.toBeInstanceOf(CloseTimeoutError)
    late.give()
    await calls.given
    expect(refused).toHaveLength(6)
    for (const call of refused) {
      expect(call).toMatchObject({ status: 'rejected', reason: expect.any(TransactionEndedError) })
    }
    expect(plain().prepare('SELECT count(*) FROM blobs').pluck().get()).toBe(0)
  })

  it('takes with it what is nested in it, and what waits inside', async ({ open, plain }) => {
    const store = await open(undefined, { closeTimeoutMs: 0 })
    const begun = signal()
    const inside: Promise<unknown>[] = []
    const running = store.transaction(async (tx) => {
      await tx.blobs.saveIfAbsent(aBlob(1))
      const nested = tx.transaction(async () => {
        await tx.blobs.saveIfAbsent(aBlob(2))
        begun.give()
        return never
      })
      const sibling = tx.transaction(async () => 1)
      inside.push(sibling.catch((error: unknown) => error))
      await nested
    })
    const outcome = running.catch((error: unknown) => error)
    await begun.given
    await expect(store.close()).rejects.toBeInstanceOf(CloseTimeoutError)
    expect(await outcome).toBeInstanceOf(CloseTimeoutError)
    expect(await Promise.all(inside)).toEqual([expect.any(TransactionEndedError)])
    expect(plain().prepare('SELECT count(*) FROM blobs').pluck().get()).toBe(0)
  })

  it('leaves what waited behind it not begun', async ({ open, plain }) => {
    const store = await open(undefined, { closeTimeoutMs: 0 })
    await stuck(store)
    let ran = false
    const waiting = [
      store.transaction(async () => {
        ran = true
      }),
      store.blobs.saveIfAbsent(aBlob(5)),
    ]
    const refused = Promise.allSettled(waiting)
    await expect(store.close()).rejects.toBeInstanceOf(CloseTimeoutError)
    for (const call of await refused) {
      expect(call).toMatchObject({ status: 'rejected', reason: expect.any(StoreClosedError) })
    }
    expect(ran).toBe(false)
    expect(plain().prepare('SELECT count(*) FROM blobs').pluck().get()).toBe(0)
  })

  it('is told of to everybody who closes meanwhile; afterwards the store is closed', async ({ open }) => {
    const store = await open(undefined, { closeTimeoutMs: 20 })
    await stuck(store)
    const [first, second] = await Promise.allSettled([store.close(), store.close()])
    expect(first).toMatchObject({ status: 'rejected', reason: { code: 'close_timeout' } })
    expect(second).toEqual(first)
    await store.close()
    await expect(store.blobs.get(hash(1))).rejects.toBeInstanceOf(StoreClosedError)
  })

  it('is rolled back on the DataSource of an owner, who goes on with it', async ({ location, open }) => {
    const dataSource = createDataSource({ database: location })
    await dataSource.initialize()
    try {
      await initializeDatabase(dataSource)
      const store = await open(dataSource, { closeTimeoutMs: 0 })
      const late = signal()
      const { tx } = await stuck(store, late.given)
      await expect(store.close()).rejects.toBeInstanceOf(CloseTimeoutError)
      const next = await open(dataSource)
      late.give()
      await expect(tx.blobs.saveIfAbsent(aBlob(3))).rejects.toBeInstanceOf(TransactionEndedError)
      await next.blobs.saveIfAbsent(aBlob(4))
      expect((await next.blobs.getMany([1, 2, 3, 4].map(hash))).size).toBe(1)
      await next.close()
    } finally {
      await dataSource.destroy()
    }
  })

  it('in memory is ended too', async () => {
    const store = await openStore(':memory:', { closeTimeoutMs: 0 })
    const { outcome } = await stuck(store)
    const read = store.blobs.get(hash(1)).catch((error: unknown) => error)
    await expect(store.close()).rejects.toBeInstanceOf(CloseTimeoutError)
    expect(await outcome).toBeInstanceOf(CloseTimeoutError)
    expect(await read).toBeInstanceOf(StoreClosedError)
  })
})

describe('closing in time', () => {
  it('throws nothing and leaves no timer behind', async ({ open }) => {
    const store = await open(undefined, { closeTimeoutMs: 60_000 })
    const before = process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length
    const late = signal()
    const { outcome } = await stuck(store, late.given)
    const closing = store.close()
    late.give()
    await closing
    expect(await outcome).toBeDefined()
    const after = process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length
    expect(after).toBe(before)
  })

  it('gives up a call that waits for a lock of somebody else', async ({ open, plain }) => {
    const store = await open(undefined, { closeTimeoutMs: 20, busyTimeoutMs: 60_000 })
    const other = plain()
    other.exec('BEGIN IMMEDIATE')
    const waiting = [store.blobs.saveIfAbsent(aBlob(1)), store.transaction(async () => 1)]
    const refused = Promise.allSettled(waiting)
    const error = await store.close().catch((caught: unknown) => caught)
    expect(error).toMatchObject({ code: 'close_timeout', holder: null })
    for (const call of await refused) {
      expect(call).toMatchObject({ status: 'rejected', reason: expect.any(StoreClosedError) })
    }
    other.exec('COMMIT')
    expect(other.prepare('SELECT count(*) FROM blobs').pluck().get()).toBe(0)
  })

  it('refuses a transaction that waits for a lock of somebody else, and never begins it', async ({
    open,
    plain,
  }) => {
    const store = await open(undefined, { closeTimeoutMs: 0, busyTimeoutMs: 60_000 })
    const other = plain()
    other.exec('BEGIN IMMEDIATE')
    let ran = false
    const waiting = store.transaction(async () => {
      ran = true
    })
    const refused = waiting.catch((error: unknown) => error)
    await expect(store.close()).rejects.toMatchObject({ code: 'close_timeout', holder: null })
    other.exec('COMMIT')
    expect(await refused).toBeInstanceOf(StoreClosedError)
    expect(ran).toBe(false)
  })
})

it.for([-1, 1.5, Number.POSITIVE_INFINITY, 2 ** 31, '30000'])(
  'closeTimeoutMs %s is refused',
  async (value, { location }) => {
    const options = { closeTimeoutMs: value as number }
    await expect(openStore(location, options)).rejects.toBeInstanceOf(InvalidInputError)
  },
)
