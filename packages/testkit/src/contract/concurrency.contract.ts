import { MissingReferenceError } from '@tract/repositories'
import { describe, expect } from 'vitest'
import { aBlob } from '../builders/blob.js'
import { anOperationEvent } from '../builders/operation-event.js'
import { randomOf } from '../builders/seeded.js'
import { appendInTransaction, chainLength } from './append.js'
import type { ContractTest } from './fixture.js'
import { saveTied } from './seeds.js'
import { moment } from './signal.js'

const UNITS = 20

/** What runs at the same time in one store. */
export function concurrencyContract(test: ContractTest): void {
  describe('in one store, what overlaps', () => {
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
}
