import {
  AlreadyExistsError,
  MissingReferenceError,
  RefConflictError,
  type Repositories,
  type Store,
} from '@tract/repositories'
import { describe, expect } from 'vitest'
import { aBlob } from '../builders/blob.js'
import { aCommit } from '../builders/commit.js'
import { anOperationEvent } from '../builders/operation-event.js'
import { A_TRACT, randomOf } from '../builders/seeded.js'
import type { ContractTest } from './fixture.js'
import { saveTied } from './seeds.js'
import { moment, signal } from './signal.js'

const UNITS = 20

/** What runs at the same time, in one store and in several on one location. */
export function concurrencyContract(test: ContractTest): void {
  describe('in one store', () => {
    test('calls that overlap all take effect', async ({ store }) => {
      const blobs = Array.from({ length: 200 }, (_, index) => aBlob({}, index + 1))
      await Promise.all(blobs.map((blob) => store.blobs.saveIfAbsent(blob)))
      expect((await store.blobs.getMany(blobs.map(({ contentHash }) => contentHash))).size).toBe(200)
    })

    test('whole units that overlap stay whole, and those refused leave nothing', async ({ store }) => {
      await saveTied(store, ['one', 'two'])
      const save = (index: number) => {
        const results = index % 3 === 0 ? ['unknown'] : ['one']
        const event = anOperationEvent({ eventId: `event-${index}` }, index)
        return store.operationEvents.saveEventWithCommits({ ...event, sources: ['one', 'two'], results })
      }
      const indices = Array.from({ length: 30 }, (_, index) => index)
      const outcomes = await Promise.allSettled(indices.map(save))
      for (const index of indices) {
        const links = await store.operationEvents.getCommits(`event-${index}`)
        expect(links).toHaveLength(index % 3 === 0 ? 0 : 3)
        const outcome = outcomes[index]
        if (outcome?.status === 'rejected') expect(outcome.reason).toBeInstanceOf(MissingReferenceError)
        expect(outcome?.status).toBe(index % 3 === 0 ? 'rejected' : 'fulfilled')
      }
    })

    test('transactions take turns in the order of their arrival', async ({ store }) => {
      const order: string[] = []
      const names = Array.from({ length: 12 }, (_, index) => `${index}`)
      const run = (name: string) =>
        store.transaction(async (tx) => {
          order.push(`begin ${name}`)
          await tx.blobs.get('unknown')
          await moment()
          order.push(`end ${name}`)
        })
      await Promise.all(names.map(run))
      expect(order).toEqual(names.flatMap((name) => [`begin ${name}`, `end ${name}`]))
    })

    test('transactions that read and then write lose no update', async ({ store }) => {
      await Promise.all(
        Array.from({ length: UNITS }, (_, index) => appendInTransaction(store, `commit-${index}`)),
      )
      expect(await chainLength(store)).toBe(UNITS)
    })

    test('of 200 transactions, a third of which fail, all is kept or nothing, and no half is ever seen', async ({
      store,
    }) => {
      const random = randomOf(7)
      const plans = Array.from({ length: 200 }, (_, index) => {
        const fails = random() < 1 / 3
        return {
          pair: [aBlob({}, 2 * index + 1), aBlob({}, 2 * index + 2)] as const,
          fails,
          nests: random() < 1 / 4,
        }
      })
      const run = ({ pair: [first, second], fails, nests }: (typeof plans)[number]) =>
        store.transaction(async (tx) => {
          await tx.blobs.saveIfAbsent(first)
          await Promise.resolve()
          if (nests) await tx.transaction((inner) => inner.blobs.saveIfAbsent(second))
          else await store.blobs.saveIfAbsent(second)
          if (fails) throw new Error('on purpose')
        })
      const look = async ({ pair }: (typeof plans)[number]) => {
        const found = await store.blobs.getMany(pair.map(({ contentHash }) => contentHash))
        expect([0, 2], 'a pair is seen whole or not at all').toContain(found.size)
      }
      const looks: Promise<void>[] = []
      const runs = plans.map((plan) => {
        const outcome = run(plan)
        looks.push(look(plan))
        return outcome.finally(() => looks.push(look(plan)))
      })
      const outcomes = await Promise.allSettled(runs)
      await Promise.all(looks)
      for (const [index, { pair, fails }] of plans.entries()) {
        expect(outcomes[index]?.status).toBe(fails ? 'rejected' : 'fulfilled')
        const found = await store.blobs.getMany(pair.map(({ contentHash }) => contentHash))
        expect(found.size, `pair ${index}`).toBe(fails ? 0 : 2)
      }
    })
  })

  describe('two stores on one location', () => {
    test('see at once what the other committed', async ({ openShared }) => {
      const [first, second] = [await openShared(), await openShared()]
      const blob = await first.blobs.saveIfAbsent(aBlob())
      expect(await second.blobs.get(blob.contentHash)).toEqual(blob)
      expect(await second.blobs.deleteIfOrphaned(blob.contentHash)).toBe(true)
      expect(await first.blobs.get(blob.contentHash)).toBeNull()
      await first.transaction(async (tx) => {
        expect(await tx.blobs.get(blob.contentHash)).toBeNull()
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

/** Puts a commit on top of main: reads where it stands, and moves it on. */
async function append(store: Repositories, commitHash: string): Promise<void> {
  const head = await store.refs.getBranch(A_TRACT, 'main')
  const { contentHash } = await store.blobs.saveIfAbsent(aBlob())
  if ((await store.commits.get(commitHash)) !== null) await store.commits.delete(commitHash)
  await store.commits.save(aCommit({ commitHash, contentHash, parentHash: head }))
  await store.refs.compareAndSetRef(A_TRACT, 'refs/heads/main', head, commitHash)
}

function appendInTransaction(store: Store, commitHash: string): Promise<void> {
  return store.transaction((tx) => append(tx, commitHash))
}

async function appendWithRetry(store: Store, commitHash: string): Promise<void> {
  for (;;) {
    try {
      return await append(store, commitHash)
    } catch (error) {
      if (!(error instanceof RefConflictError)) throw error
    }
  }
}

async function chainLength(store: Store): Promise<number> {
  const head = await store.refs.getBranch(A_TRACT, 'main')
  return head === null ? 0 : (await store.commits.getAncestors(head)).length
}
