import { migrate, readSchemaVersion } from '@tract/migrations'
import { handMadeVersion2 } from '@tract/testkit'
import { expect, test } from 'vitest'
import { bytesOf, dump, newFile, open } from './support.js'

test('migrate v2 to v6: a minimal database made by hand keeps its own tables and gets those that lack', async () => {
  const path = newFile(handMadeVersion2())
  const { _trace_meta, ...before } = dump(path)
  const dataSource = await open(path)
  expect(await readSchemaVersion(dataSource)).toBe(2)
  const result = await migrate(dataSource)
  expect(result).toMatchObject({ from: 2, to: 6, changed: true })
  expect(await readSchemaVersion(dataSource)).toBe(6)
  expect(dump(path)).toMatchObject(before)
  expect(Object.keys(dump(path))).toEqual(
    expect.arrayContaining([
      'operation_events',
      'operation_commits',
      'compile_records',
      'compile_effectives',
      'refs',
    ]),
  )
})

test('an index whose column is lacking is skipped and reported, as are the tables that differ', async () => {
  const result = await migrate(await open(newFile(handMadeVersion2())))
  expect(result.skippedIndexes).toContainEqual({
    index: 'ix_commits_tract_id',
    table: 'commits',
    column: 'tract_id',
  })
  expect(result.differences.map(({ table }) => table)).toEqual(
    expect.arrayContaining(['blobs', 'commit_parents', 'commits']),
  )
})

test('it opens a second time without a byte changed', async () => {
  const path = newFile(handMadeVersion2())
  const dataSource = await open(path)
  await migrate(dataSource)
  const before = bytesOf(path)
  expect((await migrate(dataSource)).changed).toBe(false)
  expect(bytesOf(path).equals(before)).toBe(true)
})
