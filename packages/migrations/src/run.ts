import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Connection } from './connection.js'
import { translated } from './database-error.js'
import type { RunOptions } from './options.js'
import { DEFAULT_WAIT_MS, Patience } from './patience.js'
import type { MigrationProgress, StepContext } from './progress.js'
import { withPragmas } from './settings.js'

/** The page cache during a migration, in KiB as SQLite counts it: memory stays flat however large the file. */
const CACHE = -65_536

const SETTINGS = {
  // A table that is built anew must not take the rows that refer to it along; what is broken is checked in the end.
  foreign_keys: 0,
  // The file may be the only copy: a step that was committed must survive a power failure.
  synchronous: 2,
  cache_size: CACHE,
}

/** One migrating connection: its lock, its transactions, its waiting and its progress. */
export class Run implements StepContext {
  readonly connection: Connection
  readonly patience: Patience
  readonly orphans: 'stop' | 'keep-aside'
  readonly #onProgress: ((progress: MigrationProgress) => void) | undefined
  #step: string | null = null

  constructor(connection: Connection, options: RunOptions, orphans: 'stop' | 'keep-aside' = 'stop') {
    const { onProgress, signal, waitMs = DEFAULT_WAIT_MS } = options
    this.connection = connection
    this.orphans = orphans
    this.#onProgress = onProgress
    this.patience = new Patience(connection.location, waitMs, signal, () => this.tell('waiting', null))
  }

  /** Says what is being done, and ends it where the caller has given up. */
  tell(phase: MigrationProgress['phase'], subject: string | null, done = 0, total = 0): void {
    this.#onProgress?.({ phase, step: this.#step, subject, done, total })
    this.patience.checkSignal()
  }

  async progress(
    phase: MigrationProgress['phase'],
    subject: string | null,
    done = 0,
    total = 0,
  ): Promise<void> {
    this.tell(phase, subject, done, total)
    await nextTurn()
  }

  /** Runs a function under the settings of a migration, and leaves the connection as it was. */
  async withSettings<Result>(work: () => Promise<Result>): Promise<Result> {
    try {
      return await withPragmas(this.connection, this.patience, SETTINGS, work)
    } catch (error) {
      throw translated(error, this.connection.location)
    }
  }

  /** Runs a function in one transaction that holds the write lock from its first moment. */
  async inTransaction<Result>(step: string | null, work: () => Promise<Result>): Promise<Result> {
    const { connection, patience } = this
    this.#step = step
    try {
      patience.checkSignal()
      await patience.whenNotBusy(() => connection.run('BEGIN IMMEDIATE'))
      const result = await work()
      await this.progress('committing', null)
      await patience.whenNotBusy(() => connection.run('COMMIT'))
      return result
    } finally {
      this.#step = null
      // SQLite has ended the transaction by itself after some errors.
      if (connection.inTransaction) await connection.run('ROLLBACK')
    }
  }
}
