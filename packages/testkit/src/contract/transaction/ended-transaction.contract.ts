import { TransactionEndedError } from '@tract/repositories'
import { describe, expect } from 'vitest'
import { refusal } from '../expectations.js'
import type { ContractTest } from '../fixture.js'
import { failing, keep, write, written } from './writing.js'

/** Calls that come too late. */
export function endedTransactionContract(test: ContractTest): void {
  describe('a transaction that has ended', () => {
    for (const outcome of ['committed', 'rolled back'] as const) {
      test(`takes no calls through its repositories after it was ${outcome}`, async ({ store }) => {
        const tx = await keep(store, outcome)
        await refusal(TransactionEndedError, () => write(tx, 2))
        await refusal(TransactionEndedError, () => written(tx))
        await refusal(TransactionEndedError, () => tx.operationEvents.deleteEvent('event'))
        await refusal(TransactionEndedError, () => tx.transaction(async () => null))
        expect(await written(store)).toEqual(outcome === 'committed' ? [1] : [])
      })
    }

    test('takes no calls of its async context through the store', async ({ store }) => {
      const late = (work: () => Promise<unknown>) =>
        new Promise<unknown>((resolve) => {
          setTimeout(() => work().then(resolve, resolve), 20)
        })
      let calls: Promise<unknown[]> = Promise.resolve([])
      await store.transaction(async (tx) => {
        await write(tx, 1)
        calls = Promise.all([
          late(() => write(store, 2)),
          late(() => written(store)),
          late(() => store.transaction((later) => write(later, 3))),
        ])
      })
      for (const outcome of await calls) expect(outcome).toBeInstanceOf(TransactionEndedError)
      expect(await written(store)).toEqual([1])
    })

    test('takes no calls while the one around it goes on', async ({ store }) => {
      await store.transaction(async (tx) => {
        const inner = await keep(tx, 'committed')
        await refusal(TransactionEndedError, () => write(inner, 2))
        await write(tx, 3)
      })
      expect(await written(store)).toEqual([1, 3])
    })

    test('takes no calls while another one runs', async ({ store }) => {
      const ended = await keep(store, 'committed')
      await failing(store, async (tx) => {
        await refusal(TransactionEndedError, () => write(ended, 2))
        await write(tx, 3)
      })
      expect(await written(store)).toEqual([1])
    })
  })
}
