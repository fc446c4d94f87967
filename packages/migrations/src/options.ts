import { InvalidInputError } from '@tract/repositories'
import type { DataSource } from 'typeorm'
import type { MigrationProgress } from './progress.js'

/** What {@link rollback} and {@link migrate} both take. */
export interface RunOptions {
  /**
   * Copy the file before its rows are touched: to `NAME.vN-YYYYMMDDTHHMMSSZ.bak` beside it. `true` unless given; nothing is
   * copied where no row is there, or only indexes are added.
   */
  readonly backup?: boolean
  /** Called at least four times a second, apart from the single statements that a phase announces. */
  readonly onProgress?: (progress: MigrationProgress) => void
  /** Ends the migration between two statements; the running step is undone. */
  readonly signal?: AbortSignal
  /** How long to wait for other connections, also for one that is migrating, in milliseconds; five minutes unless given. */
  readonly waitMs?: number
}

/** What {@link migrate} takes. */
export interface MigrateOptions extends RunOptions {
  /**
   * What to do with links of compressions whose commit or compression is missing: `stop` (unless given) with an
   * {@link OrphanedRowsError}, or `keep-aside` in a table of their own, `_orphaned_operation_commits`.
   */
  readonly orphans?: 'stop' | 'keep-aside'
}

/** What {@link rollback} takes. */
export interface RollbackOptions extends RunOptions {
  /** Roll back also where rows or values are lost. `false` unless given. */
  readonly lossy?: boolean
}

const CHECKS: Readonly<Record<string, { readonly expected: string; holds(value: unknown): boolean }>> = {
  backup: { expected: 'true or false', holds: (value) => typeof value === 'boolean' },
  lossy: { expected: 'true or false', holds: (value) => typeof value === 'boolean' },
  onProgress: { expected: 'a function', holds: (value) => typeof value === 'function' },
  orphans: { expected: 'stop or keep-aside', holds: (value) => value === 'stop' || value === 'keep-aside' },
  signal: { expected: 'an AbortSignal', holds: (value) => value instanceof AbortSignal },
  waitMs: { expected: 'a number from 0', holds: (value) => typeof value === 'number' && value >= 0 },
}

/** @throws {@link InvalidInputError} for an option that is unknown or of the wrong kind */
export function checkOptions(options: object, known: readonly string[]): void {
  for (const [name, value] of Object.entries(options)) {
    const check = known.includes(name) ? CHECKS[name] : undefined
    if (check === undefined) {
      throw new InvalidInputError(`options.${name}`, 'an unknown option', `one of ${known.join(', ')}`)
    }
    if (value !== undefined && !check.holds(value)) {
      throw new InvalidInputError(`options.${name}`, `${typeof value} ${String(value)}`, check.expected)
    }
  }
}

/** @throws {@link InvalidInputError} unless it is an initialized DataSource over better-sqlite3 */
export function checkDataSource(dataSource: DataSource): void {
  const expected = 'an initialized better-sqlite3 DataSource'
  if (dataSource.options.type !== 'better-sqlite3') {
    throw new InvalidInputError('dataSource', `one of type ${dataSource.options.type}`, expected)
  }
  if (!dataSource.isInitialized) {
    throw new InvalidInputError('dataSource', 'one that is not initialized', expected)
  }
}
