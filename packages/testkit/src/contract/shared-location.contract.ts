import { AlreadyExistsError, RefConflictError, type Store } from '@tract/repositories'
import { describe, expect } from 'vitest'
import { aBlob } from '../builders/blob.js'
import { aCommit } from '../builders/commit.js'
import { A_TRACT } from '../builders/seeded.js'
import { performUnit } from '../workload/perform-unit.js'
import { firstUnits } from '../workload/unit.js'
import { appendInTransaction, appendWithRetry, chainLength } from './append.js'
import { expectUnits } from './expect-units.js'
import type { ContractTest } from './fixture.js'
import { withSeed } from './seed.js'
import { saveTied } from './seeds.js'
import { moment, signal } from './signal.js'

const UNITS = 20

/** Stores that share a location, as two processes would. */
export function sharedLocationContract(test: ContractTest): void {
  describe('two stores on one location', () => {
    test('see at once what the other committed', async ({ openShared }) => {
      const [first, second] = [await openShared(), await openShared()]
      const { contentHash } = aBlob()
      // Both look before and after every change: nothing of what they saw may be kept.
      for (const store of [first, second]) expect(await store.blobs.get(contentHash)).toBeNull()
      const blob = await first.blobs.saveIfAbsent(aBlob())
      for (const store of [first, second]) expect(await store.blobs.get(contentHash)).toEqual(blob)
      expect(await second.blobs.deleteIfOrphaned(contentHash)).toBe(true)
      for (const store of [first, second]) expect(await store.blobs.get(contentHash)).toBeNull()
      await first.transaction(async (tx) => {
        expect(await tx.blobs.get(contentHash)).toBeNull()
      })
    })

    test('lose no update when both read and then write in transactions', async ({ openShared }) => {
      const stores = [await openShared(), await openShared()]
      const units = Array.from({ length: UNITS }, (_, index) =>
        stores.map((store, writer) => appendInTransaction(store, `commit-${writer}-${index}`)),
      )
      await Promise.all(units.flat())
      for (const store of stores) expect(await chainLength(store)).toBe(2 * UNITS)
    })

    test('lose no update when both retry after a ref conflict', async ({ openShared }) => {
      const stores = [await openShared(), await openShared()]
      const work = async (store: Store, writer: number) => {
        for (let index = 0; index < UNITS; index++) await appendWithRetry(store, `commit-${writer}-${index}`)
      }
      await Promise.all(stores.map(work))
      for (const store of stores) expect(await chainLength(store)).toBe(2 * UNITS)
    })

    test('keep each of many units as a whole and lose none', async ({ openShared }) => {
      await withSeed(async (seed) => {
        const stores = [await openShared(), await openShared()]
        const writers = [0, 1, 2, 3]
        const units = writers.map((writer) => firstUnits(seed, writer, UNITS))
        const work = async (writer: number) => {
          const store = stores[writer % stores.length] as Store
          for (const unit of units[writer] ?? []) await performUnit(store, unit)
        }
        await Promise.all(writers.map(work))
        const all = units.flat()
        const acknowledged = new Set(all.map(({ id }) => id))
        for (const store of stores) await expectUnits(store, all, acknowledged)
      })
    })

    test('do not both create one ref', async ({ openShared }) => {
      const stores = [await openShared(), await openShared()]
      await saveTied(stores[0] as Store, ['0', '1'])
      const outcomes = await Promise.allSettled(
        stores.map((store, writer) =>
          store.refs.compareAndSetRef(A_TRACT, 'refs/heads/main', null, `${writer}`),
        ),
      )
      const winner = outcomes.findIndex(({ status }) => status === 'fulfilled')
      const loser = outcomes[1 - winner]
      expect(loser).toMatchObject({ status: 'rejected', reason: { expected: null, actual: `${winner}` } })
      if (loser?.status === 'rejected') expect(loser.reason).toBeInstanceOf(RefConflictError)
      for (const store of stores) expect(await store.refs.getBranch(A_TRACT, 'main')).toBe(`${winner}`)
    })

    test('store equal content once, and one commit once', async ({ openShared }) => {
      const stores = [await openShared(), await openShared()]
      const blobs = await Promise.all(
        stores.map((store, writer) => store.blobs.saveIfAbsent(aBlob({ tokenCount: writer }))),
      )
      expect(blobs[0]).toEqual(blobs[1])
      const commits = await Promise.allSettled(stores.map((store) => store.commits.save(aCommit())))
      const refused = commits.filter((outcome) => outcome.status === 'rejected')
      expect(refused).toHaveLength(1)
      expect(refused[0]?.reason).toBeInstanceOf(AlreadyExistsError)
    })

    test('wait for each other instead of failing', async ({ openShared }) => {
      const [first, second] = [await openShared(), await openShared()]
      const begun = signal()
      const holding = first.transaction(async (tx) => {
        await tx.blobs.saveIfAbsent(aBlob({}, 1))
        begun.give()
        for (let pause = 0; pause < 15; pause++) await moment()
      })
      await begun.given
      const waiting = [
        second.blobs.saveIfAbsent(aBlob({}, 2)),
        second.transaction((tx) => tx.blobs.saveIfAbsent(aBlob({}, 3))),
      ]
      await Promise.all([holding, ...waiting])
      for (const seed of [1, 2, 3]) expect(await first.blobs.get(aBlob({}, seed).contentHash)).not.toBeNull()
    })

    test('do not change what a transaction of the other has read', async ({ openShared }) => {
      const [first, second] = [await openShared(), await openShared()]
      await saveTied(first, ['one', 'two'])
      await first.refs.setBranch(A_TRACT, 'main', 'one')
      const begun = signal()
      const end = signal()
      const reading = first.transaction(async (tx) => {
        const before = await tx.refs.getBranch(A_TRACT, 'main')
        begun.give()
        await end.given
        return { before, after: await tx.refs.getBranch(A_TRACT, 'main') }
      })
      await begun.given
      const writing = second.refs.setBranch(A_TRACT, 'main', 'two')
      await moment()
      end.give()
      expect(await reading).toEqual({ before: 'one', after: 'one' })
      await writing
      expect(await first.refs.getBranch(A_TRACT, 'main')).toBe('two')
    })
  })
}
