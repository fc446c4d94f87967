import { TractError } from '@tract/repositories'
import { describe, expect } from 'vitest'
import { aCommit } from '../builders/commit.js'
import type { ContractTest } from './fixture.js'
import { saveChain, saveCommit, saveTied } from './seeds.js'

/** Walking the first-parent chain. */
export function commitAncestorsContract(test: ContractTest): void {
  describe('ancestors of a commit', () => {
    test('the chain comes newest first, the start included', async ({ store }) => {
      const [root, middle, head] = await saveChain(store, ['root', 'middle', 'head'])
      expect(await store.commits.getAncestors('head')).toEqual([head, middle, root])
      expect(await store.commits.getAncestors('middle')).toEqual([middle, root])
      expect(await store.commits.getAncestors('root')).toEqual([root])
    })

    test('the chain follows parents whatever their times say', async ({ store }) => {
      await saveCommit(store, { commitHash: 'root' }, 9)
      await saveCommit(store, { commitHash: 'middle', parentHash: 'root' }, 1)
      await saveCommit(store, { commitHash: 'head', parentHash: 'middle' }, 5)
      const chain = await store.commits.getAncestors('head')
      expect(chain.map(({ commitHash }) => commitHash)).toEqual(['head', 'middle', 'root'])
    })

    test('an unknown start has no chain', async ({ store }) => {
      await saveChain(store, ['root'])
      expect(await store.commits.getAncestors('unknown')).toEqual([])
    })

    test('of a merge only the first parent is followed', async ({ store }) => {
      await saveTied(store, ['one', 'two'])
      await saveCommit(store, { commitHash: 'merge', parentHash: 'two' })
      await store.commitParents.addParents('merge', ['two', 'one'])
      const chain = await store.commits.getAncestors('merge')
      expect(chain.map(({ commitHash }) => commitHash)).toEqual(['merge', 'two'])
    })

    test('a limit ends the chain', async ({ store }) => {
      await saveChain(store, ['root', 'middle', 'head'])
      const hashes = async (limit: number) =>
        (await store.commits.getAncestors('head', { limit })).map(({ commitHash }) => commitHash)
      expect(await hashes(1)).toEqual(['head'])
      expect(await hashes(2)).toEqual(['head', 'middle'])
      expect(await hashes(3)).toEqual(['head', 'middle', 'root'])
      expect(await hashes(1000)).toEqual(['head', 'middle', 'root'])
    })

    test('an operation narrows what is returned, not the walk, and the limit counts what is returned', async ({
      store,
    }) => {
      await saveCommit(store, { commitHash: 'root' }, 1)
      await saveCommit(store, { commitHash: 'edit 1', parentHash: 'root', operation: 'edit' }, 2)
      await saveCommit(store, { commitHash: 'append', parentHash: 'edit 1' }, 3)
      await saveCommit(store, { commitHash: 'edit 2', parentHash: 'append', operation: 'edit' }, 4)
      const hashes = async (options: { operation: 'append' | 'edit'; limit?: number }) =>
        (await store.commits.getAncestors('edit 2', options)).map(({ commitHash }) => commitHash)
      expect(await hashes({ operation: 'append' })).toEqual(['append', 'root'])
      expect(await hashes({ operation: 'edit' })).toEqual(['edit 2', 'edit 1'])
      expect(await hashes({ operation: 'append', limit: 1 })).toEqual(['append'])
      expect(await hashes({ operation: 'append', limit: 2 })).toEqual(['append', 'root'])
    })

    test('a chain of an operation that it lacks is empty', async ({ store }) => {
      await saveChain(store, ['root', 'head'])
      expect(await store.commits.getAncestors('head', { operation: 'edit' })).toEqual([])
    })

    test('a chain crosses from one tract into another', async ({ store }) => {
      await saveCommit(store, { commitHash: 'parent', tractId: 'another' })
      await saveCommit(store, { commitHash: 'child', parentHash: 'parent' })
      const chain = await store.commits.getAncestors('child')
      expect(chain.map(({ commitHash }) => commitHash)).toEqual(['child', 'parent'])
    })

    test('a chain of 2,000 commits is walked to its end', async ({ store }) => {
      const hashes = Array.from({ length: 2000 }, (_, index) => `commit-${index}`)
      await store.transaction(async (tx) => {
        await saveChain(tx, hashes)
      })
      const chain = await store.commits.getAncestors('commit-1999')
      expect(chain.map(({ commitHash }) => commitHash)).toEqual(hashes.toReversed())
    })

    test('a commit that is its own parent is refused or ends the walk', async ({ store }) => {
      const { contentHash } = await saveCommit(store)
      const own = aCommit({ contentHash, commitHash: 'own', parentHash: 'own' })
      try {
        await store.commits.save(own)
      } catch (error) {
        expect(error).toBeInstanceOf(TractError)
        expect(await store.commits.get('own')).toBeNull()
        return
      }
      expect(await store.commits.getAncestors('own')).toEqual([own])
      expect(await store.commits.getAncestors('own', { limit: 5 })).toEqual([own])
    })
  })
}
