import { readFileSync } from 'node:fs'
import { contentHashOfStored } from '@tract/schema'
import { openStore } from '@tract/sqlite'
import { describe, expect, it } from 'vitest'
import { historyOf } from '../dist/history/build.js'
import { Random } from '../dist/history/random.js'

describe('a history', () => {
  it('has as many commits as its name says, is sound, and has hashes that are true', async () => {
    const history = await historyOf(1_000)
    const store = await openStore(history.path, { readonly: true })
    try {
      expect(history.commits).toBe(1_000)
      expect(await store.checkIntegrity()).toEqual({ ok: true, damage: [], brokenReferences: [] })
      const chain = await store.commits.getAncestors(history.chainHead)
      expect(chain).toHaveLength(history.chainLength)
      const blobs = await store.blobs.getMany(history.contents)
      expect(blobs.size).toBe(history.contents.length)
      for (const blob of blobs.values()) expect(contentHashOfStored(blob.payloadJson)).toBe(blob.contentHash)
    } finally {
      await store.close()
    }
  })

  it('is kept, and described beside its file', async () => {
    const history = await historyOf(1_000)
    expect(JSON.parse(readFileSync(`${history.path}.json`, 'utf8'))).toEqual(history)
    expect(await historyOf(1_000)).toEqual(history)
  })
})

describe('random numbers', () => {
  it('are the same for the same seed, and others for another', () => {
    expect(new Random(1).hex(64)).toBe(new Random(1).hex(64))
    expect(new Random(1).hex(64)).not.toBe(new Random(2).hex(64))
  })
})
