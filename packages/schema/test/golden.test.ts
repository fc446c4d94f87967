import { createHash } from 'node:crypto'
import { canonicalJson, commitHash, contentHashOfStored, timestampCodec } from '@tract/schema'
import { describe, expect, it } from 'vitest'
import { GOLDEN_DIR, goldenRows, type StoredValue } from './golden.js'

type Row = Readonly<Record<string, StoredValue>>

/**
 * The two commits of the golden file whose hash does not come from the time that the file holds, because the clock
 * that made it was in a zone and the file states none: what their hashes covered instead.
 */
const HASHED_LOCAL_TIME = new Map([
  ['802687c138c8744e48c176143e7a062029a53fba8e8a818786c122943c9aed8a', '2026-02-11T04:38:22.061004+09:00'],
  ['b4f9d308f3645c0aa8eea37a1d8b61e5f489aa34da989345520eb76b76784110', '2026-02-10T12:38:22.000001'],
])

const text = (value: StoredValue | undefined): string => String(value)
const textOrNull = (value: StoredValue | undefined): string | null => (value == null ? null : String(value))

function fieldsOf(row: Row) {
  const createdAt = timestampCodec.from(row.created_at)
  if (createdAt === null) throw new Error(`commit ${row.commit_hash} has no time`)
  return {
    contentHash: text(row.content_hash),
    parentHash: textOrNull(row.parent_hash),
    contentType: text(row.content_type),
    operation: row.operation === 'EDIT' ? 'edit' : 'append',
    responseTo: textOrNull(row.response_to),
    createdAt,
  } as const
}

describe.skipIf(GOLDEN_DIR === undefined)('the file of the original system', () => {
  it('every blob stands under the hash of its stored text', () => {
    const blobs = goldenRows('blobs')
    expect(blobs.length).toBe(139)
    for (const blob of blobs) expect(contentHashOfStored(text(blob.payload_json))).toBe(blob.content_hash)
  })

  it('every commit stands under one of its known hashes, save the two that hashed a local time', () => {
    const parents = goldenRows('commit_parents')
    const forms = { plain: 0, merge: 0 }
    const others: string[] = []
    for (const row of goldenRows('commits')) {
      const all = parents
        .filter((link) => link.commit_hash === row.commit_hash)
        .map((link) => text(link.parent_hash))
      const extraParents = all.filter((parent) => parent !== row.parent_hash)
      if (commitHash(fieldsOf(row)) === row.commit_hash) forms.plain++
      else if (all.length > 0 && commitHash({ ...fieldsOf(row), extraParents }) === row.commit_hash)
        forms.merge++
      else others.push(text(row.commit_hash))
    }
    expect(others.sort()).toEqual([...HASHED_LOCAL_TIME.keys()].sort())
    expect(forms).toEqual({ plain: 155, merge: 2 })
  })

  it('the two others hashed their local time: one with its zone, one without', () => {
    const rows = goldenRows('commits').filter((row) => HASHED_LOCAL_TIME.has(text(row.commit_hash)))
    expect(rows).toHaveLength(2)
    for (const row of rows) {
      const covered = canonicalJson({
        content_hash: text(row.content_hash),
        parent_hash: text(row.parent_hash),
        content_type: text(row.content_type),
        operation: 'append',
        timestamp_iso: HASHED_LOCAL_TIME.get(text(row.commit_hash)) ?? '',
      })
      expect(createHash('sha256').update(covered).digest('hex')).toBe(row.commit_hash)
    }
  })
})
