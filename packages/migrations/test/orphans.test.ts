import {
  migrate,
  OrphanedRowsError,
  planMigration,
  readSchemaVersion,
  readStructure,
} from '@tract/migrations'
import { legacyDatabase, legacyHash, MISSING_COMMIT } from '@tract/testkit'
import { describe, expect, test } from 'vitest'
import { bytesOf, dump, execute, filesBeside, newFile, open } from './support.js'

const ORPHANS = [
  {
    table: 'compression_sources',
    key: { compression_id: 'c1', commit_hash: MISSING_COMMIT },
    target: 'commit',
    missing: MISSING_COMMIT,
  },
  {
    table: 'compression_results',
    key: { compression_id: 'no such', commit_hash: legacyHash(0) },
    target: 'compression',
    missing: 'no such',
  },
]

describe('links whose commit or compression is missing', () => {
  test('stop it before its first change also where an early layout comes with them', async () => {
    const path = newFile(legacyDatabase(5, { orphans: true }))
    execute(path, 'ALTER TABLE commits DROP COLUMN generation_config_json')
    const before = bytesOf(path)
    await expect(migrate(await open(path))).rejects.toMatchObject({ code: 'orphaned_rows' })
    expect(bytesOf(path).equals(before)).toBe(true)
  })

  test.each([3, 5] as const)(
    'stop a migration from version %i, named, with the file as it was',
    async (version) => {
      const path = newFile(legacyDatabase(version, { orphans: true }))
      const before = bytesOf(path)
      const dataSource = await open(path)
      const error = await migrate(dataSource).catch((thrown: unknown) => thrown)
      expect(error).toBeInstanceOf(OrphanedRowsError)
      expect(error).toMatchObject({ code: 'orphaned_rows', count: 2, orphans: ORPHANS })
      expect(String(error)).toContain(
        `compression_sources row (c1, ${MISSING_COMMIT}) names commit ${MISSING_COMMIT}`,
      )
      expect(bytesOf(path).equals(before)).toBe(true)
      expect(filesBeside(path)).toEqual(['agent.db'])
      expect(await dataSource.query('PRAGMA foreign_keys')).toEqual([{ foreign_keys: 1 }])
    },
  )

  test.each([3, 5] as const)('are kept aside where told, from version %i', async (version) => {
    const path = newFile(legacyDatabase(version, { orphans: true }))
    const dataSource = await open(path)
    const result = await migrate(dataSource, { orphans: 'keep-aside' })
    expect(result).toMatchObject({ to: 6, orphanCount: 2, orphans: ORPHANS, brokenReferences: [] })
    const { _orphaned_operation_commits, operation_commits, ...others } = dump(path)
    expect(_orphaned_operation_commits).toEqual([
      `commit_hash='${legacyHash(0)}' event_id='no such' position=0 role='result'`,
      `commit_hash='${MISSING_COMMIT}' event_id='c1' position=9 role='source'`,
    ])
    expect(operation_commits).toHaveLength(8)
    expect(others.operation_events).toHaveLength(5)
    expect(await dataSource.query('PRAGMA foreign_key_check')).toEqual([])
    const fresh = await open(newFile())
    await migrate(fresh)
    expect(await readStructure(dataSource)).toEqual(await readStructure(fresh))
  })

  test('are taken out again where the half-done migration of the original has moved them', async () => {
    const path = newFile(legacyDatabase(5, { orphans: true, halfDone: 'old-kept' }))
    const dataSource = await open(path)
    await expect(migrate(dataSource)).rejects.toMatchObject({ code: 'orphaned_rows' })
    await migrate(dataSource, { orphans: 'keep-aside' })
    expect(dump(path)._orphaned_operation_commits).toHaveLength(2)
    expect(await dataSource.query('PRAGMA foreign_key_check')).toEqual([])
  })

  test('make no side table where there are none', async () => {
    const path = newFile(legacyDatabase(5))
    await migrate(await open(path), { orphans: 'keep-aside' })
    expect(dump(path)).not.toHaveProperty('_orphaned_operation_commits')
  })

  test('are foreseen by a plan', async () => {
    const path = newFile(legacyDatabase(5, { orphans: true }))
    const { problems } = await planMigration(await open(path))
    expect(problems).toEqual([{ kind: 'orphans', rows: ORPHANS, count: 2 }])
  })
})

test('other rows that break a foreign key stop nothing, stay, and are reported', async () => {
  const path = newFile(legacyDatabase(5))
  execute(
    path,
    `PRAGMA foreign_keys = OFF; INSERT INTO annotations VALUES (9, 't', '${MISSING_COMMIT}', 'NORMAL', NULL, 'x')`,
  )
  const dataSource = await open(path)
  const { brokenReferences } = await migrate(dataSource)
  expect(brokenReferences).toEqual([
    { table: 'annotations', rowId: 9, columns: { target_hash: MISSING_COMMIT }, target: 'commits' },
  ])
  expect(await readSchemaVersion(dataSource)).toBe(6)
  expect(dump(path).annotations).toHaveLength(3)
})
