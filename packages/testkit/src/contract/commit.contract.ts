import { AlreadyExistsError, MissingReferenceError } from '@tract/repositories'
import { CommitOperation, Timestamp } from '@tract/schema'
import { describe, expect } from 'vitest'
import { aBlob } from '../builders/blob.js'
import { aCommit } from '../builders/commit.js'
import { A_TRACT } from '../builders/seeded.js'
import { refusalWithoutTrace } from './expectations.js'
import type { ContractTest } from './fixture.js'
import { saveCommit, saveTied } from './seeds.js'

const SCOPE = { tractIds: [A_TRACT] }

/** The history graph: saving commits and finding them. */
export function commitContract(test: ContractTest): void {
  describe('commits', () => {
    test('a saved commit reads back as it was given and as saving returned it', async ({ store }) => {
      await store.blobs.saveIfAbsent(aBlob())
      const root = aCommit({ message: 'the first — Ω 😀', metadataJson: { tags: ['a', 'b'] }, tokenCount: 0 })
      const saved = await store.commits.save(root)
      expect(saved).toEqual(root)
      expect(await store.commits.get(root.commitHash)).toEqual(saved)
      const { commitHash } = root
      const child = aCommit({
        parentHash: commitHash,
        responseTo: commitHash,
        operation: 'edit',
        tractId: 'another',
      })
      expect(await store.commits.save(child)).toEqual(child)
      expect(await store.commits.get(child.commitHash)).toEqual(child)
    })

    test('every operation reads back', async ({ store }) => {
      for (const operation of Object.values(CommitOperation)) {
        const { commitHash } = await saveCommit(store, { operation, commitHash: `commit ${operation}` })
        expect((await store.commits.get(commitHash))?.operation).toBe(operation)
      }
    })

    test('what may be left out is null, and the time is now', async ({ store }) => {
      const { contentHash } = await store.blobs.saveIfAbsent(aBlob())
      const before = Timestamp.from(new Date(Date.now() - 60_000))
      const commitHash = 'commit'
      const required = { commitHash, tractId: A_TRACT, contentHash, contentType: 'output', tokenCount: 3 }
      const saved = await store.commits.save({ ...required, operation: 'append' })
      expect(saved).toEqual({
        ...required,
        operation: 'append',
        parentHash: null,
        responseTo: null,
        message: null,
        metadataJson: null,
        generationConfigJson: null,
        createdAt: saved.createdAt,
      })
      expect(saved.createdAt >= before).toBe(true)
      expect(saved.createdAt <= Timestamp.from(new Date(Date.now() + 60_000))).toBe(true)
      expect(await store.commits.get(commitHash)).toEqual(saved)
    })

    test('an unknown commit is null', async ({ store }) => {
      expect(await store.commits.get('unknown')).toBeNull()
    })

    test('an empty message is not the same as none', async ({ store }) => {
      const { commitHash } = await saveCommit(store, { message: '' })
      expect((await store.commits.get(commitHash))?.message).toBe('')
    })

    test('hashes are matched in full and by case', async ({ store }) => {
      await saveCommit(store, { commitHash: 'abcdef' })
      expect(await store.commits.get('abcde')).toBeNull()
      expect(await store.commits.get('ABCDEF')).toBeNull()
      expect(await store.commits.get('abcdef ')).toBeNull()
    })

    test('getMany gives the commits that exist, each once, in the order of the question', async ({
      store,
    }) => {
      const [one, two, three] = await saveTied(store, ['one', 'two', 'three'])
      const found = await store.commits.getMany(['three', 'unknown', 'one', 'two', 'three'])
      expect(found).toBeInstanceOf(Map)
      expect([...found]).toEqual([
        ['three', three],
        ['one', one],
        ['two', two],
      ])
      expect(await store.commits.getMany([])).toEqual(new Map())
      expect(await store.commits.getMany(['unknown'])).toEqual(new Map())
    })

    test('getMany takes 100,000 hashes in one call', async ({ store }) => {
      const commit = await saveCommit(store)
      const hashes = Array.from({ length: 100_000 }, (_, index) => `unknown-${index}`)
      const found = await store.commits.getMany([...hashes, commit.commitHash])
      expect([...found]).toEqual([[commit.commitHash, commit]])
    })

    test('a second commit of one hash is refused and the first stays', async ({ store }) => {
      const { commitHash } = await saveCommit(store, { message: 'first' })
      const again = aCommit({ commitHash, message: 'second', tokenCount: 77 })
      const error = await refusalWithoutTrace(store, SCOPE, AlreadyExistsError, () =>
        store.commits.save(again),
      )
      expect(error.key).toEqual({ commitHash })
    })

    test('a hash is taken whatever tract its commit is of', async ({ store }) => {
      const { commitHash } = await saveCommit(store)
      const elsewhere = aCommit({ commitHash, tractId: 'another' })
      const scope = { tractIds: [A_TRACT, 'another'] }
      await refusalWithoutTrace(store, scope, AlreadyExistsError, () => store.commits.save(elsewhere))
    })

    for (const field of ['contentHash', 'parentHash', 'responseTo'] as const) {
      test(`a commit whose ${field} does not exist is refused`, async ({ store }) => {
        await saveCommit(store)
        const orphan = aCommit({ commitHash: 'orphan', [field]: 'unknown' })
        const call = () => store.commits.save(orphan)
        const error = await refusalWithoutTrace(store, SCOPE, MissingReferenceError, call)
        expect(error).toMatchObject({ field, missing: 'unknown' })
        expect(await store.commits.get('orphan')).toBeNull()
      })
    }

    test('the children of a commit come oldest first', async ({ store }) => {
      await saveCommit(store, { commitHash: 'root' })
      const times = { late: '00:00:02Z', early: '00:00:01.000001Z', middle: '00:00:01.000002Z' }
      for (const [commitHash, time] of Object.entries(times)) {
        const createdAt = Timestamp.from(`2026-03-01T${time}`)
        await saveCommit(store, { commitHash, parentHash: 'root', createdAt })
      }
      const children = await store.commits.getChildren('root')
      expect(children.map(({ commitHash }) => commitHash)).toEqual(['early', 'middle', 'late'])
      expect(children[0]).toEqual(await store.commits.get('early'))
    })

    test('children of one time come in the order of insertion', async ({ store }) => {
      await saveCommit(store, { commitHash: 'root' })
      await saveTied(store, ['zebra', 'apple', 'mango'], { parentHash: 'root' })
      const children = await store.commits.getChildren('root')
      expect(children.map(({ commitHash }) => commitHash)).toEqual(['zebra', 'apple', 'mango'])
    })

    test('only first parents make children', async ({ store }) => {
      await saveTied(store, ['one', 'two'])
      await saveCommit(store, { commitHash: 'merge', parentHash: 'one' })
      await store.commitParents.addParents('merge', ['one', 'two'])
      expect((await store.commits.getChildren('one')).map(({ commitHash }) => commitHash)).toEqual(['merge'])
      expect(await store.commits.getChildren('two')).toEqual([])
      expect(await store.commits.getChildren('unknown')).toEqual([])
    })

    test('the commits of a tract come oldest first', async ({ store }) => {
      await saveCommit(store, { commitHash: 'late' }, 3)
      await saveCommit(store, { commitHash: 'early' }, 1)
      await saveCommit(store, { commitHash: 'middle' }, 2)
      await saveCommit(store, { commitHash: 'elsewhere', tractId: 'another' }, 1)
      const commits = await store.commits.getAll(A_TRACT)
      expect(commits.map(({ commitHash }) => commitHash)).toEqual(['early', 'middle', 'late'])
      expect(commits[0]).toEqual(await store.commits.get('early'))
    })

    test('commits of one time come in the order of insertion', async ({ store }) => {
      await saveTied(store, ['zebra', 'apple', 'mango'])
      const all = await store.commits.getAll(A_TRACT)
      expect(all.map(({ commitHash }) => commitHash)).toEqual(['zebra', 'apple', 'mango'])
      const dialogues = await store.commits.getByType('dialogue', A_TRACT)
      expect(dialogues.map(({ commitHash }) => commitHash)).toEqual(['zebra', 'apple', 'mango'])
    })

    test('a tract without commits has none', async ({ store }) => {
      await saveCommit(store)
      expect(await store.commits.getAll('another')).toEqual([])
      expect(await store.commits.getByType('dialogue', 'another')).toEqual([])
    })

    test('the commits of one content type come oldest first', async ({ store }) => {
      await saveCommit(store, { commitHash: 'late', contentType: 'output' }, 3)
      await saveCommit(store, { commitHash: 'early', contentType: 'output' }, 1)
      await saveCommit(store, { commitHash: 'dialogue' }, 2)
      await saveCommit(store, { commitHash: 'elsewhere', contentType: 'output', tractId: 'another' }, 2)
      const outputs = await store.commits.getByType('output', A_TRACT)
      expect(outputs.map(({ commitHash }) => commitHash)).toEqual(['early', 'late'])
      expect(await store.commits.getByType('out%', A_TRACT)).toEqual([])
      expect(await store.commits.getByType('OUTPUT', A_TRACT)).toEqual([])
    })
  })
}
