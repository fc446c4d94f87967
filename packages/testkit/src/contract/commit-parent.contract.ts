import { AlreadyExistsError, MissingReferenceError } from '@tract/repositories'
import { describe, expect } from 'vitest'
import { A_TRACT } from '../builders/seeded.js'
import { refusalWithoutTrace } from './expectations.js'
import type { ContractTest } from './fixture.js'
import { saveTied } from './seeds.js'

const SCOPE = { tractIds: [A_TRACT] }

/** The parents of merges. */
export function commitParentContract(test: ContractTest): void {
  describe('commit parents', () => {
    test('all parents of a merge are linked in one step, by their index', async ({ store }) => {
      await saveTied(store, ['merge', 'zebra', 'apple', 'mango'])
      await store.commitParents.addParents('merge', ['zebra', 'apple', 'mango'])
      expect(await store.commitParents.getParents('merge')).toEqual([
        { commitHash: 'merge', parentHash: 'zebra', position: 0 },
        { commitHash: 'merge', parentHash: 'apple', position: 1 },
        { commitHash: 'merge', parentHash: 'mango', position: 2 },
      ])
    })

    test('links added one by one come by position, and by insertion where positions are equal', async ({
      store,
    }) => {
      await saveTied(store, ['merge', 'zebra', 'apple', 'mango', 'first'])
      for (const parent of ['zebra', 'apple', 'mango'])
        await store.commitParents.addParent('merge', parent, 1)
      await store.commitParents.addParent('merge', 'first', 0)
      const parents = await store.commitParents.getParents('merge')
      expect(parents.map(({ parentHash, position }) => [parentHash, position])).toEqual([
        ['first', 0],
        ['zebra', 1],
        ['apple', 1],
        ['mango', 1],
      ])
    })

    test('positions order as numbers', async ({ store }) => {
      await saveTied(store, ['merge', 'ten', 'nine'])
      await store.commitParents.addParent('merge', 'ten', 10)
      await store.commitParents.addParent('merge', 'nine', 9)
      const parents = await store.commitParents.getParents('merge')
      expect(parents.map(({ parentHash }) => parentHash)).toEqual(['nine', 'ten'])
    })

    test('a commit with a single parent has no links, and neither has an unknown one', async ({ store }) => {
      await saveTied(store, ['root', 'child'])
      expect(await store.commitParents.getParents('child')).toEqual([])
      expect(await store.commitParents.getParents('unknown')).toEqual([])
    })

    test('no parents are no error', async ({ store }) => {
      await saveTied(store, ['merge'])
      await store.commitParents.addParents('merge', [])
      expect(await store.commitParents.getParents('merge')).toEqual([])
    })

    test('linking a parent twice is refused', async ({ store }) => {
      await saveTied(store, ['merge', 'one'])
      await store.commitParents.addParent('merge', 'one', 0)
      const again = () => store.commitParents.addParent('merge', 'one', 1)
      const error = await refusalWithoutTrace(store, SCOPE, AlreadyExistsError, again)
      expect(error.key).toEqual({ commitHash: 'merge', parentHash: 'one' })
    })

    test('a commit that does not exist can be neither child nor parent', async ({ store }) => {
      await saveTied(store, ['merge'])
      const asChild = () => store.commitParents.addParent('unknown', 'merge', 0)
      const child = await refusalWithoutTrace(store, SCOPE, MissingReferenceError, asChild)
      expect(child).toMatchObject({ field: 'commitHash', missing: 'unknown' })
      const asParent = () => store.commitParents.addParent('merge', 'unknown', 0)
      const parent = await refusalWithoutTrace(store, SCOPE, MissingReferenceError, asParent)
      expect(parent).toMatchObject({ field: 'parentHash', missing: 'unknown' })
    })

    test('a missing parent at the end of a list leaves none of it', async ({ store }) => {
      await saveTied(store, ['merge', 'one', 'two'])
      const call = () => store.commitParents.addParents('merge', ['one', 'two', 'unknown'])
      const error = await refusalWithoutTrace(store, SCOPE, MissingReferenceError, call)
      expect(error.missing).toBe('unknown')
    })

    test('a repeated parent in a list leaves none of it', async ({ store }) => {
      await saveTied(store, ['merge', 'one', 'two'])
      const call = () => store.commitParents.addParents('merge', ['one', 'two', 'one'])
      await refusalWithoutTrace(store, SCOPE, AlreadyExistsError, call)
    })
  })
}
