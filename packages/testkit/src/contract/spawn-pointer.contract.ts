import { AlreadyExistsError, MissingReferenceError, type Repositories } from '@tract/repositories'
import { InheritanceMode } from '@tract/schema'
import { describe, expect } from 'vitest'
import { A_TRACT } from '../builders/seeded.js'
import { aSpawnPointer } from '../builders/spawn-pointer.js'
import { refusalWithoutTrace } from './expectations.js'
import type { ContractTest } from './fixture.js'
import { SAME_TIME, saveTied } from './seeds.js'

const SCOPE = { tractIds: [A_TRACT, 'parent', 'child', 'another'] }

/** Which agent started which. */
export function spawnPointerContract(test: ContractTest): void {
  describe('spawn pointers', () => {
    test('a saved pointer is returned with its id and reads back so', async ({ store }) => {
      await saveTied(store, ['commit'])
      const input = aSpawnPointer({ parentCommitHash: 'commit', displayName: 'Researcher — 研究' })
      const saved = await store.spawnPointers.save(input)
      expect(saved).toEqual({ ...input, id: saved.id })
      expect(Number.isSafeInteger(saved.id) && saved.id > 0).toBe(true)
      expect(await store.spawnPointers.get(saved.id)).toEqual(saved)
      expect(await store.spawnPointers.getByChild(input.childTractId)).toEqual(saved)
    })

    test('what may be left out is null', async ({ store }) => {
      const { parentCommitHash: _, displayName: __, ...input } = aSpawnPointer()
      const saved = await store.spawnPointers.save(input)
      expect(saved).toEqual({ ...input, id: saved.id, parentCommitHash: null, displayName: null })
      expect(await store.spawnPointers.get(saved.id)).toEqual(saved)
    })

    test('every inheritance mode reads back', async ({ store }) => {
      for (const inheritanceMode of Object.values(InheritanceMode)) {
        const { id } = await store.spawnPointers.save(
          aSpawnPointer({ childTractId: inheritanceMode, inheritanceMode }),
        )
        expect((await store.spawnPointers.get(id))?.inheritanceMode).toBe(inheritanceMode)
      }
    })

    test('an unknown pointer is null', async ({ store }) => {
      const { id } = await store.spawnPointers.save(aSpawnPointer())
      expect(await store.spawnPointers.get(id + 1)).toBeNull()
      expect(await store.spawnPointers.get(Number.MAX_SAFE_INTEGER)).toBeNull()
      expect(await store.spawnPointers.getByChild('unknown')).toBeNull()
      expect(await store.spawnPointers.getByChild(A_TRACT)).toBeNull()
    })

    test('a child has at most one parent', async ({ store }) => {
      await spawn(store, 'parent', 'child')
      for (const parentTractId of ['parent', 'another']) {
        const call = () => spawn(store, parentTractId, 'child')
        const error = await refusalWithoutTrace(store, SCOPE, AlreadyExistsError, call)
        expect(error.key).toEqual({ childTractId: 'child' })
      }
    })

    test('a parent commit that does not exist is refused', async ({ store }) => {
      const call = () =>
        store.spawnPointers.save(aSpawnPointer({ parentCommitHash: 'unknown', childTractId: 'child' }))
      const error = await refusalWithoutTrace(store, SCOPE, MissingReferenceError, call)
      expect(error).toMatchObject({ field: 'parentCommitHash', missing: 'unknown' })
      expect(await store.spawnPointers.getByChild('child')).toBeNull()
    })

    test('what a parent started comes oldest first, at one time by insertion', async ({ store }) => {
      const zebra = await spawn(store, 'parent', 'zebra')
      const apple = await spawn(store, 'parent', 'apple')
      const early = await store.spawnPointers.save(
        aSpawnPointer({ parentTractId: 'parent', childTractId: 'early' }),
      )
      await spawn(store, 'another', 'elsewhere')
      expect(await store.spawnPointers.getChildren('parent')).toEqual([early, zebra, apple])
      expect(await store.spawnPointers.getChildren('zebra')).toEqual([])
    })

    test('all pointers of a tract are those as parent and as child, oldest first', async ({ store }) => {
      const below = await spawn(store, 'child', 'grandchild')
      const above = await store.spawnPointers.save(
        aSpawnPointer({ parentTractId: 'parent', childTractId: 'child' }),
      )
      const sibling = await spawn(store, 'child', 'another grandchild')
      await spawn(store, 'grandchild', 'elsewhere')
      expect(await store.spawnPointers.getAll('child')).toEqual([above, below, sibling])
      expect(await store.spawnPointers.getAll('unknown')).toEqual([])
    })

    test('a pointer from a tract to itself is listed once', async ({ store }) => {
      const own = await spawn(store, 'own', 'own')
      expect(await store.spawnPointers.getAll('own')).toEqual([own])
    })

    test('an ancestor is a parent, a parent of a parent and so on', async ({ store }) => {
      await spawn(store, 'a', 'b')
      await spawn(store, 'b', 'c')
      await spawn(store, 'c', 'd')
      await spawn(store, 'a', 'x')
      expect(await store.spawnPointers.hasAncestor('b', 'a')).toBe(true)
      expect(await store.spawnPointers.hasAncestor('d', 'a')).toBe(true)
      expect(await store.spawnPointers.hasAncestor('d', 'c')).toBe(true)
      expect(await store.spawnPointers.hasAncestor('a', 'd')).toBe(false)
      expect(await store.spawnPointers.hasAncestor('x', 'b')).toBe(false)
      expect(await store.spawnPointers.hasAncestor('d', 'd')).toBe(false)
      expect(await store.spawnPointers.hasAncestor('unknown', 'a')).toBe(false)
    })

    test('a cycle ends the walk', async ({ store }) => {
      await spawn(store, 'a', 'b')
      await spawn(store, 'b', 'c')
      await spawn(store, 'c', 'a')
      await spawn(store, 'own', 'own')
      expect(await store.spawnPointers.hasAncestor('a', 'b')).toBe(true)
      expect(await store.spawnPointers.hasAncestor('a', 'unknown')).toBe(false)
      expect(await store.spawnPointers.hasAncestor('own', 'unknown')).toBe(false)
    })
  })
}

/** Saves a pointer of the time that all share. */
function spawn(store: Repositories, parentTractId: string, childTractId: string) {
  return store.spawnPointers.save(aSpawnPointer({ parentTractId, childTractId, createdAt: SAME_TIME }))
}
