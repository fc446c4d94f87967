import { MissingReferenceError } from '@tract/repositories'
import { contentHashOfStored } from '@tract/schema'
import { describe, expect } from 'vitest'
import { aBlob } from '../builders/blob.js'
import { aCommit } from '../builders/commit.js'
import { refusal } from './expectations.js'
import type { ContractTest } from './fixture.js'
import { saveCommit } from './seeds.js'

/** Content-addressed payloads. */
export function blobContract(test: ContractTest): void {
  describe('blobs', () => {
    test('a saved blob reads back as it was given and as saving returned it', async ({ store }) => {
      const blob = aBlob()
      const saved = await store.blobs.saveIfAbsent(blob)
      expect(saved).toEqual(blob)
      expect(await store.blobs.get(blob.contentHash)).toEqual(saved)
    })

    test('a payload keeps every character, its white space and its number texts', async ({ store }) => {
      const payloadJson =
        '{"a": 1.0,  "b":\t1e-07, "c": -0.0, "d": 12345678901234567890, "e": "é 中 😀 \\u0000 \u2028"}'
      const blob = await store.blobs.saveIfAbsent(aBlob({ payloadJson }))
      const read = await store.blobs.get(blob.contentHash)
      expect(read?.payloadJson).toBe(payloadJson)
      expect(contentHashOfStored(read?.payloadJson ?? '')).toBe(blob.contentHash)
    })

    test('the first blob of a hash stays, and saving another returns the first', async ({ store }) => {
      const first = await store.blobs.saveIfAbsent(aBlob())
      const again = aBlob(
        { contentHash: first.contentHash, payloadJson: '{"another": 1}', tokenCount: 99 },
        2,
      )
      expect(await store.blobs.saveIfAbsent(again)).toEqual(first)
      expect(await store.blobs.get(first.contentHash)).toEqual(first)
    })

    test('an unknown blob is null', async ({ store }) => {
      expect(await store.blobs.get('unknown')).toBeNull()
    })

    test('getMany gives the blobs that exist, each once, in the order of the question', async ({ store }) => {
      const [one, two, three] = [aBlob({}, 1), aBlob({}, 2), aBlob({}, 3)]
      for (const blob of [one, two, three]) await store.blobs.saveIfAbsent(blob)
      const hashes = [three, one, two, three].map(({ contentHash }) => contentHash)
      const found = await store.blobs.getMany(['unknown', ...hashes])
      expect(found).toBeInstanceOf(Map)
      expect([...found]).toEqual([
        [three.contentHash, three],
        [one.contentHash, one],
        [two.contentHash, two],
      ])
    })

    test('getMany of nothing, and of nothing known, is an empty map', async ({ store }) => {
      expect(await store.blobs.getMany([])).toEqual(new Map())
      expect(await store.blobs.getMany(['unknown'])).toEqual(new Map())
    })

    test('getMany takes 100,000 hashes in one call', async ({ store }) => {
      const blob = await store.blobs.saveIfAbsent(aBlob())
      const hashes = Array.from({ length: 100_000 }, (_, index) => `unknown-${index}`)
      const found = await store.blobs.getMany([...hashes, blob.contentHash])
      expect([...found.keys()]).toEqual([blob.contentHash])
    })

    test('an orphaned blob is deleted', async ({ store }) => {
      const blob = await store.blobs.saveIfAbsent(aBlob())
      const other = await store.blobs.saveIfAbsent(aBlob({}, 2))
      expect(await store.blobs.deleteIfOrphaned(blob.contentHash)).toBe(true)
      expect(await store.blobs.get(blob.contentHash)).toBeNull()
      expect(await store.blobs.get(other.contentHash)).toEqual(other)
    })

    test('a blob stays while a commit of any tract refers to it', async ({ store }) => {
      const commit = await saveCommit(store, { tractId: 'another tract' })
      expect(await store.blobs.deleteIfOrphaned(commit.contentHash)).toBe(false)
      expect(await store.blobs.get(commit.contentHash)).toEqual(aBlob())
      await store.commits.delete(commit.commitHash)
      expect(await store.blobs.deleteIfOrphaned(commit.contentHash)).toBe(true)
    })

    test('deleting an unknown blob deletes nothing', async ({ store }) => {
      expect(await store.blobs.deleteIfOrphaned('unknown')).toBe(false)
    })

    test('a deleted blob is gone for new commits', async ({ store }) => {
      const blob = await store.blobs.saveIfAbsent(aBlob())
      await store.blobs.deleteIfOrphaned(blob.contentHash)
      const error = await refusal(MissingReferenceError, () => store.commits.save(aCommit()))
      expect(error).toMatchObject({ field: 'contentHash', missing: blob.contentHash })
    })
  })
}
