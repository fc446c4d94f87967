import { constants } from 'node:fs'
import { access, copyFile, mkdtemp, open, realpath, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { StorageFailedError } from '@tract/repositories'
import Database from 'better-sqlite3'
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
 * The file itself, where SQLite finds our tables in it; otherwise a copy with a header of our own in the place of one that was
 * overwritten, where it finds them then. The file is only read.
 *
 * @throws {@link StorageFailedError} where no copy can be made
 */
export async function readableSource(path: string): Promise<ReadableSource> {
  const itself = { path, remove: async () => undefined }
  const bytes = await readableBytes(path)
  if (bytes < PAGE_SIZE || hasTables(path)) return itself
  const parent = tmpdir()
  const folder = await mkdtemp(join(parent, 'tract-salvage-')).catch((error) => noCopy(path, parent, error))
  const remove = () => rm(folder, { recursive: true, force: true })
  const copy = { path: join(folder, 'copy.db'), remove }
  try {
    await copyFile(path, copy.path)
    // It lies beside the file that a symbolic link names.
    const log = `${await realpath(path)}-wal`
    const hasLog = await copyFile(log, `${copy.path}-wal`).then(
      () => true,
      () => false,
    )
    await writeHeader(copy.path, Math.floor(bytes / PAGE_SIZE), hasLog)
    if (hasTables(copy.path)) return copy
  } catch (error) {
    await remove()
    return noCopy(path, parent, error)
  }
  await remove()
  return itself
}

/** How long a file is; 0 where it is none, or may not be read: opening it tells why. */
async function readableBytes(path: string): Promise<number> {
  try {
    await access(path, constants.R_OK)
    const found = await stat(path)
    return found.isFile() ? found.size : 0
  } catch {
    return 0
  }
}

/** Throws an error of the file system as ours, any other as it is. */
function noCopy(path: string, folder: string, error: unknown): never {
  if (!(error instanceof Error) || !('syscall' in error)) throw error
  const code = 'code' in error ? String(error.code) : 'unknown'
  const reason = `its header cannot be read, and no copy with another can be made in ${folder}`
  throw new StorageFailedError(path, code, reason, { cause: error })
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
    if (error instanceof Database.SqliteError) return false
    throw error
  }
}

async function writeHeader(path: string, pages: number, hasLog: boolean): Promise<void> {
  const sample = new Database(':memory:')
  sample.pragma(`page_size = ${PAGE_SIZE}`)
  sample.exec('CREATE TABLE sample (value)')
  const header = Buffer.from(sample.serialize().subarray(0, HEADER_BYTES))
  sample.close()
  header.fill(hasLog ? JOURNAL.log : JOURNAL.rollback, JOURNAL.at, JOURNAL.at + 2)
  header.writeUInt32BE(pages, PAGE_COUNT_AT)
  const file = await open(path, 'r+')
  try {
    await file.write(header, 0, HEADER_BYTES, 0)
  } finally {
    await file.close()
  }
}
