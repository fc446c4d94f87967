import { chmodSync, existsSync, lstatSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { migrate, planMigration, rollback } from '@tract/migrations'
import { legacyDatabase } from '@tract/testkit'
import Database from 'better-sqlite3'
import { expect, test } from 'vitest'
import { dump, filesBeside, newDirectory, newFile, oneValue, open, using } from './support.js'

test('a backup is taken before the first step: named by the version found, complete, one file', async () => {
  const path = newFile(legacyDatabase(5))
  const before = dump(path)
  const { backup } = await using(path, (dataSource) => migrate(dataSource))
  expect(backup).toMatch(/agent\.db\.v5-\d{8}T\d{6}Z\.bak$/)
  expect(dump(String(backup))).toEqual(before)
  expect(filesBeside(path)).toEqual(['agent.db', basename(String(backup))])
})

test('a backup holds what was only in the WAL', async () => {
  const path = newFile()
  const writer = new Database(path)
  writer.pragma('journal_mode = WAL')
  writer.pragma('wal_autocheckpoint = 0')
  writer.exec(legacyDatabase(5))
  const { backup } = await migrate(await open(path))
  writer.close()
  expect(dump(String(backup)).compressions).toHaveLength(5)
  expect(oneValue(String(backup), 'PRAGMA journal_mode')).toBe('delete')
})

test.each([0o600, 0o644, 0o666])(
  "a backup is its owner's alone, whatever may be done with the original (%o) and whatever the mask takes away",
  async (mode) => {
    for (const mask of [0o000, 0o022, 0o777]) {
      const path = newFile(legacyDatabase(5))
      chmodSync(path, mode)
      const seen = new Set<number>()
      const look = () => {
        for (const name of filesBeside(path).filter((file) => file !== 'agent.db')) {
          seen.add(statSync(join(path, '..', name)).mode & 0o777)
        }
      }
      const dataSource = await open(path)
      const before = process.umask(mask)
      try {
        const { backup } = await migrate(dataSource, { onProgress: look })
        look()
        expect(basename(String(backup))).toMatch(/\.bak$/)
      } finally {
        process.umask(before)
      }
      expect([...seen]).toEqual([0o600])
      expect(statSync(path).mode & 0o777).toBe(mode)
    }
  },
)

test('a symbolic link that bears the name of a backup is not followed', async () => {
  const path = newFile(legacyDatabase(5))
  const elsewhere = join(newDirectory(), 'elsewhere')
  const stamp = (seconds: number) =>
    new Date(Date.now() + seconds * 1000).toISOString().replace(/\.\d+/, '').replace(/[-:]/g, '')
  for (const second of [0, 1, 2]) {
    for (const end of ['', '.partial']) symlinkSync(elsewhere, `${path}.v5-${stamp(second)}.bak${end}`)
  }
  const { backup } = await migrate(await open(path))
  expect(lstatSync(String(backup)).isFile()).toBe(true)
  expect(dump(String(backup)).compressions).toHaveLength(5)
  expect(existsSync(elsewhere)).toBe(false)
})

test('a backup can be turned off', async () => {
  const path = newFile(legacyDatabase(5))
  expect((await migrate(await open(path), { backup: false })).backup).toBeNull()
  expect(filesBeside(path)).toEqual(['agent.db'])
})

test('the plan says how large the backup will be', async () => {
  const path = newFile(legacyDatabase(5))
  const { backupBytes } = await planMigration(await open(path))
  expect(backupBytes).toBe(statSync(path).size)
})

test('an existing file is never overwritten by a backup', async () => {
  const path = newFile(legacyDatabase(5))
  const stamp = (seconds: number) =>
    new Date(Date.now() + seconds * 1000).toISOString().replace(/\.\d+/, '').replace(/[-:]/g, '')
  for (const seconds of [0, 1]) writeFileSync(`${path}.v5-${stamp(seconds)}.bak`, 'precious')
  const { backup } = await migrate(await open(path))
  expect(dump(String(backup)).compressions).toHaveLength(5)
  expect(filesBeside(path)).toHaveLength(4)
})

test('a migration that changed nothing leaves no backup behind', async () => {
  const path = newFile(legacyDatabase(5))
  const abort = new AbortController()
  const onProgress = ({ phase }: { phase: string }) => {
    if (phase === 'copying') abort.abort()
  }
  const dataSource = await open(path)
  await expect(migrate(dataSource, { onProgress, signal: abort.signal })).rejects.toMatchObject({
    code: 'migration_aborted',
  })
  expect(filesBeside(path)).toEqual(['agent.db'])
})

test('what a killed process left of a backup is cleared away', async () => {
  const path = newFile(legacyDatabase(5))
  writeFileSync(`${path}.v5-20260101T000000Z.bak.partial`, 'half')
  writeFileSync(join(path, '..', 'agent.db.v5-notes.partial'), 'mine')
  await migrate(await open(path))
  expect(filesBeside(path).filter((name) => name.endsWith('.partial'))).toEqual(['agent.db.v5-notes.partial'])
})

test('a rollback takes a backup too', async () => {
  const path = newFile(legacyDatabase(5))
  const dataSource = await open(path)
  await migrate(dataSource, { backup: false })
  const { backup } = await rollback(dataSource)
  expect(backup).toMatch(/\.v6-/)
  expect(dump(String(backup)).operation_events).toHaveLength(5)
})
