import { open, readdir, rename, rm, stat, statfs } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { TractError } from '@tract/repositories'
import { type Connection, withConnection } from './connection.js'
import { messageOf, sqliteCode } from './database-error.js'
import { BackupFailedError, NoRoomForBackupError } from './errors.js'

/** Pages copied between two turns of the event loop: 4 MB. */
const PAGES_AT_ONCE = 1000

/** Called with how many pages are copied, of how many; what it throws ends the copying. */
export type BackupProgress = (done: number, total: number) => void

/**
 * Copies the database to a file beside it, while this connection holds the write lock and has written nothing yet. The copy
 * holds what a WAL holds too, is one file, is its owner's alone, and was opened and counted.
 *
 * @param version the version found, which becomes part of the name
 * @returns its path; `null` for a database that lives in memory
 * @throws {@link NoRoomForBackupError}, {@link BackupFailedError}
 */
export async function takeBackup(
  connection: Connection,
  version: number,
  progress: BackupProgress,
): Promise<string | null> {
  const path = await fileOf(connection)
  if (path === null) return null
  const needed = await databaseBytes(connection)
  const available = await freeBytes(path)
  if (available < needed) throw new NoRoomForBackupError(path, needed, available)
  const target = await freeName(path, version)
  const partial = `${target}.partial`
  let interruption: { readonly error: unknown } | undefined
  const told: BackupProgress = (done, total) => {
    try {
      progress(done, total)
    } catch (error) {
      interruption = { error }
      throw error
    }
  }
  try {
    await removeLeftovers(path)
    await createFor(path, partial)
    await copy(connection, path, partial, told)
    await verify(connection, partial, told)
    await settle(partial, target)
  } catch (error) {
    await rm(partial, { force: true })
    await rm(`${partial}-journal`, { force: true })
    throw interruption === undefined ? failure(error, path, needed) : interruption.error
  }
  return target
}

/** How old the backup of a migration that is still running may be, in milliseconds. */
const RECENT_MS = 60_000

/** Whether a backup of an earlier version was just taken: its migration may be between two steps. */
export async function hasRecentBackup(connection: Connection, version: number): Promise<boolean> {
  const path = await fileOf(connection)
  if (path === null) return false
  // A directory that may not be listed tells nothing.
  for (const name of await readdir(dirname(path)).catch(() => [])) {
    const found = name.startsWith(basename(path)) ? BACKUP_NAME.exec(name.slice(basename(path).length)) : null
    if (found === null || Number(found[1]) >= version) continue
    const age = await stat(join(dirname(path), name)).then(
      ({ mtimeMs }) => Math.abs(Date.now() - mtimeMs),
      () => Number.POSITIVE_INFINITY,
    )
    if (age < RECENT_MS) return true
  }
  return false
}

const BACKUP_NAME = /^\.v(\d+)-\d{8}T\d{6}Z\.bak$/

/** The absolute path of a database; `null` where it lives in memory or in a temporary file. */
export async function fileOf(connection: Connection): Promise<string | null> {
  const row = await connection.row<{ file: string }>(
    "SELECT file FROM pragma_database_list WHERE name = 'main'",
  )
  return row === undefined || row.file === '' ? null : resolve(connection.location)
}

/** The size of the database, what is still in its WAL included. */
export async function databaseBytes(connection: Connection): Promise<number> {
  return connection.count(
    'SELECT p.page_count * s.page_size AS n FROM pragma_page_count p, pragma_page_size s',
  )
}

/** What this user may still fill of the file system that a path lies on. */
export async function freeBytes(path: string): Promise<number> {
  const { bavail, bsize } = await statfs(dirname(path))
  return bavail * bsize
}

/** The name of the next backup that does not exist yet: it holds the second, so another one may have to pass. */
async function freeName(path: string, version: number): Promise<string> {
  for (;;) {
    const now = new Date()
    const second = now.toISOString().replace(/\.\d+/, '').replace(/[-:]/g, '')
    const name = `${path}.v${version}-${second}.bak`
    if (!(await exists(name))) return name
    await sleep(1000 - now.getMilliseconds())
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}

/** Only the holder of the write lock makes such files, so one that is there belongs to a process that was killed. */
async function removeLeftovers(path: string): Promise<void> {
  const directory = dirname(path)
  const start = `${basename(path)}.v`
  for (const name of await readdir(directory)) {
    if (
      name.startsWith(start) &&
      /^\d+-\d{8}T\d{6}Z\.bak\.partial(-journal)?$/.test(name.slice(start.length))
    ) {
      await rm(join(directory, name), { force: true })
    }
  }
}

/** What its owner may do with a file, and nobody else. */
const OWNERS_ALONE = 0o600

/** Before SQLite opens it, so that there is no moment at which others may read it. */
async function createFor(original: string, path: string): Promise<void> {
  const { mode } = await stat(original)
  const file = await open(path, 'wx', OWNERS_ALONE)
  try {
    // Exactly so, whatever the process's mask takes away.
    await file.chmod(mode & OWNERS_ALONE)
  } catch {
    // A file system without permissions.
  } finally {
    await file.close()
  }
}

async function copy(
  connection: Connection,
  path: string,
  target: string,
  progress: BackupProgress,
): Promise<void> {
  // A second connection reads: SQLite copies nothing from one that holds the write lock.
  await withConnection({ database: path, readonly: true, like: connection.options }, (source) =>
    source.copyTo(target, ({ totalPages, remainingPages }) => {
      progress(totalPages - remainingPages, totalPages)
      return PAGES_AT_ONCE
    }),
  )
}

async function verify(connection: Connection, target: string, progress: BackupProgress): Promise<void> {
  const pages = await connection.count('SELECT page_count AS n FROM pragma_page_count')
  progress(pages, pages)
  const tables = await connection.rows<{ name: string }>(
    "SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%'",
  )
  await withConnection({ database: target, like: connection.options }, async (backup) => {
    // The copy of a file with a WAL would want one too; so it stays one file.
    backup.pragma('journal_mode = DELETE')
    for (const { name } of tables) {
      const count = `SELECT count(*) AS n FROM "${name.replaceAll('"', '""')}"`
      const expected = await connection.count(count)
      const found = await backup.count(count)
      progress(pages, pages)
      if (found !== expected) throw new Error(`it has ${found} rows in ${name}, expected ${expected}`)
    }
  })
}

async function settle(partial: string, target: string): Promise<void> {
  await sync(partial)
  await rename(partial, target)
  await sync(dirname(target)).catch(() => {
    // Some systems cannot sync a directory; the file itself is safe.
  })
}

async function sync(path: string): Promise<void> {
  const file = await open(path, 'r')
  try {
    await file.sync()
  } finally {
    await file.close()
  }
}

function failure(error: unknown, path: string, needed: number): unknown {
  if (error instanceof TractError) return error
  const cause = { cause: error }
  const code = sqliteCode(error) ?? (error instanceof Error && 'code' in error ? error.code : undefined)
  if (code === 'SQLITE_FULL' || code === 'ENOSPC' || code === 'EDQUOT') {
    return new NoRoomForBackupError(path, needed, null, cause)
  }
  return new BackupFailedError(path, messageOf(error), cause)
}
