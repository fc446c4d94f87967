import { LossyRollbackError, migrate, readSchemaVersion, readStructure, rollback } from '@tract/migrations'
import { legacyDatabase } from '@tract/testkit'
import { expect, test } from 'vitest'
import { bytesOf, dump, execute, newFile, open, using } from './support.js'

test('rollback and forwards gives the same rows, and between them the file is one of version 5', async () => {
  const path = newFile(legacyDatabase(5))
  const before = dump(path)
  const dataSource = await open(path)
  await migrate(dataSource)
  const migrated = dump(path)
  expect(await rollback(dataSource)).toMatchObject({ from: 6, to: 5, losses: [] })
  expect(dump(path)).toEqual(before)
  const original = await open(newFile(legacyDatabase(5)))
  expect(await readStructure(dataSource)).toEqual(await readStructure(original))
  await migrate(dataSource)
  expect(dump(path)).toEqual(migrated)
})

test('a null parameter and an absent one are alike', async () => {
  const path = newFile(legacyDatabase(5))
  const dataSource = await open(path)
  await migrate(dataSource)
  execute(
    path,
    `UPDATE operation_events SET params_json = '{"target_tokens": null, "instructions": "x"}' WHERE event_id = 'c3'`,
  )
  await rollback(dataSource)
  await migrate(dataSource)
  expect(dump(path).operation_events).toContainEqual(
    expect.stringContaining(`params_json='{"instructions": "x"}'`),
  )
})

test('a rollback that would lose something is refused, saying what, the file untouched', async () => {
  const path = newFile(legacyDatabase(6))
  execute(
    path,
    `INSERT INTO operation_events VALUES
      ('k1', 't', 'compress', NULL, '2026-02-10 00:00:00', 1, 1, '{"model": "m", "target_tokens": "5", "instructions": "kept"}'),
      ('k2', 't', 'compress', NULL, '2026-02-10 00:00:00', 1, 1, '[1]'),
      ('k3', 't', 'compress', NULL, '2026-02-10 00:00:00', 1, 1, '{"target_tokens": NaN}'),
      ('k4', 't', 'compress', NULL, '2026-02-10 00:00:00', 1, 1, '{"target_tokens": 99999999999999999999}'),
      ('k5', 't', 'compress', NULL, '2026-02-10 00:00:00', 1, 1, 'null')`,
  )
  const before = bytesOf(path)
  const dataSource = await open(path)
  const error = await rollback(dataSource).catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(LossyRollbackError)
  expect((error as LossyRollbackError).losses).toEqual([
    { what: 'events of other types', count: 1, examples: ['reorganize e1'] },
    { what: 'compile records', count: 1, examples: ['r1'] },
    {
      what: 'parameters',
      count: 5,
      examples: ['model of k1', 'target_tokens of k1', 'a value that is no object of k2'],
    },
  ])
  expect(bytesOf(path).equals(before)).toBe(true)
  expect(await readSchemaVersion(dataSource)).toBe(6)
})

test('told lossy, it loses just that, and says so', async () => {
  const path = newFile(legacyDatabase(6))
  execute(
    path,
    `INSERT INTO operation_events VALUES
      ('k1', 't', 'compress', NULL, '2026-02-10 00:00:00', 2, 1, '{"model": "m", "instructions": "kept"}')`,
  )
  const dataSource = await open(path)
  const { losses } = await rollback(dataSource, { lossy: true })
  expect(losses.map(({ what }) => what)).toEqual(['events of other types', 'compile records', 'parameters'])
  expect(dump(path).compressions).toEqual([
    `branch_name=NULL compressed_tokens=1 compression_id='k1' created_at='2026-02-10 00:00:00' instructions='kept' original_tokens=2 target_tokens=NULL tract_id='t'`,
  ])
})

test.each([null, 1, 5] as const)('a file of version %s is not rolled back', async (version) => {
  const path = newFile(version === null ? '' : legacyDatabase(version))
  await using(path, async (dataSource) => {
    await expect(rollback(dataSource)).rejects.toMatchObject({ code: 'older_schema_version', found: version })
  })
})
