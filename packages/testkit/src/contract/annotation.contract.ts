import { AlreadyExistsError, MissingReferenceError } from '@tract/repositories'
import { Priority, Timestamp } from '@tract/schema'
import { describe, expect } from 'vitest'
import { anAnnotation } from '../builders/annotation.js'
import { A_TRACT } from '../builders/seeded.js'
import { refusal, refusalWithoutTrace } from './expectations.js'
import type { ContractTest } from './fixture.js'
import { SAME_TIME, saveTied } from './seeds.js'

/** Priorities, which are only ever added. */
export function annotationContract(test: ContractTest): void {
  describe('annotations', () => {
    test('a saved annotation is returned with its id and reads back so', async ({ store }) => {
      await saveTied(store, ['commit'])
      const input = anAnnotation({ targetHash: 'commit', reason: 'the user asked for it' })
      const saved = await store.annotations.save(input)
      expect(saved).toEqual({ ...input, id: saved.id })
      expect(Number.isSafeInteger(saved.id) && saved.id > 0).toBe(true)
      expect(await store.annotations.getLatest('commit')).toEqual(saved)
    })

    test('every priority reads back', async ({ store }) => {
      await saveTied(store, ['commit'])
      for (const priority of Object.values(Priority)) {
        await store.annotations.save(anAnnotation({ targetHash: 'commit', priority }))
        expect((await store.annotations.getLatest('commit'))?.priority).toBe(priority)
      }
    })

    test('ids are different from one another', async ({ store }) => {
      await saveTied(store, ['commit'])
      const save = () => store.annotations.save(anAnnotation({ targetHash: 'commit' }))
      const ids = [(await save()).id, (await save()).id, (await save()).id]
      expect(new Set(ids).size).toBe(3)
    })

    test('an id that is stated is kept, and a second row with it is refused', async ({ store }) => {
      await saveTied(store, ['commit'])
      const stated = anAnnotation({ targetHash: 'commit', id: 41 })
      expect(await store.annotations.save(stated)).toEqual(stated)
      expect((await store.annotations.save(anAnnotation({ targetHash: 'commit' }))).id).not.toBe(41)
      await refusal(AlreadyExistsError, () => store.annotations.save(stated))
    })

    test('the latest annotation counts, however late it was saved', async ({ store }) => {
      await saveTied(store, ['commit'])
      const at = (time: string) =>
        store.annotations.save(anAnnotation({ targetHash: 'commit', createdAt: Timestamp.from(time) }))
      const middle = await at('2026-01-01T00:00:00.000002Z')
      const latest = await at('2026-01-01T00:00:00.000003Z')
      const earliest = await at('2026-01-01T00:00:00.000001Z')
      expect(await store.annotations.getLatest('commit')).toEqual(latest)
      expect(await store.annotations.getHistory('commit')).toEqual([earliest, middle, latest])
      expect((await store.annotations.batchGetLatest(['commit'])).get('commit')).toEqual(latest)
    })

    test('of annotations of one time the last that was saved counts', async ({ store }) => {
      await saveTied(store, ['commit'])
      const saved = []
      for (const priority of ['skip', 'pinned', 'normal'] as const) {
        const input = anAnnotation({ targetHash: 'commit', priority, createdAt: SAME_TIME })
        saved.push(await store.annotations.save(input))
      }
      expect(await store.annotations.getLatest('commit')).toEqual(saved[2])
      expect(await store.annotations.getHistory('commit')).toEqual(saved)
      expect((await store.annotations.batchGetLatest(['commit'])).get('commit')).toEqual(saved[2])
    })

    test('a commit without annotations has none', async ({ store }) => {
      await saveTied(store, ['commit', 'other'])
      await store.annotations.save(anAnnotation({ targetHash: 'other' }))
      expect(await store.annotations.getLatest('commit')).toBeNull()
      expect(await store.annotations.getHistory('commit')).toEqual([])
      expect(await store.annotations.getLatest('unknown')).toBeNull()
      expect(await store.annotations.getHistory('unknown')).toEqual([])
    })

    test('batchGetLatest leaves out what has none and keeps the order of the question', async ({ store }) => {
      await saveTied(store, ['one', 'two', 'three', 'four'])
      const four = await store.annotations.save(anAnnotation({ targetHash: 'four' }))
      const one = await store.annotations.save(anAnnotation({ targetHash: 'one' }))
      await store.annotations.save(anAnnotation({ targetHash: 'three', priority: 'skip' }))
      const three = await store.annotations.save(anAnnotation({ targetHash: 'three' }, 2))
      const found = await store.annotations.batchGetLatest([
        'three',
        'two',
        'unknown',
        'one',
        'four',
        'three',
      ])
      expect(found).toBeInstanceOf(Map)
      expect([...found]).toEqual([
        ['three', three],
        ['one', one],
        ['four', four],
      ])
      expect(await store.annotations.batchGetLatest([])).toEqual(new Map())
    })

    test('batchGetLatest takes 100,000 hashes in one call', async ({ store }) => {
      await saveTied(store, ['commit'])
      const saved = await store.annotations.save(anAnnotation({ targetHash: 'commit' }))
      const hashes = Array.from({ length: 100_000 }, (_, index) => `unknown-${index}`)
      const found = await store.annotations.batchGetLatest([...hashes, 'commit'])
      expect([...found]).toEqual([['commit', saved]])
    })

    test('an annotation of a commit that does not exist is refused', async ({ store }) => {
      await saveTied(store, ['commit'])
      const call = () => store.annotations.save(anAnnotation({ targetHash: 'unknown' }))
      const error = await refusalWithoutTrace(store, { tractIds: [A_TRACT] }, MissingReferenceError, call)
      expect(error).toMatchObject({ field: 'targetHash', missing: 'unknown' })
      expect(await store.annotations.getHistory('unknown')).toEqual([])
    })
  })
}
