import { MissingReferenceError, TransactionEndedError } from '@tract/repositories'
import { describe, expect } from 'vitest'
import { contentOf } from './support/content.js'
import { it } from './support/it.js'
import { anEvent, aRecord, hash, saveChain, TRACT } from './support/rows.js'

// Inside a transaction a unit that fails takes its own rows back, without a savepoint.
describe('a whole unit that is refused inside a transaction', () => {
  it('leaves the rows as they were, and the transaction goes on', async ({ store, plain }) => {
    await saveChain(store, 4)
    await store.operationEvents.saveEventWithCommits({
      ...anEvent(1),
      sources: [hash(1)],
      results: [hash(2)],
    })
    const { commitCount: _, ...record } = aRecord(1)
    await store.compileRecords.saveRecordWithEffectives({ ...record, effectives: [hash(1)] })
    const before = contentOf(plain())
    await store.transaction(async (tx) => {
      const missing = [hash(1), hash(2), hash(3), 'absent']
      for (const refused of [
        tx.operationEvents.saveEventWithCommits({ ...anEvent(2), sources: missing, results: [] }),
        tx.operationEvents.saveEventWithCommits({ ...anEvent(2), sources: [hash(1)], results: missing }),
        tx.operationEvents.saveEventWithCommits({ ...anEvent(1), sources: [hash(3)], results: [hash(4)] }),
        tx.compileRecords.saveRecordWithEffectives({ ...record, recordId: 'other', effectives: missing }),
        tx.compileRecords.saveRecordWithEffectives({ ...record, effectives: [hash(4)] }),
        tx.commitParents.addParents(hash(3), [hash(1), hash(2), hash(1)]),
      ]) {
        await expect(refused).rejects.toMatchObject({
          code: expect.stringMatching(/^(already_exists|missing_reference)$/),
        })
      }
    })
    expect(contentOf(plain())).toEqual(before)
    await store.transaction(async (tx) => {
      const refused = tx.operationEvents.saveEventWithCommits({
        ...anEvent(2),
        sources: ['absent'],
        results: [],
      })
      await expect(refused).rejects.toBeInstanceOf(MissingReferenceError)
      await tx.operationEvents.saveEventWithCommits({ ...anEvent(2), sources: [hash(3)], results: [] })
    })
    expect(await store.operationEvents.getAllIds(TRACT)).toEqual(['event-1', 'event-2'])
  })

  it('and whose rows cannot be taken back ends the transaction: no half of it stays', async ({
    open,
    plain,
  }) => {
    const store = await open()
    await saveChain(store, 2)
    plain().exec(`
      CREATE TRIGGER refuse BEFORE DELETE ON operation_commits BEGIN SELECT RAISE(ABORT, 'refused'); END`)
    const before = contentOf(plain())
    const sources = [hash(1), 'absent']
    const transaction = store.transaction(async (tx) => {
      await tx.operationEvents.saveEvent(anEvent(1))
      const refused = tx.operationEvents.saveEventWithCommits({ ...anEvent(2), sources, results: [] })
      await expect(refused).rejects.toBeInstanceOf(MissingReferenceError)
      await expect(tx.operationEvents.saveEvent(anEvent(3))).rejects.toBeInstanceOf(TransactionEndedError)
    })
    await expect(transaction).rejects.toBeInstanceOf(TransactionEndedError)
    expect(contentOf(plain())).toEqual(before)
  })
})
