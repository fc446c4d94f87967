import type { Repositories } from '@tract/repositories'
import { contentHashOfStored, SCHEMA_VERSION } from '@tract/schema'
import { describe, expect } from 'vitest'
import { aBlob } from '../builders/blob.js'
import { aHistory, type History } from '../builders/history.js'
import { aLogEntry } from '../builders/log-entry.js'
import { aProposal } from '../builders/proposal.js'
import { aSpawnPointer } from '../builders/spawn-pointer.js'
import { writeHistory } from '../builders/write-history.js'
import { contentsOf, type Scope } from './contents.js'
import type { ContractTest } from './fixture.js'
import { saveCommit } from './seeds.js'

const HISTORY = aHistory({ commits: 30, merges: 2, edits: 3, compressions: 2, records: 3, seed: 5 })

/** The store as a whole. */
export function storeWholeContract(test: ContractTest): void {
  describe('a store', () => {
    test('says which version of the format it holds', async ({ store }) => {
      expect(store.schemaVersion).toBe(SCHEMA_VERSION)
    })

    test('gives a whole history back, also to a second store', async ({ openShared }) => {
      const first = await openShared()
      await writeHistory(first, HISTORY)
      const second = await openShared()
      const contents = await contentsOf(second, scopeOf(HISTORY))
      expect(contents).toEqual(await contentsOf(first, scopeOf(HISTORY)))
      const [tract] = contents.tracts
      expect(contents.blobs).toEqual(HISTORY.blobs)
      expect(tract?.commits).toEqual(HISTORY.commits)
      expect(tract?.branches).toEqual(Object.keys(HISTORY.branches).sort())
      expect(tract?.events.map(({ event }) => event)).toEqual(
        HISTORY.events.map(({ sources: _, results: __, ...event }) => event),
      )
      expect(tract?.records.map(({ record }) => record)).toEqual(
        HISTORY.records.map(({ effectives: _, ...record }) => record),
      )
      for (const [index, { effectives }] of HISTORY.records.entries()) {
        expect(tract?.records[index]?.links.map(({ commitHash }) => commitHash)).toEqual(effectives)
      }
      for (const { commitHash, parentHashes } of HISTORY.merges) {
        const parents = await second.commitParents.getParents(commitHash)
        expect(parents.map(({ parentHash }) => parentHash)).toEqual(parentHashes)
      }
      for (const blob of contents.blobs) expect(contentHashOfStored(blob.payloadJson)).toBe(blob.contentHash)
    })

    test('holds nothing of another store that was opened without a location', async ({
      store,
      openShared,
    }) => {
      const { contentHash } = await store.blobs.saveIfAbsent(aBlob())
      expect(await (await openShared()).blobs.get(contentHash)).toBeNull()
    })

    test('gives rows that are nobody else’s: changing one changes nothing that is stored', async ({
      store,
    }) => {
      const saved = await saveCommit(store, { message: 'as it was' })
      const { commitHash } = saved
      const reads: (() => Promise<object | null | undefined>)[] = [
        () => store.commits.get(commitHash),
        async () => (await store.commits.getMany([commitHash])).get(commitHash),
        async () => (await store.commits.getAncestors(commitHash))[0],
        async () => (await store.commits.getAll(saved.tractId))[0],
        () => store.commits.getByPrefix(commitHash),
      ]
      const expected = { ...saved }
      Object.assign(saved, { message: 'changed' })
      for (const read of reads) {
        const row = await read()
        expect(row).toEqual(expected)
        Object.assign(row ?? {}, { message: 'changed' })
      }
      expect(await store.commits.get(commitHash)).toEqual(expected)
    })

    test('finds nothing wrong with what was written, and changes nothing by looking', async ({
      openShared,
    }) => {
      const store = await openShared()
      const sound = { ok: true, damage: [], brokenReferences: [] }
      expect(await store.checkIntegrity()).toEqual(sound)
      await writeEverything(store)
      const before = await contentsOf(store, scopeOf(HISTORY))
      expect(await store.checkIntegrity()).toEqual(sound)
      expect(await contentsOf(store, scopeOf(HISTORY))).toEqual(before)
    })

    test('is sound after every kind of deletion', async ({ openShared }) => {
      const store = await openShared()
      await writeEverything(store)
      for (const eventId of await store.operationEvents.getAllIds(HISTORY.tractId)) {
        await store.operationEvents.deleteEvent(eventId)
      }
      const inRecords = new Set(
        HISTORY.records.flatMap(({ effectives, headHash }) => [headHash, ...effectives]),
      )
      const deletable = HISTORY.commits.filter(({ commitHash }) => !inRecords.has(commitHash))
      expect(deletable.length).toBeGreaterThan(3)
      for (const { commitHash } of deletable) await store.commits.delete(commitHash)
      for (const { contentHash } of HISTORY.blobs) await store.blobs.deleteIfOrphaned(contentHash)
      expect(await store.checkIntegrity()).toEqual({ ok: true, damage: [], brokenReferences: [] })
      const kept = await store.commits.getAll(HISTORY.tractId)
      expect(kept).toHaveLength(HISTORY.commits.length - deletable.length)
    })

    test('gives space back and keeps everything', async ({ openShared }) => {
      const store = await openShared()
      await writeEverything(store)
      const waste = Array.from({ length: 50 }, (_, seed) =>
        aBlob({ payloadJson: `{"${seed}": "${'x'.repeat(20_000)}"}` }),
      )
      await store.transaction(async (tx) => {
        for (const blob of waste) await tx.blobs.saveIfAbsent(blob)
      })
      for (const { contentHash } of waste) await store.blobs.deleteIfOrphaned(contentHash)
      const before = await contentsOf(store, scopeOf(HISTORY))
      const { bytesBefore, bytesAfter } = await store.reclaimSpace()
      expect(Number.isSafeInteger(bytesBefore) && Number.isSafeInteger(bytesAfter)).toBe(true)
      expect(bytesAfter).toBeGreaterThanOrEqual(0)
      expect(bytesAfter).toBeLessThanOrEqual(bytesBefore)
      expect(await contentsOf(store, scopeOf(HISTORY))).toEqual(before)
      expect(await store.checkIntegrity()).toMatchObject({ ok: true })
    })
  })
}

function scopeOf({ tractId, blobs }: History): Scope {
  return {
    tractIds: [tractId],
    contentHashes: blobs.map(({ contentHash }) => contentHash),
    proposalIds: ['proposal'],
  }
}

/** A history, and a row of every other kind. */
async function writeEverything(store: Repositories & Parameters<typeof writeHistory>[0]): Promise<void> {
  await writeHistory(store, HISTORY)
  const parentCommitHash = HISTORY.branches.main ?? null
  await store.spawnPointers.save(aSpawnPointer({ parentCommitHash }))
  await store.policies.saveProposal(aProposal({ proposalId: 'proposal' }))
  await store.policies.saveLogEntry(aLogEntry({ commitHash: parentCommitHash }))
}
