import { execFileSync } from 'node:child_process'
import { statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type MigrationProgress, migrate } from '@tract/migrations'
import { legacyDatabase } from '@tract/testkit'
import Database from 'better-sqlite3'
import { describe, expect, test } from 'vitest'
import { migrateInChild } from './child.js'
import { bytesOf, dump, filesBeside, newDirectory, newFile, oneValue, open, using } from './support.js'

describe('a full disk', () => {
  test.each([
    { room: 0, backup: true, code: 'no_room_for_backup' },
    { room: 40, backup: false, code: 'storage_failed' },
  ])('ends in $code and leaves every row; with room again it goes on', async ({ room, backup, code }) => {
    const directory = newDirectory()
    const path = join(directory, 'agent.db')
    const isMounted = mounted(directory)
    try {
      await using(path, async () => {})
      newFile(legacyDatabase(5, { links: 20_000 }), directory)
      const before = dump(path)
      if (isMounted) fill(join(directory, 'ballast'), room)
      // Where nothing may be mounted, a limit on the size of files stands for the disk's end.
      const blocks = Math.ceil(statSync(path).size / 512) + room * 2
      const limited = [
        'sh',
        '-c',
        `trap "" XFSZ; ulimit -f ${backup ? 100 : blocks}; exec "$0" "$@"`,
        process.execPath,
      ]
      const { error } = await migrateInChild(path, { backup }, isMounted ? undefined : limited)
      expect(error?.code).toBe(isMounted || !backup ? code : 'backup_failed')
      expect(oneValue(path, 'PRAGMA integrity_check')).toBe('ok')
      expect(dump(path)).toEqual(before)
      expect(filesBeside(path)).toEqual(isMounted ? ['agent.db', 'ballast'] : ['agent.db'])
      if (isMounted) execFileSync('mount', ['-o', 'remount,size=64m', directory])
      await using(path, (dataSource) => migrate(dataSource))
      expect(dump(path).operation_commits).toHaveLength(20_008)
    } finally {
      if (isMounted) execFileSync('umount', [directory])
    }
  })
})

function mounted(directory: string): boolean {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=16m', 'tmpfs', directory], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

/** Fills a file system but for some KiB. */
function fill(path: string, room: number): void {
  const free = Number(
    execFileSync('df', ['--output=avail', '-k', join(path, '..')], { encoding: 'utf8' }).split('\n')[1],
  )
  writeFileSync(path, Buffer.alloc((free - room) * 1024))
}

describe('a signal', () => {
  test('that is set already ends it before anything', async () => {
    const path = newFile(legacyDatabase(5))
    const before = bytesOf(path)
    const reason = new Error('changed my mind')
    const dataSource = await open(path)
    await expect(migrate(dataSource, { signal: AbortSignal.abort(reason) })).rejects.toMatchObject({
      code: 'migration_aborted',
      cause: reason,
    })
    expect(bytesOf(path).equals(before)).toBe(true)
  })

  test.each(['backup', 'checking', 'copying', 'dropping', 'indexing', 'committing'] as const)(
    'in the phase %s undoes the running step; the next call goes on',
    async (phase) => {
      const path = newFile(legacyDatabase(3, { links: 2000 }))
      const abort = new AbortController()
      const dataSource = await open(path)
      const onProgress = (progress: MigrationProgress) => {
        if (progress.phase === phase && (progress.step === '005-to-006' || phase === 'backup')) abort.abort()
      }
      await expect(migrate(dataSource, { onProgress, signal: abort.signal })).rejects.toMatchObject({
        code: 'migration_aborted',
      })
      expect(await dataSource.query('PRAGMA foreign_keys')).toEqual([{ foreign_keys: 1 }])
      expect(oneValue(path, 'SELECT value FROM _trace_meta')).toBe(phase === 'backup' ? '3' : '5')
      expect(dump(path).compression_sources).toHaveLength(2005)
      expect(await migrate(dataSource)).toMatchObject({ to: 6, changed: true })
    },
  )
})

test.each(['backup', 'dropping'])(
  'a progress function that throws in the phase %s undoes the running step, and its error is the one thrown',
  async (at) => {
    const path = newFile(legacyDatabase(5))
    const before = bytesOf(path)
    const thrown = new Error('my display broke')
    const onProgress = ({ phase }: MigrationProgress) => {
      if (phase === at) throw thrown
    }
    await expect(migrate(await open(path), { onProgress })).rejects.toBe(thrown)
    expect(bytesOf(path).equals(before)).toBe(true)
  },
)

test('after a failure the DataSource is as it was found: no open transaction, foreign keys on', async () => {
  const path = newFile(legacyDatabase(5))
  const dataSource = await open(path)
  const runner = dataSource.createQueryRunner()
  const query = runner.query
  runner.query = ((sql: string, ...rest: unknown[]) => {
    if (sql.startsWith('DROP TABLE compressions')) throw new Error('interrupted')
    return Reflect.apply(query, runner, [sql, ...rest])
  }) as typeof query
  await expect(migrate(dataSource)).rejects.toThrow('interrupted')
  runner.query = query
  expect(await dataSource.query('PRAGMA foreign_keys')).toEqual([{ foreign_keys: 1 }])
  await dataSource.transaction(async (manager) => {
    await manager.query(
      "INSERT INTO policy_log VALUES (99, 't', 'p', 'commit', NULL, NULL, 'error', NULL, NULL, 'x')",
    )
  })
  expect(dump(path).policy_log).toHaveLength(2)
  expect(await migrate(dataSource)).toMatchObject({ changed: true })
})

describe('another connection', () => {
  test('that holds the lock is waited for, with the event loop free', async () => {
    const path = newFile(legacyDatabase(5))
    const other = new Database(path)
    other.exec('BEGIN IMMEDIATE')
    const phases = new Set<string>()
    setTimeout(() => other.exec('COMMIT'), 200)
    const result = await migrate(await open(path), { onProgress: ({ phase }) => phases.add(phase) })
    other.close()
    expect(result.changed).toBe(true)
    expect(phases).toContain('waiting')
  })

  test('that never lets go ends in an error that says how long was waited', async () => {
    const path = newFile(legacyDatabase(5))
    const other = new Database(path)
    other.exec('BEGIN EXCLUSIVE')
    const error = await migrate(await open(path), { waitMs: 100 }).catch((thrown: unknown) => thrown)
    other.close()
    expect(error).toMatchObject({ code: 'migration_wait_timed_out' })
    expect((error as { waitedMs: number }).waitedMs).toBeGreaterThanOrEqual(90)
  })
})
