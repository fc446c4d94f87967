import { symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { StoreBusyError } from '@tract/repositories'
import { describe, expect } from 'vitest'
import type { SqliteStore } from '../src/index.js'
import { it } from './support/it.js'
import { runProgram } from './support/program.js'
import { aBlob, hash } from './support/rows.js'
import { type Signal, signal } from './support/signal.js'

/** Holds a store's turn until the signal is given. */
async function hold(store: SqliteStore, end: Signal): Promise<{ readonly ended: Promise<void> }> {
  const begun = signal()
  const ended = store.transaction(async function saveTurn() {
    begun.give()
    await end.given
  })
  await begun.given
  return { ended }
}

/** What a call that waits in vain is told. */
async function told(call: Promise<unknown>): Promise<StoreBusyError> {
  const error = await call.then(
    () => 'nothing',
    (caught: unknown) => caught,
  )
  if (error instanceof StoreBusyError) return error
  throw new Error(`found ${String(error)}, expected a StoreBusyError`)
}

describe('a call that waits in vain says who holds the database', () => {
  it('a transaction of the same store, by its number, its name and its beginning', async ({ open }) => {
    const store = await open(undefined, { busyTimeoutMs: 40 })
    const end = signal()
    await store.transaction(async () => undefined)
    const before = Date.now()
    const { ended } = await hold(store, end)
    const after = Date.now()
    for (const call of [store.transaction(async () => 1), store.blobs.saveIfAbsent(aBlob(2))]) {
      const { holder, waitedMs, message } = await told(call)
      expect(holder).toMatchObject({ where: 'this_store', transaction: 2, name: 'saveTurn' })
      const since = holder.where === 'elsewhere' ? 0 : holder.since.getTime()
      // To the clock's own grain.
      expect(since).toBeGreaterThanOrEqual(before - 2)
      expect(since).toBeLessThanOrEqual(after + 2)
      expect(waitedMs).toBeGreaterThanOrEqual(40)
      expect(message).toContain('transaction 2 (saveTurn) of this store, begun ')
    }
    end.give()
    await ended
  })

  it('a transaction of another store of this process, also where the file goes by another name', async ({
    open,
    folder,
    location,
  }) => {
    const first = await open()
    const link = join(folder, 'link.db')
    symlinkSync(location, link)
    const second = await open(link, { busyTimeoutMs: 40 })
    const end = signal()
    const { ended } = await hold(first, end)
    expect((await told(second.transaction(async () => 1))).holder).toMatchObject({
      where: 'this_process',
      transaction: 1,
      name: 'saveTurn',
    })
    expect((await told(second.blobs.saveIfAbsent(aBlob(2)))).holder).toMatchObject({ where: 'this_process' })
    end.give()
    await ended
  })

  it('a unit of a manager, by the name of its function', async ({ open }) => {
    const store = await open(undefined, { busyTimeoutMs: 20 })
    const end = signal()
    const begun = signal()
    const ended = store.withManager(async function countTickets() {
      begun.give()
      await end.given
    })
    await begun.given
    expect((await told(store.transaction(async () => 1))).holder).toMatchObject({ name: 'countTickets' })
    end.give()
    await ended
  })

  it('a connection that is no store of this process, before and after there was one', async ({
    open,
    plain,
  }) => {
    const store = await open(undefined, { busyTimeoutMs: 20 })
    await store.transaction((tx) => tx.blobs.saveIfAbsent(aBlob(1)))
    const other = plain()
    other.exec('BEGIN IMMEDIATE')
    const { holder, message } = await told(store.transaction(async () => 1))
    expect(holder).toEqual({ where: 'elsewhere' })
    expect(message).toContain('another process')
  })

  it('another process', async ({ open, location }) => {
    const store = await open(undefined, { busyTimeoutMs: 20 })
    const printed = await store.transaction(() => runProgram('meet-lock', [location]))
    expect(JSON.parse(printed)).toEqual({ code: 'store_busy', holder: { where: 'elsewhere' } })
  })
})

describe('waiting for a turn', () => {
  it('in memory is over for reads too, which have no second handle there', async ({ open }) => {
    const store = await open(':memory:', { busyTimeoutMs: 20 })
    const end = signal()
    const { ended } = await hold(store, end)
    expect((await told(Promise.resolve(store.blobs.get(hash(1))))).holder).toMatchObject({
      where: 'this_store',
    })
    end.give()
    await ended
  })

  it('does not keep a timer when nobody waits any more', async ({ open }) => {
    const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length
    const store = await open(undefined, { busyTimeoutMs: 60_000 })
    const before = timers()
    await Promise.all([store.transaction(async () => 1), store.transaction(async () => 2)])
    expect(timers()).toBe(before)
  })
})
