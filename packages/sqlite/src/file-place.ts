import { type BigIntStats, realpathSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { StorageFailedError } from '@tract/repositories'
import type { Database } from 'better-sqlite3'

/** What a file is, whatever its name: two names of one file have the same. A `number` would round some of them. */
type Identity = Pick<BigIntStats, 'dev' | 'ino'>

/** When a folder's list of names last changed, by the file system's clock: some show a name that goes in one of the two alone. */
type Changed = Pick<BigIntStats, 'ctimeNs' | 'mtimeNs'>

/** A file that the database has open, and the name that it was opened by. */
interface OpenedFile extends Identity {
  readonly path: string
}

/** A database, and the folder in which SQLite puts the files beside it. */
interface OpenedDatabase extends OpenedFile {
  /** The path without symbolic links. */
  readonly realPath: string
}

/** What SQLite keeps beside a database in WAL mode: the log, and the index to it that all processes share. */
const BESIDE = ['-wal', '-shm']

/** In milliseconds. File systems keep the time of a change in steps: of some milliseconds, the oldest of two seconds. */
const SETTLED_MS = { fine: 100, coarse: 3000 }
const SECOND_NS = 1_000_000_000n

/** How long a file or folder must have shown this time of its last change before nothing may have changed unseen. */
export function settlingMs(changedNs: bigint): number {
  return changedNs % SECOND_NS === 0n ? SETTLED_MS.coarse : SETTLED_MS.fine
}

/** The files that handles opened, looked at as soon as each was open. */
const opened = new WeakMap<Database, OpenedDatabase>()

/**
 * Notes which file a handle that may write has just opened.
 *
 * @throws {@link StorageFailedError} where it does not lie there any more, or nobody can tell
 */
export function noteOpenedFile(handle: Database): void {
  if (handle.memory || handle.readonly) return
  try {
    const path = resolve(handle.name)
    opened.set(handle, {
      path,
      realPath: realpathSync(path),
      ...identityOf(statSync(path, { bigint: true })),
    })
  } catch (error) {
    throw unseen(handle.name, handle.name, error)
  }
}

/**
 * Whether the files that a store writes to still lie where they were opened. On Unix a file that is open may be deleted,
 * moved or replaced, and SQLite would go on writing to it: what is acknowledged then is nowhere to be found
 * (https://www.sqlite.org/howtocorrupt.html#_unlinking_or_renaming_a_database_file_while_in_use). SQLite notices it for
 * rollback journals alone.
 *
 * The files are looked at by their names. To open one and close it again would cost this process its locks on it.
 */
export class FilePlace {
  readonly #location: string
  readonly #folder: string
  readonly #database: OpenedDatabase
  /** The files beside it. */
  #beside: readonly OpenedFile[] = []
  /** What the folder showed when it was last looked at. */
  #changed: Changed | undefined
  /** Since when it has shown this, by ours. */
  #since = 0
  /** Whether every change of a name from now on shows in the folder's time. */
  #isSettled = false

  private constructor(location: string, database: OpenedDatabase) {
    this.#location = location
    this.#folder = dirname(database.realPath)
    this.#database = database
  }

  /**
   * The place of a handle that writes; {@link settle} comes before the first check.
   *
   * @returns `null` for a database in memory, and for a handle that only reads
   */
  static of(handle: Database, location: string): FilePlace | null {
    const database = opened.get(handle)
    return database === undefined ? null : new FilePlace(location, database)
  }

  /**
   * Opens the log and its index with both handles, which SQLite does when each first reads: later there may be others.
   *
   * @throws {@link StorageFailedError} where the reader does not read what the writer writes to
   */
  settle(writer: Database, reader: Database): void {
    for (const handle of [writer, reader]) handle.pragma('schema_version')
    this.#beside = BESIDE.flatMap((ending) => {
      const path = `${this.#database.realPath}${ending}`
      const found = this.#look(path)
      return found === undefined ? [] : { path, ...identityOf(found) }
    })
    this.check()
  }

  /**
   * A look at the database by the name that it was opened by, which may lead elsewhere by now, or be a mount of its own that
   * no folder tells of; and in most cases one at the folder for the files beside it: a name in it that comes, goes or is
   * moved changes the folder's time.
   *
   * @throws {@link StorageFailedError} where a file does not lie there any more, or nobody can tell
   */
  check(): void {
    const folder = this.#look(this.#folder)
    this.#checkFile(this.#database)
    if (this.#isSettled && isSame(folder, this.#changed)) return
    for (const file of this.#beside) this.#checkFile(file)
    this.#note(folder)
  }

  /** The files were found in place after the folder had shown this. */
  #note(changed: Changed | undefined): void {
    const now = performance.now()
    if (!isSame(changed, this.#changed)) {
      this.#changed = changed
      this.#since = now
    }
    this.#isSettled = changed !== undefined && now - this.#since > settlingMs(changed.ctimeNs)
  }

  #checkFile({ path, dev, ino }: OpenedFile): void {
    const found = this.#look(path)
    // A file that is mounted by itself is still found when its last name is gone.
    const isThere = found !== undefined && found.nlink > 0n
    if (isThere && found.ino === ino && found.dev === dev) return
    const what = isThere ? 'was replaced by another file' : 'was deleted or moved'
    throw new StorageFailedError(
      this.#location,
      'SQLITE_READONLY_DBMOVED',
      `${path} ${what} under the open store, so nothing was written; open the store anew`,
    )
  }

  #look(path: string): BigIntStats | undefined {
    try {
      return statSync(path, QUIETLY)
    } catch (error) {
      throw unseen(this.#location, path, error)
    }
  }
}

function unseen(location: string, path: string, error: unknown): StorageFailedError {
  const reason = error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
  const message = `it cannot be told whether ${path} is still what was opened, so nothing was written`
  return new StorageFailedError(location, reason, message, { cause: error })
}

const QUIETLY = { bigint: true, throwIfNoEntry: false } as const

function identityOf({ dev, ino }: BigIntStats): Identity {
  return { dev, ino }
}

function isSame(one: Changed | undefined, other: Changed | undefined): boolean {
  return one?.ctimeNs === other?.ctimeNs && one?.mtimeNs === other?.mtimeNs
}
