import { migrate, planMigration, readSchemaVersion, readStructure } from '@tract/migrations'
import { expect, test } from 'vitest'
import { allValues, bytesOf, newFile, oneValue, open } from './support.js'

test('fresh database gets version 6', async () => {
  const path = newFile()
  const dataSource = await open(path)
  expect(await readSchemaVersion(dataSource)).toBeNull()
  const result = await migrate(dataSource)
  expect(result).toMatchObject({ from: null, to: 6, changed: true, steps: [], backup: null, differences: [] })
  expect(await readSchemaVersion(dataSource)).toBe(6)
  expect(oneValue(path, "SELECT value FROM _trace_meta WHERE key = 'schema_version'")).toBe('6')
})

test('a fresh file has pages of 4096 bytes, UTF-8, user_version 0, no trigger, no view and no default', async () => {
  const path = newFile()
  await migrate(await open(path))
  expect(oneValue(path, 'PRAGMA page_size')).toBe(4096)
  expect(oneValue(path, 'PRAGMA encoding')).toBe('UTF-8')
  expect(oneValue(path, 'PRAGMA user_version')).toBe(0)
  expect(allValues(path, "SELECT name FROM sqlite_master WHERE type IN ('trigger', 'view')")).toEqual([])
  const structure = await readStructure(await open(path))
  expect(structure.flatMap(({ columns }) => columns.filter((column) => column.default !== null))).toEqual([])
})

test('the structure of a fresh file is the one that was reviewed', async () => {
  const dataSource = await open(newFile())
  await migrate(dataSource)
  expect(await readStructure(dataSource)).toMatchSnapshot()
})

test('a database in memory gets version 6 and no backup', async () => {
  const dataSource = await open(':memory:')
  expect(await migrate(dataSource)).toMatchObject({ from: null, to: 6, changed: true, backup: null })
})

test('a second migration changes no byte', async () => {
  const path = newFile()
  const dataSource = await open(path)
  await migrate(dataSource)
  const before = bytesOf(path)
  expect(await migrate(dataSource)).toMatchObject({ from: 6, to: 6, changed: false })
  expect(bytesOf(path).equals(before)).toBe(true)
})

test('a plan for an empty database names every table, and leaves the file empty', async () => {
  const path = newFile()
  const plan = await planMigration(await open(path))
  expect(plan).toMatchObject({ from: null, to: 6, changes: true, steps: [], backupBytes: null, problems: [] })
  expect(plan.completes.tables).toHaveLength(13)
  expect(plan.completes.indexes).toHaveLength(27)
  expect(bytesOf(path)).toHaveLength(0)
})
