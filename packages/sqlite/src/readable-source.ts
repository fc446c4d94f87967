import { copyFile, mkdtemp, open, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
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
 */
export async function readableSource(path: string): Promise<ReadableSource> {
  const itself = { path, remove: async () => undefined }
  const bytes = await stat(path).then(
    ({ size }) => size,
    () => 0,
  )
  if (bytes < PAGE_SIZE || hasTables(path)) return itself
  const folder = await mkdtemp(join(tmpdir(), 'tract-salvage-'))
  const remove = () => rm(folder, { recursive: true, force: true })
  const copy = { path: join(folder, 'copy.db'), remove }
  try {
    await copyFile(path, copy.path)
    const hasLog = await copyFile(`${path}-wal`, `${copy.path}-wal`).then(
      () => true,
      () => false,
    )
    await writeHeader(copy.path, Math.floor(bytes / PAGE_SIZE), hasLog)
    if (hasTables(copy.path)) return copy
  } catch (error) {
    await remove()
    throw error
  }
  await remove()
  return itself
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
