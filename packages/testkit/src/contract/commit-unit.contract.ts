import {
  AlreadyExistsError,
  MissingReferenceError,
  RefConflictError,
  type Store,
  SymbolicRefError,
} from '@tract/repositories'
import { describe, expect } from 'vitest'
import { aBlob } from '../builders/blob.js'
import { aCommit } from '../builders/commit.js'
import { A_TRACT } from '../builders/seeded.js'
import { refusalWithoutTrace } from './expectations.js'
import type { ContractTest } from './fixture.js'
import { saveTied } from './seeds.js'

const MAIN = 'refs/heads/main'
const BLOB = aBlob({ contentHash: 'a payload' }, 7)
const SCOPE = { tractIds: [A_TRACT], refNames: [MAIN], contentHashes: [BLOB.contentHash] }

/** A commit with its payload and its ref, in one call. */
export function commitUnitContract(test: ContractTest): void {
  describe('a commit with its blob', () => {
    test('is saved in one call, and moves the ref that is named', async ({ store }) => {
      const commit = unit('one', { refName: MAIN })
      const saved = await store.commits.saveWithBlob(commit)
      expect(saved).toEqual(aCommit({ commitHash: 'one', contentHash: BLOB.contentHash }))
      expect(await store.commits.get('one')).toEqual(saved)
      expect(await store.blobs.get(BLOB.contentHash)).toEqual(BLOB)
      expect(await store.refs.getRef(A_TRACT, MAIN)).toBe('one')
      await store.commits.saveWithBlob(unit('two', { refName: MAIN, parentHash: 'one' }))
      expect(await store.refs.getRef(A_TRACT, MAIN)).toBe('two')
    })

    test('moves no ref where none is named', async ({ store }) => {
      await store.commits.saveWithBlob(unit('one'))
      expect(await store.refs.getAll(A_TRACT)).toEqual([])
    })

    test('keeps the payload that is there', async ({ store }) => {
      await store.blobs.saveIfAbsent(BLOB)
      await store.commits.saveWithBlob({ ...unit('one'), blob: { ...BLOB, tokenCount: 999 } })
      expect(await store.blobs.get(BLOB.contentHash)).toEqual(BLOB)
    })

    test('may state the hash of its payload', async ({ store }) => {
      const saved = await store.commits.saveWithBlob(unit('one', { contentHash: BLOB.contentHash }))
      expect(saved.contentHash).toBe(BLOB.contentHash)
    })

    test('moves a ref only from where it is expected', async ({ store }) => {
      await saveTied(store, ['a', 'b'])
      await store.commits.saveWithBlob(unit('one', { refName: MAIN, expected: null }))
      await store.commits.saveWithBlob(unit('two', { refName: MAIN, expected: 'one' }))
      expect(await store.refs.getRef(A_TRACT, MAIN)).toBe('two')
      for (const expected of ['one', 'a', null]) {
        const error = await refusalWithoutTrace(store, SCOPE, RefConflictError, () =>
          store.commits.saveWithBlob(unit('three', { refName: MAIN, expected })),
        )
        expect(error).toMatchObject({ expected, actual: 'two' })
      }
      const absent = () => store.commits.saveWithBlob(unit('three', { refName: 'refs/x', expected: 'a' }))
      expect(await refusalWithoutTrace(store, SCOPE, RefConflictError, absent)).toMatchObject({
        actual: null,
      })
    })

    test('makes a symbolic ref direct, and refuses it where a place is expected', async ({ store }) => {
      await store.refs.setSymbolicRef(A_TRACT, MAIN, 'refs/heads/other')
      await refusalWithoutTrace(store, SCOPE, SymbolicRefError, () =>
        store.commits.saveWithBlob(unit('one', { refName: MAIN, expected: null })),
      )
      await store.commits.saveWithBlob(unit('one', { refName: MAIN }))
      expect(await store.refs.getSymbolicRef(A_TRACT, MAIN)).toBeNull()
      expect(await store.refs.getRef(A_TRACT, MAIN)).toBe('one')
    })

    test('that is refused leaves neither the payload nor the ref', async ({ store }) => {
      await saveTied(store, ['one'])
      await refusalWithoutTrace(store, SCOPE, AlreadyExistsError, () =>
        store.commits.saveWithBlob(unit('one', { refName: MAIN })),
      )
      const error = await refusalWithoutTrace(store, SCOPE, MissingReferenceError, () =>
        store.commits.saveWithBlob(unit('two', { refName: MAIN, parentHash: 'unknown' })),
      )
      expect(error).toMatchObject({ field: 'parentHash', missing: 'unknown' })
    })

    test('that is refused inside a transaction leaves nothing, and the transaction goes on', async ({
      store,
    }) => {
      await saveTied(store, ['one'])
      await store.transaction(async (tx) => {
        await tx.refs.setRef(A_TRACT, MAIN, 'one')
        const conflict = tx.commits.saveWithBlob(unit('two', { refName: MAIN, expected: null }))
        await expect(conflict).rejects.toBeInstanceOf(RefConflictError)
        await tx.commits.saveWithBlob({
          ...unit('three', { refName: MAIN, expected: 'one' }),
          blob: aBlob({ contentHash: 'another payload' }),
        })
      })
      expect(await store.blobs.get(BLOB.contentHash)).toBeNull()
      expect((await store.commits.getHashes(A_TRACT)).toSorted()).toEqual(['one', 'three'])
      expect(await store.refs.getRef(A_TRACT, MAIN)).toBe('three')
    })
  })
}

type Unit = Parameters<Store['commits']['saveWithBlob']>[0]

/** A commit of the payload, in the order of everything. */
function unit(commitHash: string, fields: Partial<Unit> = {}): Unit {
  const { contentHash: _, ...commit } = aCommit({ commitHash })
  return { ...commit, blob: BLOB, ...fields }
}
