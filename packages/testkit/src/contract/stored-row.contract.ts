import {
  AlreadyExistsError,
  InsideTransactionError,
  InvalidInputError,
  MissingReferenceError,
  type StoredTable,
  type Transaction,
} from '@tract/repositories'
import { describe, expect } from 'vitest'
import { anAnnotation } from '../builders/annotation.js'
import { A_TRACT } from '../builders/seeded.js'
import { aSpawnPointer } from '../builders/spawn-pointer.js'
import { collected } from './collected.js'
import { refusal } from './expectations.js'
import type { ContractTest } from './fixture.js'
import { saveCommit, saveTied } from './seeds.js'

/** More than any adapter is likely to read at a time. */
const MANY = 2_500

/** Rows as the storage format encodes them. */
export function storedRowContract(test: ContractTest): void {
  describe('stored rows', () => {
    test('a row is read in the encodings of the format', async ({ store }) => {
      const commit = await saveCommit(store, { metadataJson: { n: 1, big: 2n ** 60n } })
      expect(await store.storedRows.read('commits', 'tract_id', [A_TRACT, A_TRACT])).toEqual([
        {
          commit_hash: commit.commitHash,
          tract_id: A_TRACT,
          parent_hash: null,
          content_hash: commit.contentHash,
          content_type: commit.contentType,
          operation: commit.operation.toUpperCase(),
          response_to: null,
          message: commit.message,
          token_count: commit.tokenCount,
          metadata_json: '{"n": 1, "big": 1152921504606846976}',
          generation_config_json: expect.toSatisfy((text) => text === null || typeof text === 'string'),
          created_at: commit.createdAt.replace('T', ' ').replace('Z', ''),
        },
      ])
      expect(await store.storedRows.read('commits', 'commit_hash', ['unknown'])).toEqual([])
      expect(await store.storedRows.read('commits', 'commit_hash', [])).toEqual([])
    })

    test('a stored row keeps every text, and the row that had its key is returned and stays', async ({
      store,
    }) => {
      await saveTied(store, ['one'])
      const [row = {}] = await store.storedRows.read('commits', 'commit_hash', ['one'])
      const metadata_json = '{"n":  1.0, "m": 1e5}'
      const copy = { ...row, commit_hash: 'copy', metadata_json, created_at: '2026-01-01 00:00:00' }
      const taken = { ...row, message: 'another' }
      expect(await store.storedRows.insert('commits', [taken, copy])).toEqual([row, null])
      expect(await store.storedRows.read('commits', 'commit_hash', ['copy', 'one'])).toEqual([row, copy])
      expect(await store.commits.get('copy')).toMatchObject({ metadataJson: { n: 1, m: 100000 } })
      expect(await store.storedRows.insert('commits', [])).toEqual([])
    })

    test('what is null in a stored row is filled, and nothing else of it is changed', async ({ store }) => {
      await saveTied(store, ['one'])
      const [row = {}] = await store.storedRows.read('commits', 'commit_hash', ['one'])
      const empty = { ...row, commit_hash: 'two', message: null, metadata_json: null }
      await store.storedRows.insert('commits', [empty])
      const given = {
        ...empty,
        content_type: 'other',
        token_count: 99,
        message: 'filled',
        metadata_json: null,
      }
      expect(await store.storedRows.fill('commits', [given, { ...given, commit_hash: 'unknown' }])).toBe(1)
      const filled = { ...empty, message: 'filled' }
      expect(await store.storedRows.read('commits', 'commit_hash', ['two'])).toEqual([filled])
      await store.storedRows.fill('commits', [{ ...given, message: 'again', metadata_json: '{"n":  1.0}' }])
      const [found] = await store.storedRows.read('commits', 'commit_hash', ['two'])
      expect(found).toEqual({ ...filled, metadata_json: '{"n":  1.0}' })
      expect(await store.storedRows.fill('blobs', [])).toBe(0)
      const [blob = {}] = await store.storedRows.read('blobs', 'content_hash', [String(row.content_hash)])
      expect(await store.storedRows.fill('blobs', [{ ...blob, token_count: 99 }])).toBe(1)
      expect(await store.storedRows.read('blobs', 'content_hash', [String(row.content_hash)])).toEqual([blob])
      const bad = { ...given, color: 'red' }
      await refusal(InvalidInputError, () => store.storedRows.fill('commits', [bad]))
    })

    test('an id that is left out is given, and rows come in the order of insertion', async ({ store }) => {
      await saveTied(store, ['one'])
      await store.annotations.save(anAnnotation({ targetHash: 'one', reason: 'first' }))
      const [row = {}] = await store.storedRows.read('annotations', 'target_hash', ['one'])
      const { id: _, ...fields } = row
      const more = [
        { ...fields, reason: 'second' },
        { ...fields, reason: null },
      ]
      expect(await store.storedRows.insert('annotations', more)).toEqual([null, null])
      const rows = await store.storedRows.read('annotations', 'tract_id', [A_TRACT])
      expect(rows.map(({ reason }) => reason)).toEqual(['first', 'second', null])
      expect(new Set(rows.map(({ id }) => id)).size).toBe(3)
    })

    test('of rows of which one is refused none is stored', async ({ store }) => {
      await saveTied(store, ['one'])
      const [row = {}] = await store.storedRows.read('commits', 'commit_hash', ['one'])
      const good = { ...row, commit_hash: 'good' }
      const bad = { ...row, commit_hash: 'bad', parent_hash: 'unknown' }
      await refusal(MissingReferenceError, () => store.storedRows.insert('commits', [good, bad]))
      expect(await store.commits.getHashes(A_TRACT)).toEqual(['one'])
      await store.spawnPointers.save(aSpawnPointer({ childTractId: 'child' }))
      const [pointer = {}] = await store.storedRows.read('spawn_pointers', 'child_tract_id', ['child'])
      const { id: _, ...again } = pointer
      await refusal(AlreadyExistsError, () => store.storedRows.insert('spawn_pointers', [again]))
    })

    test('what can be read of a sound table is every row, as it is read otherwise, in the order of insertion', async ({
      store,
    }) => {
      const readable = (table: StoredTable) => collected(store.storedRows.iterateReadable(table))
      expect(await readable('commits')).toEqual([])
      const hashes = Array.from({ length: MANY }, (_, index) => `commit ${MANY - index}`)
      await store.transaction(async () => {
        for (const hash of hashes) await saveTied(store, [hash])
      })
      const commits = await readable('commits')
      expect(commits.map(({ row }) => row?.commit_hash)).toEqual(hashes)
      expect(commits.every(({ damage }) => damage === null)).toBe(true)
      const rows = await store.storedRows.read('commits', 'tract_id', [A_TRACT])
      expect(commits.map(({ row }) => row)).toEqual(rows)
      const metadataJson = { n: 1, big: 2n ** 60n }
      const { contentHash } = await saveCommit(store, { commitHash: 'last', metadataJson })
      expect((await readable('commits')).at(-1)).toMatchObject({
        row: { metadata_json: '{"n": 1, "big": 1152921504606846976}' },
      })
      expect(await readable('blobs')).toContainEqual({
        row: expect.objectContaining({ content_hash: contentHash }),
        damage: null,
      })
    })

    test('what can be read in a transaction is what it has written', async ({ store }) => {
      await store.transaction(async (tx) => {
        await saveTied(tx, ['one'])
        expect(await collected(tx.storedRows.iterateReadable('commits'))).toHaveLength(1)
      })
    })

    test('rows that name missing ones are stored where gaps are allowed, until that transaction has ended', async ({
      store,
    }) => {
      await saveTied(store, ['one'])
      const [row = {}] = await store.storedRows.read('commits', 'commit_hash', ['one'])
      const child = { ...row, commit_hash: 'child', parent_hash: 'gone' }
      const other = { ...row, commit_hash: 'other', content_hash: 'gone' }
      const failure = new Error('changed my mind')
      const failing = store.transaction(
        async (tx) => {
          await tx.storedRows.insert('commits', [child])
          throw failure
        },
        { allowGaps: true },
      )
      await expect(failing).rejects.toBe(failure)
      expect(await store.commits.get('child')).toBeNull()
      await store.transaction(
        async (tx) => {
          await tx.storedRows.insert('commits', [child])
          await tx.transaction((inner) => inner.storedRows.insert('commits', [other]), { allowGaps: true })
        },
        { allowGaps: true },
      )
      expect(await store.storedRows.read('commits', 'commit_hash', ['child', 'other'])).toEqual([
        child,
        other,
      ])
      const later = [{ ...child, commit_hash: 'later' }]
      await refusal(MissingReferenceError, () => store.storedRows.insert('commits', later))
      await refusal(MissingReferenceError, () =>
        store.transaction((tx) => tx.storedRows.insert('commits', later)),
      )
    })

    test('gaps are for a whole transaction to allow, and other options are refused', async ({ store }) => {
      const allowing = (tx: Transaction) => tx.transaction(async () => undefined, { allowGaps: true })
      await refusal(InsideTransactionError, () => store.transaction(allowing))
      for (const options of [{ allowGaps: 1 }, { allowgaps: true }, 'allowGaps', null]) {
        await refusal(InvalidInputError, () => store.transaction(async () => undefined, options as never))
      }
    })

    test('another table or column, a missing column and a value that no database holds are refused', async ({
      store,
    }) => {
      await saveTied(store, ['one'])
      const [row = {}] = await store.storedRows.read('commits', 'commit_hash', ['one'])
      const { token_count: _, ...without } = row
      const rows = [
        { ...row, color: 'red' },
        without,
        { ...row, tract_id: null },
        { ...row, token_count: Number.NaN },
        { ...row, token_count: 2n ** 63n },
        { ...row, message: 'a lone \ud800' },
        { ...row, message: ['text'] },
        null,
      ]
      for (const bad of rows) {
        const call = () => store.storedRows.insert('commits', [bad as never])
        await refusal(InvalidInputError, call)
      }
      await refusal(InvalidInputError, () => store.storedRows.insert('commits', row as never))
      await refusal(InvalidInputError, () => store.storedRows.insert('_trace_meta' as never, []))
      await refusal(InvalidInputError, () => store.storedRows.read('sqlite_master' as never, 'name', ['x']))
      await refusal(InvalidInputError, () => store.storedRows.read('commits', 'rowid', ['1']))
    })
  })
}
