import { describe, expect } from 'vitest'
import type { ContractTest } from '../fixture.js'
import { moment } from '../signal.js'
import { failing, hold, write, written } from './writing.js'

/** What is seen of a running transaction from outside. */
export function isolationContract(test: ContractTest): void {
  describe('a running transaction', () => {
    test('is not seen from outside, on the same store, before it is committed', async ({ store }) => {
      const running = await hold(store, (tx) => write(tx, 1))
      const outside = written(store)
      await moment()
      await running.rollBack()
      expect(await outside).toEqual([])
    })

    test('is not seen from a second store before it is committed, and is seen then', async ({
      openShared,
    }) => {
      const first = await openShared()
      const second = await openShared()
      const lost = await hold(first, (tx) => write(tx, 1))
      const before = written(second)
      await moment()
      await lost.rollBack()
      expect(await before).toEqual([])
      const kept = await hold(first, (tx) => write(tx, 2))
      await kept.commit()
      expect(await written(second)).toEqual([2])
    })

    test('does not take a write from outside along when it is rolled back', async ({ store }) => {
      const running = await hold(store, (tx) => write(tx, 1))
      const outside = write(store, 2)
      await moment()
      await running.rollBack()
      await outside
      expect(await written(store)).toEqual([2])
    })

    test('is nothing to another store that its function uses', async ({ store, openFresh }) => {
      const other = await openFresh()
      await failing(store, async (tx) => {
        await write(tx, 1)
        await write(other, 2)
        await other.transaction((otherTx) => write(otherTx, 3))
        await failing(other, (otherTx) => write(otherTx, 4))
      })
      expect(await written(store)).toEqual([])
      expect(await written(other)).toEqual([2, 3])
    })
  })
}
