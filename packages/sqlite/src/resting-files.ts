import { type BigIntStats, fstatSync, readdirSync, statSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { settlingMs } from './file-place.js'
import { ChangedMeanwhile } from './sqlite-error.js'

const QUIETLY = { bigint: true, throwIfNoEntry: false } as const

/** A database and its log that nobody was seen to write to. */
export class RestingFiles {
  /** The path without symbolic links: beside it lies the log. */
  readonly database: string
  readonly log: string
  readonly #seen: string

  private constructor(database: string) {
    this.database = database
    this.log = `${database}-wal`
    this.#seen = this.#look()
  }

  /**
   * Watches the files for as long as it takes until every change from then on shows in their times.
   *
   * @throws {@link ChangedMeanwhile}
   */
  static async watch(database: string): Promise<RestingFiles> {
    const files = new RestingFiles(database)
    await sleep(Math.max(0, ...files.#stats().map(({ mtimeNs }) => settlingMs(mtimeNs))))
    files.check()
    return files
  }

  /** @throws {@link ChangedMeanwhile} where one of them was written to, replaced or removed since */
  check(): void {
    if (this.#look() !== this.#seen) throw new ChangedMeanwhile()
  }

  /**
   * Whether this process has the database open. It would lose its locks on it by closing it once more
   * (https://www.sqlite.org/howtocorrupt.html#_posix_advisory_locks_canceled_by_a_separate_thread_doing_close_).
   */
  areOpenHere(): boolean {
    const found = statSync(this.database, QUIETLY)
    return openFiles().some(({ dev, ino }) => dev === found?.dev && ino === found.ino)
  }

  /** Without the time at which anything but the content changed: as root SQLite gives a log that it opens an owner anew. */
  #look(): string {
    return this.#stats()
      .flatMap(({ dev, ino, size, mtimeNs }) => [dev, ino, size, mtimeNs])
      .join()
  }

  /** Of those that hold something: SQLite makes an empty log for whoever only reads. */
  #stats(): readonly BigIntStats[] {
    return [this.database, this.log].flatMap((path) => {
      const found = statSync(path, QUIETLY)
      return found === undefined || found.size === 0n ? [] : [found]
    })
  }
}

/** The files that this process has open, as far as the system lists them. */
function openFiles(): readonly BigIntStats[] {
  return descriptors().flatMap((descriptor) => {
    try {
      return [fstatSync(descriptor, { bigint: true })]
    } catch {
      // The list's own, which is closed by now.
      return []
    }
  })
}

function descriptors(): readonly number[] {
  try {
    return readdirSync('/dev/fd').map(Number)
  } catch {
    // Windows, where locks do not end so.
    return []
  }
}
