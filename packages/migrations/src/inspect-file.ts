import { accessSync, constants, realpathSync, statSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type DamagedDataError, StorageFailedError } from '@tract/repositories'
import { type Connection, withConnection } from './connection.js'
import { sqliteCode, translated } from './database-error.js'
import {
  EncryptedDatabaseError,
  NotADatabaseError,
  NotAFileError,
  PermissionDeniedError,
  ReadOnlyFileSystemError,
  RecoveryNeededError,
  TruncatedDatabaseError,
} from './errors.js'
import { checkPath, readOptions } from './options.js'
import { DEFAULT_WAIT_MS, Patience } from './patience.js'
import { recognise } from './recognise.js'

/** What {@link inspectFile} takes besides the path. */
export interface InspectFileOptions {
  /** The file will only be read: permission to write is not asked for. `false` unless given. */
  readonly readonly?: boolean
  /** The driver class to open it with; TypeORM's own better-sqlite3 unless given. */
  readonly driver?: unknown
  /** How long to wait for another connection's lock, in milliseconds; five minutes unless given. */
  readonly waitMs?: number
  readonly signal?: AbortSignal
  /** The name of the file in messages about what is in it, where it is a copy of another; the path unless given. */
  readonly location?: string
}

/**
 * Tells the version of a file before anything may write to it, or why it cannot be opened. Neither the file nor an existing
 * WAL is changed, except that what a killed writer left half done is undone first where that alone makes it readable: it is read by a read-only connection of its own, so that closing it moves no WAL into the file.
 *
 * @returns the schema version; `null` where the file does not exist or is empty
 * @throws an {@link UnsupportedDatabaseError} that says why the file cannot be opened, {@link DamagedDataError} where it is
 * damaged, {@link MigrationWaitTimeoutError}
 */
export async function inspectFile(path: string, options: InspectFileOptions = {}): Promise<number | null> {
  checkPath(path)
  const known = ['readonly', 'driver', 'waitMs', 'signal', 'location'] as const
  const given = readOptions(options, known)
  const { readonly = false, driver, waitMs = DEFAULT_WAIT_MS, signal, location = path } = given
  // Now, for the process may be in another folder when the file is opened.
  const database = resolve(path)
  const bytes = sizeOf(database, readonly)
  if (bytes === null || bytes === 0) return null
  await checkShortFile(database, bytes)
  const patience = new Patience(location, waitMs, signal)
  const file = { database, location, ...(driver !== undefined && { like: { driver } }) }
  const look = async (connection: Connection) => {
    const { version } = await patience.whenNotBusy(() => recognise(connection))
    await patience.whenNotBusy(() => checkLastPage(connection, database))
    return version
  }
  try {
    return await withConnection({ ...file, readonly: true }, look)
  } catch (error) {
    if (!needsRecovery(error)) throw await explained(error, path, location)
    // A writer was killed. Only a connection that may write can undo what it left half done.
    if (readonly) throw new RecoveryNeededError(location, { cause: error })
  }
  try {
    return await withConnection(file, look)
  } catch (error) {
    throw await explained(error, path, location)
  }
}

/** Whether a hot journal or a WAL without its index stands between a read-only connection and the data. */
function needsRecovery(error: unknown): boolean {
  const code = sqliteCode(error)
  return code !== undefined && (code.startsWith('SQLITE_READONLY') || code.startsWith('SQLITE_CANTOPEN'))
}

/** What a driver's error at the first reading of a file means. */
export async function explained(error: unknown, path: string, location = path): Promise<unknown> {
  const code = sqliteCode(error)
  if (code !== 'SQLITE_NOTADB' && !code?.startsWith('SQLITE_CORRUPT')) return translated(error, location)
  return (await whatItIs(path, { cause: error })) ?? translated(error, location)
}

/** The least bytes of a database: one page of the smallest size. */
const LEAST_BYTES = 512

/**
 * SQLite takes a file of less than a page for an empty database, and would overwrite what stands in it.
 *
 * @throws {@link NotADatabaseError}, {@link TruncatedDatabaseError}
 */
export async function checkShortFile(path: string, bytes: number): Promise<void> {
  if (bytes === 0 || bytes >= LEAST_BYTES) return
  throw await whatItIs(path)
}

/** The size of the file; `null` where there is none. */
function sizeOf(path: string, readonly: boolean): number | null {
  const found = orRefuse(path, path, 'read', () => statSync(path))
  if (found === null) return null
  if (!found.isFile()) throw new NotAFileError(path, found.isDirectory())
  orRefuse(path, path, 'read', () => accessSync(path, constants.R_OK))
  if (readonly) return found.size
  orRefuse(path, path, 'write', () => accessSync(path, constants.W_OK))
  // SQLite writes its journal beside the file that a symbolic link names.
  const directory = dirname(realpathSync(path))
  orRefuse(path, directory, 'write', () => accessSync(directory, constants.W_OK | constants.X_OK))
  return found.size
}

function orRefuse<Result>(
  path: string,
  place: string,
  mode: 'read' | 'write',
  look: () => Result,
): Result | null {
  try {
    return look()
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code === 'ENOENT') return null
    if (code === 'EROFS') throw new ReadOnlyFileSystemError(path, { cause: error })
    if (code === 'EACCES' || code === 'EPERM') {
      throw new PermissionDeniedError(path, place, mode, { cause: error })
    }
    if (code === 'ENOTDIR') throw new NotAFileError(path, false)
    throw new StorageFailedError(path, String(code ?? 'unknown'), 'the path cannot be looked at', {
      cause: error,
    })
  }
}

/** Looks at a size that does not fit: another connection may have been between its WAL and the file. */
const LOOKS = 3
const BETWEEN_LOOKS_MS = 20

/**
 * Refuses a file whose last page was cut off: SQLite fills it with zeros in silence. A WAL may hold the rest, so only a
 * file without one can be told.
 *
 * @throws {@link TruncatedDatabaseError}, and what {@link inspectFile} throws where the file cannot be looked at
 */
export async function checkLastPage(connection: Connection, path: string): Promise<void> {
  for (let look = 1; ; look++) {
    const pages = Number(connection.pragma('page_count'))
    const expected = pages * Number(connection.pragma('page_size'))
    const size = orRefuse(path, path, 'read', () => statSync(path).size) ?? 0
    if (size >= expected) return
    // It lies beside the file that a symbolic link names.
    const logSize = orRefuse(path, path, 'read', () => statSync(`${realpathSync(path)}-wal`).size) ?? 0
    if (logSize > 0) return
    if (look === LOOKS) throw new TruncatedDatabaseError(path, size, expected)
    await sleep(BETWEEN_LOOKS_MS)
  }
}

const HEADER = Buffer.from('SQLite format 3\0', 'latin1')
const HEADER_BYTES = 100

/**
 * The beginning of the file. Read only after SQLite has refused it: to close a file of one's own makes this process lose its
 * locks on it, of which it could have some where it has the database open already
 * (https://www.sqlite.org/howtocorrupt.html#_posix_advisory_locks_canceled_by_a_separate_thread_doing_close_).
 */
async function beginningOf(path: string): Promise<{ bytes: Buffer; size: number }> {
  const file = await open(path, 'r')
  try {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(4096), 0, 4096, 0)
    return { bytes: buffer.subarray(0, bytesRead), size: (await file.stat()).size }
  } finally {
    await file.close()
  }
}

/** Why a file that SQLite refuses is none; `null` where it is a database whose inside is damaged. */
async function whatItIs(path: string, options?: ErrorOptions): Promise<Error | null> {
  const { bytes, size } = await beginningOf(path)
  const shared = Math.min(HEADER.length, bytes.length)
  if (bytes.subarray(0, shared).equals(HEADER.subarray(0, shared)) && shared > 1) {
    const expected = Math.max(LEAST_BYTES, sizeByHeader(bytes))
    return size < expected ? new TruncatedDatabaseError(path, size, expected, options) : null
  }
  const isWhole = size >= LEAST_BYTES && size % LEAST_BYTES === 0
  return isWhole && looksLikeNoise(bytes)
    ? new EncryptedDatabaseError(path, options)
    : new NotADatabaseError(path, options)
}

/** The size that the header states: https://www.sqlite.org/fileformat2.html#the_database_header */
function sizeByHeader(bytes: Buffer): number {
  if (bytes.length < HEADER_BYTES) return 0
  const pageSize = bytes.readUInt16BE(16)
  return (pageSize === 1 ? 65536 : pageSize) * bytes.readUInt32BE(28)
}

/** Whether the bytes are spread as evenly as encryption does it. */
function looksLikeNoise(bytes: Buffer): boolean {
  const counts = new Array<number>(256).fill(0)
  for (const byte of bytes) counts[byte] = (counts[byte] ?? 0) + 1
  let entropy = 0
  for (const count of counts) {
    if (count > 0) entropy -= (count / bytes.length) * Math.log2(count / bytes.length)
  }
  // Noise of n bytes falls short of log2(n) or of 8 bits by little; text and code stay below 6.5.
  const most = Math.min(8, Math.log2(bytes.length))
  return entropy > most * 0.92
}
