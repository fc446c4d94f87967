import {
  AlreadyExistsError,
  InsideTransactionError,
  InvalidInputError,
  MissingReferenceError,
} from '@tract/repositories'
import { describe, expect } from 'vitest'
import { anOperationEvent } from '../../builders/operation-event.js'
import { A_TRACT } from '../../builders/seeded.js'
import { refusal } from '../expectations.js'
import type { ContractTest } from '../fixture.js'
import { saveTied } from '../seeds.js'
import { moment } from '../signal.js'
import { Failure, failing, hashOf, hold, write, written } from './writing.js'

/** All or nothing, and who belongs to it. */
export function transactionContract(test: ContractTest): void {
  describe('a transaction', () => {
    test('commits what it wrote and returns what its function returned', async ({ store }) => {
      const answer = { to: 'everything' }
      const result = await store.transaction(async (tx) => {
        await write(tx, 1)
        await write(tx, 2)
        return answer
      })
      expect(result).toBe(answer)
      expect(await written(store)).toEqual([1, 2])
    })

    test('writes nothing when its function throws, and passes the very error on', async ({ store }) => {
      await write(store, 1)
      const failure = new Failure('on purpose')
      const failed = store.transaction(async (tx) => {
        await write(tx, 2)
        await saveTied(tx, ['commit'])
        await tx.refs.updateHead(A_TRACT, 'commit')
        await tx.blobs.deleteIfOrphaned(hashOf(1))
        throw failure
      })
      expect(await failed.catch((error: unknown) => error)).toBe(failure)
      expect(await written(store)).toEqual([1])
      expect(await store.commits.get('commit')).toBeNull()
      expect(await store.refs.getHead(A_TRACT)).toBeNull()
    })

    test('passes on whatever is thrown, also what is no Error', async ({ store }) => {
      const thrown = store.transaction(() => Promise.reject('a reason'))
      expect(await thrown.catch((error: unknown) => error)).toBe('a reason')
    })

    test('fails by its promise when its function throws before it returns one', async ({ store }) => {
      const failure = new Failure()
      const failed = store.transaction(() => {
        throw failure
      })
      expect(await failed.catch((error: unknown) => error)).toBe(failure)
      await write(store, 1)
      expect(await written(store)).toEqual([1])
    })

    test('refuses what is no function', async ({ store }) => {
      await refusal(InvalidInputError, () => store.transaction(undefined as never))
      await write(store, 1)
      expect(await written(store)).toEqual([1])
    })

    test('sees what it wrote', async ({ store }) => {
      await store.transaction(async (tx) => {
        await write(tx, 1)
        expect(await written(tx)).toEqual([1])
        expect(await written(store)).toEqual([1])
      })
    })

    test('holds the calls through the store inside it as well as those through tx', async ({ store }) => {
      await failing(store, async (tx) => {
        await write(store, 1)
        await write(tx, 2)
      })
      expect(await written(store)).toEqual([])
      await store.transaction(async (tx) => {
        await write(store, 1)
        await write(tx, 2)
      })
      expect(await written(store)).toEqual([1, 2])
    })

    test('holds the calls through tx wherever they are made, also outside of its function', async ({
      store,
    }) => {
      const rolledBack = await hold(store, (tx) => write(tx, 1))
      await write(rolledBack.tx, 2)
      expect(await written(rolledBack.tx)).toEqual([1, 2])
      await rolledBack.rollBack()
      expect(await written(store)).toEqual([])
      const committed = await hold(store, (tx) => write(tx, 3))
      await write(committed.tx, 4)
      await committed.commit()
      expect(await written(store)).toEqual([3, 4])
    })

    test('holds calls that functions it awaits make through the store', async ({ store }) => {
      const helper = async () => {
        await moment()
        await Promise.all([write(store, 1), write(store, 2)])
      }
      await failing(store, helper)
      expect(await written(store)).toEqual([])
    })

    test('keeps its earlier writes when one is refused and the refusal is caught', async ({ store }) => {
      await store.transaction(async (tx) => {
        await saveTied(tx, ['commit'])
        const event = anOperationEvent({ eventId: 'event' })
        await tx.operationEvents.saveEvent(event)
        await refusal(AlreadyExistsError, () => tx.operationEvents.saveEvent(event))
        const unit = { ...anOperationEvent({ eventId: 'unit' }), sources: ['commit', 'unknown'], results: [] }
        await refusal(MissingReferenceError, () => tx.operationEvents.saveEventWithCommits(unit))
        const parents = () => tx.commitParents.addParents('commit', ['commit', 'unknown'])
        await refusal(MissingReferenceError, parents)
        await write(tx, 1)
      })
      expect(await store.operationEvents.getAllIds(A_TRACT)).toEqual(['event'])
      expect(await store.operationEvents.getCommits('unit')).toEqual([])
      expect(await store.commitParents.getParents('commit')).toEqual([])
      expect(await written(store)).toEqual([1])
    })

    test('is rolled back by a refusal that nobody catches', async ({ store }) => {
      const failed = () =>
        store.transaction(async (tx) => {
          await write(tx, 1)
          await tx.refs.setBranch(A_TRACT, 'main', 'unknown')
        })
      await refusal(MissingReferenceError, failed)
      expect(await written(store)).toEqual([])
    })

    test('leaves no call behind that it did not wait for', async ({ store }) => {
      let late: Promise<unknown> = Promise.resolve()
      await failing(store, async (tx) => {
        late = write(tx, 1).catch(() => null)
      })
      await late
      expect(await written(store)).toEqual([])
    })

    test('can do nothing that is part of no transaction, and goes on', async ({ store }) => {
      await store.transaction(async (tx) => {
        await write(tx, 1)
        await refusal(InsideTransactionError, () => store.reclaimSpace())
        await refusal(InsideTransactionError, () => store.close())
        await write(tx, 2)
      })
      expect(await written(store)).toEqual([1, 2])
    })
  })
}
