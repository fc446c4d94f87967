import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  AnnotationRow,
  BlobRow,
  CommitRow,
  entities,
  jsonCodec,
  OperationEventRow,
  PolicyProposalRow,
  Timestamp,
  timestampCodec,
} from '@tract/schema'
import { type DataSource, MoreThanOrEqual } from 'typeorm'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { emptyDatabase, usersDataSource } from './database.js'
import { GOLDEN_DIR, goldenRows, goldenTables, type StoredValue } from './golden.js'
import { inZone, ZONES } from './in-zone.js'

const BLOB = `INSERT INTO blobs VALUES ('hash', '{"n": 1.0}', 10, 3, '2026-03-08 02:30:00.000001')`
const COMMIT = `INSERT INTO commits VALUES ('commit', 'tract', NULL, 'hash', 'dialogue', 'EDIT', NULL, NULL, 3,
  'null', '{"temperature": 0.7, "seed": 9007199254740993, "top_p": NaN}', '2026-03-08 02:30:00')`
const ANNOTATION = `INSERT INTO annotations VALUES (7, 'tract', 'commit', 'PINNED', NULL, '2026-03-08 02:30:00.5')`
const EVENT = `INSERT INTO operation_events VALUES ('event', 'tract', 'from_the_future', NULL, '2026-03-08 02:30:00.999999', 10, 2, NULL)`
const PROPOSAL = `INSERT INTO policy_proposals VALUES ('proposal', 'tract', 'p', 'a', '{"é": [1e-07]}', NULL, 'pending',
  '2026-03-08 02:30:00.000000', NULL)`

describe.each(ZONES)('a TypeORM find of a user, in the zone %s', (zone) => {
  let dataSource: DataSource
  beforeEach(async () => {
    dataSource = await emptyDatabase()
    for (const statement of [BLOB, COMMIT, ANNOTATION, EVENT, PROPOSAL]) await dataSource.query(statement)
  })
  afterEach(() => dataSource.destroy())

  it('gives the values that the file holds', () =>
    inZone(zone, async () => {
      expect(await dataSource.getRepository(BlobRow).find()).toEqual([
        {
          contentHash: 'hash',
          payloadJson: '{"n": 1.0}',
          byteSize: 10,
          tokenCount: 3,
          createdAt: '2026-03-08T02:30:00.000001Z',
        },
      ])
      expect(await dataSource.getRepository(CommitRow).find()).toEqual([
        {
          commitHash: 'commit',
          tractId: 'tract',
          parentHash: null,
          contentHash: 'hash',
          contentType: 'dialogue',
          operation: 'edit',
          responseTo: null,
          message: null,
          tokenCount: 3,
          metadataJson: null,
          generationConfigJson: { temperature: 0.7, seed: 9007199254740993n, top_p: Number.NaN },
          createdAt: '2026-03-08T02:30:00.000000Z',
        },
      ])
      expect(await dataSource.getRepository(AnnotationRow).find()).toEqual([
        {
          id: 7,
          tractId: 'tract',
          targetHash: 'commit',
          priority: 'pinned',
          reason: null,
          createdAt: '2026-03-08T02:30:00.500000Z',
        },
      ])
      expect(await dataSource.getRepository(OperationEventRow).find()).toEqual([
        {
          eventId: 'event',
          tractId: 'tract',
          eventType: 'from_the_future',
          branchName: null,
          createdAt: '2026-03-08T02:30:00.999999Z',
          originalTokens: 10,
          compressedTokens: 2,
          paramsJson: null,
        },
      ])
      expect(await dataSource.getRepository(PolicyProposalRow).find()).toEqual([
        {
          proposalId: 'proposal',
          tractId: 'tract',
          policyName: 'p',
          actionType: 'a',
          actionParamsJson: { é: [1e-7] },
          reason: null,
          status: 'pending',
          createdAt: '2026-03-08T02:30:00.000000Z',
          resolvedAt: null,
        },
      ])
    }))

  it('finds by a time, by a range of times and by an enumeration, spelt as rows spell them', () =>
    inZone(zone, async () => {
      const blobs = dataSource.getRepository(BlobRow)
      const createdAt = Timestamp.from('2026-03-08T02:30:00.000001Z')
      expect(await blobs.countBy({ createdAt })).toBe(1)
      expect(await blobs.countBy({ createdAt: MoreThanOrEqual(createdAt) })).toBe(1)
      expect(
        await blobs.countBy({ createdAt: MoreThanOrEqual(Timestamp.from('2026-03-08T02:30:00.000002Z')) }),
      ).toBe(0)
      expect(await dataSource.getRepository(AnnotationRow).countBy({ priority: 'pinned' })).toBe(1)
    }))

  it('saves what the format says', () =>
    inZone(zone, async () => {
      await dataSource.getRepository(OperationEventRow).save({
        eventId: 'saved',
        tractId: 'tract',
        eventType: 'compress',
        branchName: null,
        createdAt: Timestamp.from('2026-11-01T01:30:00.000001Z'),
        originalTokens: 1,
        compressedTokens: 0,
        paramsJson: { zebra: 'é', apple: 1e-7, none: null },
      })
      await dataSource.getRepository(AnnotationRow).save({
        tractId: 'tract',
        targetHash: 'commit',
        priority: 'skip',
        reason: null,
        createdAt: Timestamp.from('2026-11-01T01:30:00Z'),
      })
      expect(await dataSource.query(`SELECT * FROM operation_events WHERE event_id = 'saved'`)).toEqual([
        {
          event_id: 'saved',
          tract_id: 'tract',
          event_type: 'compress',
          branch_name: null,
          created_at: '2026-11-01 01:30:00.000001',
          original_tokens: 1,
          compressed_tokens: 0,
          params_json: '{"zebra": "\\u00e9", "apple": 1e-07, "none": null}',
        },
      ])
      expect(await dataSource.query('SELECT id, priority, created_at FROM annotations ORDER BY id')).toEqual([
        { id: 7, priority: 'PINNED', created_at: '2026-03-08 02:30:00.5' },
        { id: 8, priority: 'SKIP', created_at: '2026-11-01 01:30:00.000000' },
      ])
    }))
})

describe('a bare number in a JSON column, which SQLite stores as a number', () => {
  it.each([
    ['5', 5],
    ['1.5', 1.5],
    ["'true'", true],
    ['\'"text"\'', 'text'],
  ])('%s is found as it is', async (literal, expected) => {
    const dataSource = await emptyDatabase()
    await dataSource.query(EVENT.replace(/NULL\)$/, `${literal})`))
    const found = await dataSource.getRepository(OperationEventRow).findOneByOrFail({ eventId: 'event' })
    await dataSource.destroy()
    expect(found.paramsJson).toEqual(expected)
  })
})

describe.skipIf(GOLDEN_DIR === undefined)('the file of the original system', () => {
  it.each(['UTC', 'America/New_York'] as const)(
    'every row of every table is found as the file holds it, in the zone %s',
    (zone) =>
      inZone(zone, async () => {
        const folder = mkdtempSync(join(tmpdir(), 'tract-golden-'))
        const copy = join(folder, 'v6.db')
        copyFileSync(join(GOLDEN_DIR ?? '', 'v6.db'), copy)
        const dataSource = await usersDataSource(copy)
        let seen = 0
        for (const entity of entities) {
          const { tableName, columns, primaryColumns } = dataSource.getMetadata(entity)
          const key = primaryColumns.map(({ databaseName }) => databaseName)
          const found = (await dataSource.getRepository(entity).find()).map((row) =>
            Object.fromEntries(
              columns.map((column) => [column.databaseName, Reflect.get(row, column.propertyName)]),
            ),
          )
          const expected = goldenRows(tableName).map((row) => decoded(tableName, row))
          expect(sortedBy(key, found), tableName).toEqual(sortedBy(key, expected))
          seen += found.length
        }
        await dataSource.destroy()
        rmSync(folder, { recursive: true })
        expect(seen).toBe(goldenTables().reduce((sum, table) => sum + goldenRows(table).length, 0))
      }),
  )
})

const UPPER_CASE = new Set(['commits.operation', 'annotations.priority'])

/** A stored row as the API spells it, decoded here by the column's name and not by the entity. */
function decoded(table: string, row: Readonly<Record<string, StoredValue>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(row).map(([column, value]) => {
      if (column.endsWith('_at')) return [column, timestampCodec.from(value)]
      if (column.endsWith('_json') && column !== 'payload_json') return [column, jsonCodec.from(value)]
      return [column, UPPER_CASE.has(`${table}.${column}`) ? String(value).toLowerCase() : value]
    }),
  )
}

function sortedBy(key: readonly string[], rows: readonly Record<string, unknown>[]): readonly unknown[] {
  const text = (row: Record<string, unknown>): string => JSON.stringify(key.map((column) => row[column]))
  return [...rows].sort((left, right) => (text(left) < text(right) ? -1 : 1))
}
