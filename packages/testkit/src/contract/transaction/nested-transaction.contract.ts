import { TractError, type Transaction, UnfinishedTransactionError } from '@tract/repositories'
import { describe, expect } from 'vitest'
import { refusal } from '../expectations.js'
import type { ContractTest } from '../fixture.js'
import { moment, signal } from '../signal.js'
import { Failure, failing, write, written } from './writing.js'

/** Transactions inside transactions. */
export function nestedTransactionContract(test: ContractTest): void {
  describe('a transaction inside another', () => {
    test('is committed with the outer one', async ({ store }) => {
      await store.transaction(async (tx) => {
        await write(tx, 1)
        expect(await tx.transaction((inner) => written(inner).then(() => write(inner, 2)))).toBeUndefined()
        await write(tx, 3)
      })
      expect(await written(store)).toEqual([1, 2, 3])
    })

    test('is rolled back by itself when its error is caught', async ({ store }) => {
      await store.transaction(async (tx) => {
        await write(tx, 1)
        await failing(tx, async (inner) => {
          await write(inner, 2)
          await write(store, 3)
          await write(tx, 4)
          expect(await written(inner)).toEqual([1, 2, 3, 4])
        })
        expect(await written(tx)).toEqual([1])
        await write(tx, 5)
      })
      expect(await written(store)).toEqual([1, 5])
    })

    test('is begun through the store as well as through tx', async ({ store }) => {
      await store.transaction(async (tx) => {
        await write(tx, 1)
        await failing(store, (inner) => write(inner, 2))
        await store.transaction((inner) => write(inner, 3))
      })
      expect(await written(store)).toEqual([1, 3])
    })

    test('is rolled back with the outer one, also after it ended well', async ({ store }) => {
      await failing(store, async (tx) => {
        await tx.transaction((inner) => write(inner, 1))
      })
      expect(await written(store)).toEqual([])
    })

    test('takes the outer one with it when its error is not caught', async ({ store }) => {
      const failure = new Failure()
      const failed = store.transaction(async (tx) => {
        await write(tx, 1)
        await tx.transaction(async (inner) => {
          await write(inner, 2)
          throw failure
        })
      })
      expect(await failed.catch((error: unknown) => error)).toBe(failure)
      expect(await written(store)).toEqual([])
    })

    test('may be 20 levels deep, each rolled back by itself', async ({ store }) => {
      const descend = async (tx: Transaction, level: number): Promise<void> => {
        await write(tx, level)
        if (level === 20) return
        if (level === 10) await failing(tx, (inner) => descend(inner, level + 1))
        else await tx.transaction((inner) => descend(inner, level + 1))
      }
      await store.transaction((tx) => descend(tx, 1))
      expect(await written(store)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
    })

    test('takes turns with those begun beside it, in the order of their arrival', async ({ store }) => {
      const order: string[] = []
      const outcomes = await store.transaction(async (tx) => {
        const run = (seed: number, fails: boolean) =>
          tx.transaction(async (inner) => {
            order.push(`begin ${seed}`)
            await write(inner, seed)
            await moment()
            order.push(`end ${seed}`)
            if (fails) throw new Failure()
          })
        return Promise.allSettled([run(1, true), run(2, false), run(3, true), run(4, false)])
      })
      expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'rejected', 'fulfilled'])
      expect(order).toEqual(['1', '2', '3', '4'].flatMap((seed) => [`begin ${seed}`, `end ${seed}`]))
      expect(await written(store)).toEqual([2, 4])
    })

    test('does not take a call of the outer one beside it along when it is rolled back', async ({
      store,
    }) => {
      await store.transaction(async (tx) => {
        const begun = signal()
        const end = signal()
        const inner = failing(tx, async (nested) => {
          await write(nested, 1)
          begun.give()
          await end.given
        })
        await begun.given
        const beside = write(tx, 2)
        await moment()
        end.give()
        await Promise.all([inner, beside])
      })
      expect(await written(store)).toEqual([2])
    })

    test('that the outer one did not wait for fails it, and nothing of both is left', async ({ store }) => {
      const begun = signal()
      const end = signal()
      let inner: Promise<unknown> = Promise.resolve()
      const outer = () =>
        store.transaction(async (tx) => {
          await write(tx, 1)
          inner = tx
            .transaction(async (nested) => {
              await write(nested, 2)
              begun.give()
              await end.given
            })
            .then(
              () => 'committed',
              (error: unknown) => error,
            )
          await begun.given
        })
      await refusal(UnfinishedTransactionError, outer)
      end.give()
      expect(await inner).toBeInstanceOf(TractError)
      expect(await written(store)).toEqual([])
      await store.transaction((tx) => write(tx, 3))
      expect(await written(store)).toEqual([3])
    })

    test('that still runs when the outer one throws does not hide the error', async ({ store }) => {
      const failure = new Failure()
      const end = signal()
      let inner: Promise<unknown> = Promise.resolve()
      const outer = store.transaction(async (tx) => {
        inner = tx.transaction(async (nested) => {
          await write(nested, 1)
          await end.given
        })
        inner.catch(() => null)
        await moment()
        throw failure
      })
      expect(await outer.catch((error: unknown) => error)).toBe(failure)
      end.give()
      await expect(inner).rejects.toBeInstanceOf(TractError)
      expect(await written(store)).toEqual([])
    })
  })
}
