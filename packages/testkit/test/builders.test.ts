import { commitHash, contentHash, contentHashOfStored, type JsonObject } from '@tract/schema'
import { describe, expect, it } from 'vitest'
import {
  aBlob,
  aCommit,
  aCompileRecord,
  aHistory,
  aLogEntry,
  anAnnotation,
  anOperationEvent,
  aProposal,
  aSpawnPointer,
  legacyDatabase,
} from '../src/index.js'

const BUILDERS = {
  aBlob,
  aCommit,
  anAnnotation,
  anOperationEvent,
  aCompileRecord,
  aSpawnPointer,
  aProposal,
  aLogEntry,
}

describe.each(Object.entries(BUILDERS))('%s', (_, build) => {
  it('gives the same for the same seed', () => {
    expect(build({}, 7)).toEqual(build({}, 7))
    expect(build()).toEqual(build({}, 1))
  })

  it('gives a later time for a higher seed', () => {
    const times = [1, 2, 3, 1000, 999_999, 1_000_000, 2_000_000].map((seed) => build({}, seed).createdAt)
    expect(times).toEqual([...new Set(times)].sort())
  })

  it('takes a Date and gives a Timestamp', () => {
    const { createdAt } = build({ createdAt: new Date('2026-02-20T15:39:08.123Z') })
    expect(createdAt).toBe('2026-02-20T15:39:08.123000Z')
  })

  it('has a value for every field', () => {
    expect(Object.values(build())).not.toContain(undefined)
  })
})

describe('aBlob', () => {
  it('has the hash and the size of its payload', () => {
    for (const blob of [aBlob(), aBlob({}, 2), aBlob({ payloadJson: '{"n": 1.0,  "s": "é😀"}' })]) {
      expect(blob.contentHash).toBe(contentHashOfStored(blob.payloadJson))
      expect(blob.byteSize).toBe(new TextEncoder().encode(blob.payloadJson).length)
    }
    expect(contentHash(JSON.parse(aBlob().payloadJson) as JsonObject)).toBe(aBlob().contentHash)
  })

  it('keeps a hash that it is given', () => {
    expect(aBlob({ contentHash: 'mine' }).contentHash).toBe('mine')
  })
})

describe('aCommit', () => {
  it('has the true hash of its fields, with the blob of its seed as content', () => {
    for (const commit of [aCommit(), aCommit({ parentHash: 'p', responseTo: 'r', operation: 'edit' }, 3)]) {
      expect(commit.commitHash).toBe(commitHash(commit))
    }
    expect(aCommit({}, 3).contentHash).toBe(aBlob({}, 3).contentHash)
    expect(aCommit({}, 3).commitHash).not.toBe(aCommit({}, 4).commitHash)
  })
})

describe('aHistory', () => {
  const options = { commits: 40, merges: 3, edits: 4, compressions: 2, records: 5, seed: 9 }
  const history = aHistory(options)
  const byHash = new Map(history.commits.map((commit) => [commit.commitHash, commit]))

  it('gives the same for the same seed and another for another', () => {
    expect(aHistory(options)).toEqual(history)
    expect(aHistory({ ...options, seed: 10 }).commits).not.toEqual(history.commits)
  })

  it('has as many of everything as it was asked for', () => {
    for (const seed of Array.from({ length: 50 }, (_, index) => index)) {
      const { commits, merges, events, records } = aHistory({ ...options, seed })
      expect(commits).toHaveLength(40 + 3 + 4 + 2)
      expect(commits.filter(({ operation }) => operation === 'edit')).toHaveLength(4)
      expect([merges.length, events.length, records.length]).toEqual([3, 2, 5])
    }
  })

  it('has true hashes, those of merges covering all parents', () => {
    const parents = new Map(history.merges.map(({ commitHash: hash, parentHashes }) => [hash, parentHashes]))
    for (const commit of history.commits) {
      const extraParents = parents.get(commit.commitHash)?.slice(1) ?? []
      expect(commit.commitHash).toBe(commitHash({ ...commit, extraParents }))
    }
    for (const blob of history.blobs) expect(blob.contentHash).toBe(contentHashOfStored(blob.payloadJson))
    expect(new Set(history.commits.map(({ contentHash: hash }) => hash))).toEqual(
      new Set(history.blobs.map(({ contentHash: hash }) => hash)),
    )
  })

  it('names only what comes before, at increasing times', () => {
    const known = new Set<string | null>([null])
    for (const commit of history.commits) {
      expect(known).toContain(commit.parentHash)
      expect(known).toContain(commit.responseTo)
      known.add(commit.commitHash)
    }
    const times = history.commits.map(({ createdAt }) => createdAt)
    expect(times).toEqual([...new Set(times)].sort())
    for (const hash of Object.values(history.branches)) expect(known).toContain(hash)
  })

  it('compresses a run of the chain into a summary with its tokens', () => {
    for (const { sources, results, originalTokens, compressedTokens } of history.events) {
      expect(sources.length).toBeGreaterThan(0)
      const tokens = sources.map((hash) => byHash.get(hash)?.tokenCount ?? Number.NaN)
      expect(originalTokens).toBe(tokens.reduce((sum, count) => sum + count, 0))
      expect(results.map((hash) => byHash.get(hash)?.tokenCount)).toEqual([compressedTokens])
    }
  })

  it('records what its head stands for: edits in the place of what they edit, without what is skipped', () => {
    const record = history.records.at(-1)
    expect(record?.headHash).toBe(history.branches.main)
    expect(record?.commitCount).toBe(record?.effectives.length)
    const effectives = record?.effectives.map((hash) => byHash.get(hash))
    expect(effectives?.[0]?.contentType).toBe('instruction')
    const edited = new Set(effectives?.map((commit) => commit?.responseTo).filter((hash) => hash !== null))
    for (const commit of effectives ?? []) expect(edited).not.toContain(commit?.commitHash)
    const skipped = history.annotations
      .filter(({ priority }) => priority === 'skip')
      .map(({ targetHash }) => targetHash)
    for (const hash of skipped) expect(record?.effectives).not.toContain(hash)
  })

  it('refuses more merges than it has commits for', () => {
    expect(() => aHistory({ commits: 2, merges: 2 })).toThrow(RangeError)
    expect(aHistory({ commits: 1 }).commits).toHaveLength(1)
  })
})

describe('a builder that is called wrongly', () => {
  const calls: Readonly<Record<string, () => unknown>> = {
    'no object': () => aCommit('tract-1' as never),
    'no seed': () => aBlob({}, 0.5),
    'a payload that is no text': () => aBlob({ payloadJson: 5 as never }),
    'more commits than fit': () => aHistory({ commits: 2 ** 40 }),
    'no version': () => legacyDatabase(7 as never),
  }
  for (const [what, call] of Object.entries(calls)) {
    it(`with ${what} says what was found and what was expected`, () => {
      expect(call).toThrow(/: found .*, expected /)
    })
  }
})
