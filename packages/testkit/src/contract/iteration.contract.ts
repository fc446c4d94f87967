import { type Store, TransactionEndedError } from '@tract/repositories'
import { describe, expect } from 'vitest'
import { anOperationEvent } from '../builders/operation-event.js'
import { A_TRACT } from '../builders/seeded.js'
import { collected } from './collected.js'
import { refusal } from './expectations.js'
import type { ContractTest } from './fixture.js'
import { SAME_TIME, saveChain, saveTied } from './seeds.js'

/** More than any adapter is likely to read at a time. */
const MANY = 2_500

/** Answers that come one by one, so that no memory has to hold them all. */
export function iterationContract(test: ContractTest): void {
  describe('iterations', () => {
    test('give what the reads of the whole give, in the same order', async ({ store }) => {
      const hashes = await saveLongChain(store)
      const ancestors = await collected(store.commits.iterateAncestors(hashes.at(-1) ?? ''))
      expect(ancestors.map(({ commitHash }) => commitHash)).toEqual(hashes.toReversed())
      expect(ancestors).toEqual(await store.commits.getAncestors(hashes.at(-1) ?? ''))
      expect(await collected(store.commits.iterateHashes(A_TRACT))).toEqual(
        await store.commits.getHashes(A_TRACT),
      )
    })

    test('of a chain may leave out commits of other operations, and go on through them', async ({
      store,
    }) => {
      await saveTied(store, ['a'])
      await saveTied(store, ['b'], { parentHash: 'a', operation: 'edit' })
      await saveTied(store, ['c'], { parentHash: 'b' })
      const appended = await collected(store.commits.iterateAncestors('c', { operation: 'append' }))
      expect(appended.map(({ commitHash }) => commitHash)).toEqual(['c', 'a'])
    })

    test('of what is not there are empty', async ({ store }) => {
      expect(await collected(store.commits.iterateAncestors('unknown'))).toEqual([])
      expect(await collected(store.commits.iterateHashes('unknown'))).toEqual([])
      expect(await collected(store.operationEvents.iterateSourceHashes('unknown'))).toEqual([])
    })

    test('of sources give those of each event, also of one with very many', async ({ store }) => {
      const hashes = await saveLongChain(store)
      const [first = '', second = ''] = hashes
      const save = (eventId: string, sources: readonly string[], tractId = A_TRACT) =>
        store.operationEvents.saveEventWithCommits({
          ...anOperationEvent({ eventId, tractId }),
          sources,
          results: [first],
        })
      await save('one', [second, first])
      await save('elsewhere', [first], 'another')
      await save('large', hashes)
      await save('without', [])
      await save('last', [second])
      const found = await collected(store.operationEvents.iterateSourceHashes(A_TRACT))
      expect(found).toEqual([second, first, ...hashes, second])
      expect(new Set(found)).toEqual(await store.operationEvents.getAllSourceHashes(A_TRACT))
    })

    test('may be left, and what is written between two items is no harm', async ({ store }) => {
      const hashes = await saveLongChain(store)
      const seen: string[] = []
      for await (const hash of store.commits.iterateHashes(A_TRACT)) {
        await store.refs.setBranch(A_TRACT, `at-${seen.length}`, hash)
        if (seen.push(hash) === 3) break
      }
      expect(seen).toEqual(hashes.slice(0, 3))
      expect((await store.refs.listBranches(A_TRACT)).length).toBe(3)
    })

    test('inside a transaction see what it wrote, and end with it', async ({ store }) => {
      await saveTied(store, ['a'])
      const late = await store.transaction(async (tx) => {
        await saveTied(tx, ['b'], { parentHash: 'a' })
        const hashes = await collected(tx.commits.iterateHashes(A_TRACT))
        expect(hashes).toEqual(['a', 'b'])
        return tx.commits.iterateAncestors('b')
      })
      await refusal(TransactionEndedError, () => late.next())
    })
  })
}

/** A chain of so many commits of one time, oldest first. */
async function saveLongChain(store: Store): Promise<readonly string[]> {
  const hashes = Array.from({ length: MANY }, (_, place) => `commit-${place}`)
  await store.transaction((tx) => saveChain(tx, hashes, { createdAt: SAME_TIME }))
  return hashes
}
