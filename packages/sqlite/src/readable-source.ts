import { accessSync, constants, statSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { StorageFailedError } from '@tract/repositories'
import Database from 'better-sqlite3'
import { type Patience, untilNotBusy } from './busy.js'
import { DatabaseCopy } from './database-copy.js'
import { fileIdentity } from './lock-holders.js'
import { RestingFiles } from './resting-files.js'
import { isBusy, isDamage, sqliteCode } from './sqlite-error.js'
import { tolerateDamage } from './tolerate-damage.js'

/** What a salvage reads. */
export interface ReadableSource {
  readonly path: string
  /** Removes it where it is a copy. */
  remove(): Promise<void>
}

/** What every file of the format is, page by page. */
const PAGE_SIZE = 4096
/** Places in the header: https://www.sqlite.org/fileformat2.html#the_database_header */
const JOURNAL = { at: 18, rollback: 1, log: 2 }
const PAGE_COUNT_AT = 28
const HEADER_BYTES = 100

/**
 * The file itself, unless SQLite finds our tables only in a copy of it: one with a header of our own in the place of one that
 * was overwritten, or one that lies where the index of its log can be made. The file is only read.
 *
 * @throws {@link StoreBusyError} where others lock the file, or write to it while it is copied, for longer than the timeout
 * @throws {@link StorageFailedError} where no copy can be made, and where this process has the file open
 * @throws {@link PermissionDeniedError} where the log may not be read
 */
export async function readableSource(path: string, patience: Patience): Promise<ReadableSource> {
  const itself = { path, remove: async () => undefined }
  const attempt = async () => (await readableCopy(path).catch((error) => noCopy(path, error))) ?? itself
  return untilNotBusy(attempt, patience)
}

/** `null` where a copy is not needed, or shows no more than the file. */
async function readableCopy(path: string): Promise<DatabaseCopy | null> {
  if (!isLegible(path) || !needsCopy(path)) return null
  const files = await RestingFiles.watch(fileIdentity(path))
  // Now no writer is in the middle of a transaction, and none begins one unseen: what is copied was committed.
  if (!needsCopy(path)) return null
  const copy = await DatabaseCopy.of(files, path)
  try {
    if (hasTables(copy.path)) return copy
    await writeHeader(copy)
    if (hasTables(copy.path)) return copy
  } catch (error) {
    await copy.remove()
    throw error
  }
  await copy.remove()
  return null
}

/** Throws an error of the file system as ours, any other as it is. */
function noCopy(path: string, error: unknown): never {
  if (!(error instanceof Error) || !('syscall' in error)) throw error
  const code = 'code' in error ? String(error.code) : 'unknown'
  const reason = `it can be read from a copy alone, and none can be made in ${tmpdir()}`
  throw new StorageFailedError(path, code, reason, { cause: error })
}

/** Whether there is a file of a page at least that may be read; otherwise opening it tells why. */
function isLegible(path: string): boolean {
  try {
    accessSync(path, constants.R_OK)
    const found = statSync(path)
    return found.isFile() && found.size >= PAGE_SIZE
  } catch {
    return false
  }
}

/**
 * Whether the header was overwritten, or a log has no index and none can be made beside it. What else stands between SQLite and
 * the file, such as a transaction that was left half done, opening it tells.
 */
function needsCopy(path: string): boolean {
  try {
    return !hasTables(path)
  } catch (error) {
    const code = sqliteCode(error)
    if (code === undefined || isBusy(error)) throw error
    return code === 'SQLITE_CANTOPEN' && hasLog(fileIdentity(path))
  }
}

function hasLog(database: string): boolean {
  return (statSync(`${database}-wal`, { throwIfNoEntry: false })?.size ?? 0) > 0
}

/** Whether SQLite, told to tolerate damage, finds the tables of messages and of commits. */
function hasTables(path: string): boolean {
  const sql = "SELECT count(*) FROM sqlite_master WHERE name IN ('blobs', 'commits')"
  try {
    const handle = new Database(path, { readonly: true, timeout: 0 })
    try {
      tolerateDamage(handle)
      return handle.prepare<[], number>(sql).pluck().get() === 2
    } finally {
      handle.close()
    }
  } catch (error) {
    if (isDamage(error) || hasUnknownFormat(error)) return false
    throw error
  }
}

/** What SQLite says, without a code for it, of a header that states a form of the schema which there is not. */
function hasUnknownFormat(error: unknown): boolean {
  return sqliteCode(error) === 'SQLITE_ERROR'
}

async function writeHeader({ path }: DatabaseCopy): Promise<void> {
  const sample = new Database(':memory:')
  sample.pragma(`page_size = ${PAGE_SIZE}`)
  sample.exec('CREATE TABLE sample (value)')
  const header = Buffer.from(sample.serialize().subarray(0, HEADER_BYTES))
  sample.close()
  header.fill(hasLog(path) ? JOURNAL.log : JOURNAL.rollback, JOURNAL.at, JOURNAL.at + 2)
  header.writeUInt32BE(Math.floor(statSync(path).size / PAGE_SIZE), PAGE_COUNT_AT)
  const file = await open(path, 'r+')
  try {
    await file.write(header, 0, HEADER_BYTES, 0)
  } finally {
    await file.close()
  }
}
