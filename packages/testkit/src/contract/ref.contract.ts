import { MissingReferenceError, RefConflictError, SymbolicRefError } from '@tract/repositories'
import { describe, expect } from 'vitest'
import { A_TRACT } from '../builders/seeded.js'
import { refusalWithoutTrace } from './expectations.js'
import type { ContractTest } from './fixture.js'
import { saveTied } from './seeds.js'

const SCOPE = { tractIds: [A_TRACT, 'another'], refNames: ['HEAD', 'refs/tags/v1'] }

/** Branches and HEAD. */
export function refContract(test: ContractTest): void {
  describe('HEAD', () => {
    test('a tract without HEAD stands nowhere, is not detached and has no branch', async ({ store }) => {
      expect(await store.refs.getHead(A_TRACT)).toBeNull()
      expect(await store.refs.isDetached(A_TRACT)).toBe(false)
      expect(await store.refs.getCurrentBranch(A_TRACT)).toBeNull()
      expect(await store.refs.listBranches(A_TRACT)).toEqual([])
    })

    test('the first move of HEAD attaches it to main', async ({ store }) => {
      await saveTied(store, ['one'])
      await store.refs.updateHead(A_TRACT, 'one')
      expect(await store.refs.getHead(A_TRACT)).toBe('one')
      expect(await store.refs.getSymbolicRef(A_TRACT, 'HEAD')).toBe('refs/heads/main')
      expect(await store.refs.getRef(A_TRACT, 'HEAD')).toBeNull()
      expect(await store.refs.getRef(A_TRACT, 'refs/heads/main')).toBe('one')
      expect(await store.refs.getCurrentBranch(A_TRACT)).toBe('main')
      expect(await store.refs.isDetached(A_TRACT)).toBe(false)
    })

    test('an attached HEAD moves by its branch', async ({ store }) => {
      await saveTied(store, ['one', 'two'])
      await store.refs.setBranch(A_TRACT, 'main', 'one')
      await store.refs.setBranch(A_TRACT, 'topic', 'one')
      await store.refs.attachHead(A_TRACT, 'topic')
      expect(await store.refs.getHead(A_TRACT)).toBe('one')
      await store.refs.updateHead(A_TRACT, 'two')
      expect(await store.refs.getHead(A_TRACT)).toBe('two')
      expect(await store.refs.getBranch(A_TRACT, 'topic')).toBe('two')
      expect(await store.refs.getBranch(A_TRACT, 'main')).toBe('one')
      expect(await store.refs.getCurrentBranch(A_TRACT)).toBe('topic')
    })

    test('a HEAD attached to an unborn branch stands nowhere until it is moved', async ({ store }) => {
      await saveTied(store, ['one'])
      await store.refs.attachHead(A_TRACT, 'unborn')
      expect(await store.refs.getHead(A_TRACT)).toBeNull()
      expect(await store.refs.isDetached(A_TRACT)).toBe(false)
      expect(await store.refs.getCurrentBranch(A_TRACT)).toBe('unborn')
      expect(await store.refs.listBranches(A_TRACT)).toEqual([])
      await store.refs.updateHead(A_TRACT, 'one')
      expect(await store.refs.getBranch(A_TRACT, 'unborn')).toBe('one')
      expect(await store.refs.listBranches(A_TRACT)).toEqual(['unborn'])
    })

    test('a detached HEAD moves by itself', async ({ store }) => {
      await saveTied(store, ['one', 'two'])
      await store.refs.updateHead(A_TRACT, 'one')
      await store.refs.detachHead(A_TRACT, 'one')
      expect(await store.refs.isDetached(A_TRACT)).toBe(true)
      expect(await store.refs.getCurrentBranch(A_TRACT)).toBeNull()
      expect(await store.refs.getSymbolicRef(A_TRACT, 'HEAD')).toBeNull()
      await store.refs.updateHead(A_TRACT, 'two')
      expect(await store.refs.getHead(A_TRACT)).toBe('two')
      expect(await store.refs.isDetached(A_TRACT)).toBe(true)
      expect(await store.refs.getBranch(A_TRACT, 'main')).toBe('one')
    })

    test('a detached HEAD can be attached again', async ({ store }) => {
      await saveTied(store, ['one', 'two'])
      await store.refs.updateHead(A_TRACT, 'one')
      await store.refs.detachHead(A_TRACT, 'two')
      await store.refs.attachHead(A_TRACT, 'main')
      expect(await store.refs.isDetached(A_TRACT)).toBe(false)
      expect(await store.refs.getRef(A_TRACT, 'HEAD')).toBeNull()
      expect(await store.refs.getHead(A_TRACT)).toBe('one')
    })

    test('a HEAD without its branch stands nowhere', async ({ store }) => {
      await saveTied(store, ['one'])
      await store.refs.updateHead(A_TRACT, 'one')
      await store.refs.deleteRef(A_TRACT, 'refs/heads/main')
      expect(await store.refs.getHead(A_TRACT)).toBeNull()
      expect(await store.refs.getCurrentBranch(A_TRACT)).toBe('main')
    })

    test('every tract has a HEAD of its own', async ({ store }) => {
      await saveTied(store, ['one', 'two'])
      await store.refs.updateHead(A_TRACT, 'one')
      await store.refs.detachHead('another', 'two')
      expect(await store.refs.getHead(A_TRACT)).toBe('one')
      expect(await store.refs.getHead('another')).toBe('two')
      expect(await store.refs.isDetached(A_TRACT)).toBe(false)
      expect(await store.refs.listBranches('another')).toEqual([])
    })
  })

  describe('branches', () => {
    test('a branch is the ref refs/heads/ and its name', async ({ store }) => {
      await saveTied(store, ['one', 'two'])
      await store.refs.setBranch(A_TRACT, 'topic', 'one')
      expect(await store.refs.getRef(A_TRACT, 'refs/heads/topic')).toBe('one')
      await store.refs.setRef(A_TRACT, 'refs/heads/topic', 'two')
      expect(await store.refs.getBranch(A_TRACT, 'topic')).toBe('two')
      expect(await store.refs.getBranch(A_TRACT, 'refs/heads/topic')).toBeNull()
      expect(await store.refs.getBranch(A_TRACT, 'unknown')).toBeNull()
    })

    test('names come sorted by code point, with slashes, spaces and any script', async ({ store }) => {
      await saveTied(store, ['one'])
      const sorted = [
        'Zoë',
        'a%b',
        'a_b',
        'feature/b/c',
        'feature/bc',
        'main',
        'topic 1',
        'ветка',
        '分支/一',
        '～',
        '😀',
      ]
      for (const name of [...sorted].reverse()) await store.refs.setBranch(A_TRACT, name, 'one')
      expect(await store.refs.listBranches(A_TRACT)).toEqual(sorted)
      for (const name of sorted) expect(await store.refs.getBranch(A_TRACT, name), name).toBe('one')
    })

    test('only what stands below refs/heads/ is a branch', async ({ store }) => {
      await saveTied(store, ['one'])
      const others = [
        'refs/tags/v1',
        'refs/heads0',
        'refs/headsx/y',
        'REFS/HEADS/upper',
        'refs',
        'main',
        'xrefs/heads/y',
      ]
      for (const refName of others) await store.refs.setRef(A_TRACT, refName, 'one')
      await store.refs.setBranch(A_TRACT, 'main', 'one')
      expect(await store.refs.listBranches(A_TRACT)).toEqual(['main'])
    })

    test('branches of other tracts are not listed', async ({ store }) => {
      await saveTied(store, ['one'])
      await store.refs.setBranch('another', 'elsewhere', 'one')
      expect(await store.refs.listBranches(A_TRACT)).toEqual([])
      expect(await store.refs.getBranch(A_TRACT, 'elsewhere')).toBeNull()
    })

    test('setting a symbolic branch makes it direct and leaves its target alone', async ({ store }) => {
      await saveTied(store, ['one', 'two'])
      await store.refs.setBranch(A_TRACT, 'main', 'one')
      await store.refs.setSymbolicRef(A_TRACT, 'refs/heads/alias', 'refs/heads/main')
      await store.refs.setBranch(A_TRACT, 'alias', 'two')
      expect(await store.refs.getSymbolicRef(A_TRACT, 'refs/heads/alias')).toBeNull()
      expect(await store.refs.getBranch(A_TRACT, 'alias')).toBe('two')
      expect(await store.refs.getBranch(A_TRACT, 'main')).toBe('one')
    })
  })

  describe('refs', () => {
    test('a ref is set, moved and deleted by its full name', async ({ store }) => {
      await saveTied(store, ['one', 'two'])
      expect(await store.refs.getRef(A_TRACT, 'refs/tags/v1')).toBeNull()
      await store.refs.setRef(A_TRACT, 'refs/tags/v1', 'one')
      expect(await store.refs.getRef(A_TRACT, 'refs/tags/v1')).toBe('one')
      await store.refs.setRef(A_TRACT, 'refs/tags/v1', 'two')
      expect(await store.refs.getRef(A_TRACT, 'refs/tags/v1')).toBe('two')
      await store.refs.deleteRef(A_TRACT, 'refs/tags/v1')
      expect(await store.refs.getRef(A_TRACT, 'refs/tags/v1')).toBeNull()
    })

    test('deleting a ref deletes that one, and an absent one is no error', async ({ store }) => {
      await saveTied(store, ['one'])
      await store.refs.setRef(A_TRACT, 'refs/tags/v1', 'one')
      await store.refs.setRef('another', 'refs/tags/v1', 'one')
      await store.refs.deleteRef('another', 'refs/tags/v1')
      await store.refs.deleteRef('another', 'refs/tags/v1')
      await store.refs.deleteRef(A_TRACT, 'refs/tags/%')
      expect(await store.refs.getRef(A_TRACT, 'refs/tags/v1')).toBe('one')
    })

    test('a symbolic ref stands for another and holds no commit', async ({ store }) => {
      await saveTied(store, ['one'])
      await store.refs.setRef(A_TRACT, 'refs/tags/v1', 'one')
      await store.refs.setSymbolicRef(A_TRACT, 'refs/tags/latest', 'refs/tags/v1')
      expect(await store.refs.getSymbolicRef(A_TRACT, 'refs/tags/latest')).toBe('refs/tags/v1')
      expect(await store.refs.getRef(A_TRACT, 'refs/tags/latest')).toBeNull()
      expect(await store.refs.getSymbolicRef(A_TRACT, 'refs/tags/v1')).toBeNull()
      expect(await store.refs.getSymbolicRef(A_TRACT, 'refs/tags/unknown')).toBeNull()
    })

    test('a direct ref becomes symbolic and a symbolic one direct', async ({ store }) => {
      await saveTied(store, ['one', 'two'])
      await store.refs.setRef(A_TRACT, 'refs/tags/v1', 'one')
      await store.refs.setSymbolicRef(A_TRACT, 'refs/tags/v1', 'refs/heads/main')
      expect(await store.refs.getRef(A_TRACT, 'refs/tags/v1')).toBeNull()
      await store.refs.setSymbolicRef(A_TRACT, 'refs/tags/v1', 'refs/heads/other')
      expect(await store.refs.getSymbolicRef(A_TRACT, 'refs/tags/v1')).toBe('refs/heads/other')
      await store.refs.setRef(A_TRACT, 'refs/tags/v1', 'two')
      expect(await store.refs.getSymbolicRef(A_TRACT, 'refs/tags/v1')).toBeNull()
      expect(await store.refs.getRef(A_TRACT, 'refs/tags/v1')).toBe('two')
    })

    test('no ref can point at a commit that does not exist', async ({ store }) => {
      await saveTied(store, ['one'])
      await store.refs.setRef(A_TRACT, 'refs/tags/v1', 'one')
      const calls = [
        () => store.refs.updateHead(A_TRACT, 'unknown'),
        () => store.refs.setBranch(A_TRACT, 'main', 'unknown'),
        () => store.refs.setRef(A_TRACT, 'refs/tags/v1', 'unknown'),
        () => store.refs.detachHead(A_TRACT, 'unknown'),
        () => store.refs.compareAndSetRef(A_TRACT, 'refs/tags/v1', 'one', 'unknown'),
        () => store.refs.compareAndSetRef(A_TRACT, 'refs/tags/v2', null, 'unknown'),
      ]
      for (const call of calls) {
        const error = await refusalWithoutTrace(store, SCOPE, MissingReferenceError, call)
        expect(error).toMatchObject({ field: 'commitHash', missing: 'unknown' })
      }
    })
  })

  describe('compareAndSetRef', () => {
    test('a ref that is where it is expected moves', async ({ store }) => {
      await saveTied(store, ['one', 'two'])
      await store.refs.setRef(A_TRACT, 'refs/tags/v1', 'one')
      await store.refs.setRef('another', 'refs/tags/v1', 'one')
      await store.refs.compareAndSetRef(A_TRACT, 'refs/tags/v1', 'one', 'two')
      expect(await store.refs.getRef(A_TRACT, 'refs/tags/v1')).toBe('two')
      expect(await store.refs.getRef('another', 'refs/tags/v1')).toBe('one')
    })

    test('a ref that is expected not to exist is created', async ({ store }) => {
      await saveTied(store, ['one'])
      await store.refs.compareAndSetRef(A_TRACT, 'refs/heads/main', null, 'one')
      expect(await store.refs.getBranch(A_TRACT, 'main')).toBe('one')
    })

    test('a row that leads nowhere counts as no ref', async ({ store }) => {
      await saveTied(store, ['one'])
      const nowhere = {
        tract_id: A_TRACT,
        ref_name: 'refs/heads/main',
        commit_hash: null,
        symbolic_target: null,
      }
      await store.storedRows.insert('refs', [nowhere])
      expect(await store.refs.getBranch(A_TRACT, 'main')).toBeNull()
      await store.refs.compareAndSetRef(A_TRACT, 'refs/heads/main', null, 'one')
      expect(await store.refs.getBranch(A_TRACT, 'main')).toBe('one')
    })

    test('a ref may be set to where it is', async ({ store }) => {
      await saveTied(store, ['one'])
      await store.refs.setRef(A_TRACT, 'refs/tags/v1', 'one')
      await store.refs.compareAndSetRef(A_TRACT, 'refs/tags/v1', 'one', 'one')
      expect(await store.refs.getRef(A_TRACT, 'refs/tags/v1')).toBe('one')
    })

    test('a ref that is elsewhere stays, and the error says where it is', async ({ store }) => {
      await saveTied(store, ['one', 'two', 'three'])
      await store.refs.setRef(A_TRACT, 'refs/tags/v1', 'one')
      const refName = 'refs/tags/v1'
      const elsewhere = () => store.refs.compareAndSetRef(A_TRACT, refName, 'two', 'three')
      const moved = await refusalWithoutTrace(store, SCOPE, RefConflictError, elsewhere)
      expect(moved).toMatchObject({ tractId: A_TRACT, refName, expected: 'two', actual: 'one' })
      const exists = () => store.refs.compareAndSetRef(A_TRACT, refName, null, 'three')
      const created = await refusalWithoutTrace(store, SCOPE, RefConflictError, exists)
      expect(created).toMatchObject({ tractId: A_TRACT, refName, expected: null, actual: 'one' })
      const absent = () => store.refs.compareAndSetRef(A_TRACT, 'refs/tags/v2', 'one', 'three')
      const missing = await refusalWithoutTrace(store, SCOPE, RefConflictError, absent)
      expect(missing).toMatchObject({ refName: 'refs/tags/v2', expected: 'one', actual: null })
    })

    test('a symbolic ref is an error, and so is its target left alone', async ({ store }) => {
      await saveTied(store, ['one', 'two'])
      await store.refs.updateHead(A_TRACT, 'one')
      for (const expected of ['one', 'two', null]) {
        const call = () => store.refs.compareAndSetRef(A_TRACT, 'HEAD', expected, 'two')
        const error = await refusalWithoutTrace(store, SCOPE, SymbolicRefError, call)
        expect(error).toMatchObject({ tractId: A_TRACT, refName: 'HEAD', target: 'refs/heads/main' })
      }
    })
  })
}
