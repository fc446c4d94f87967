import { InvalidInputError, TractError } from '@tract/repositories'
import { type DataSource, DataSource as TypeOrmDataSource } from 'typeorm'
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

const BOOLEAN = { expected: 'true or false', holds: (value: unknown) => typeof value === 'boolean' }
const CHECKS: Readonly<Record<string, { readonly expected: string; holds(value: unknown): boolean }>> = {
  backup: BOOLEAN,
  lossy: BOOLEAN,
  readonly: BOOLEAN,
  location: { expected: 'text', holds: (value) => typeof value === 'string' },
  driver: { expected: 'a driver class', holds: (value) => typeof value === 'function' },
  onProgress: { expected: 'a function', holds: (value) => typeof value === 'function' },
  orphans: { expected: 'stop or keep-aside', holds: (value) => value === 'stop' || value === 'keep-aside' },
  signal: { expected: 'an AbortSignal', holds: (value) => value instanceof AbortSignal },
  waitMs: { expected: 'a number from 0', holds: (value) => typeof value === 'number' && value >= 0 },
}

/**
 * A copy of a caller's options, each read once.
 *
 * @throws {@link InvalidInputError} for an option that is unknown, of the wrong kind, or throws when it is read
 */
export function readOptions<Options extends object>(
  options: Options,
  known: readonly (keyof Options & string)[],
): Options {
  return readingInput('options', () => copyOf(options, known))
}

function copyOf<Options extends object>(
  options: Options,
  known: readonly (keyof Options & string)[],
): Options {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw new InvalidInputError('options', describe(options), 'an object')
  }
  const copy: Record<string, unknown> = {}
  for (const name in options) {
    const check = known.includes(name) ? CHECKS[name] : undefined
    if (check === undefined) {
      throw new InvalidInputError(`options.${name}`, 'an unknown option', `one of ${known.join(', ')}`)
    }
    const field = `options.${name}`
    const value = readingInput(field, () => options[name])
    if (value === undefined) continue
    if (!readingInput(field, () => check.holds(value)))
      throw new InvalidInputError(field, describe(value), check.expected)
    copy[name] = value
  }
  return copy as Options
}

/** Reads a caller's value; whatever its getters throw becomes the typed error of bad input. */
function readingInput<Result>(what: string, read: () => Result): Result {
  try {
    return read()
  } catch (error) {
    if (error instanceof TractError) throw error
    throw new InvalidInputError(what, 'a value that throws when it is read', 'plain values', { cause: error })
  }
}

/** @throws {@link InvalidInputError} unless it is an initialized DataSource over better-sqlite3 */
export function checkDataSource(dataSource: unknown): asserts dataSource is DataSource {
  const expected = 'an initialized better-sqlite3 DataSource'
  if (!isDataSource(dataSource)) throw new InvalidInputError('dataSource', describe(dataSource), expected)
  if (dataSource.options.type !== 'better-sqlite3') {
    throw new InvalidInputError('dataSource', `one of type ${dataSource.options.type}`, expected)
  }
  if (!dataSource.isInitialized) {
    throw new InvalidInputError('dataSource', 'one that is not initialized', expected)
  }
}

function isDataSource(value: unknown): value is DataSource {
  return readingInput('dataSource', () => value instanceof TypeOrmDataSource)
}

/**
 * @throws {@link InvalidInputError} unless the value can be the path of a file: the driver takes white space off its end, so
 * that another file would be opened than was looked at
 */
export function checkPath(value: unknown): asserts value is string {
  if (typeof value !== 'string') throw new InvalidInputError('path', describe(value), 'a string')
  if (value.trim() === '' || value !== value.trimEnd() || value.includes('\0') || !value.isWellFormed()) {
    const expected = 'well-formed text without NUL, not empty, with no white space at its end'
    throw new InvalidInputError('path', describe(value), expected)
  }
}

/** A short, safe rendering of a value for an error message. */
function describe(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.length > 80 ? `${value.slice(0, 80)}…` : value)
  if (typeof value === 'bigint') return `${value}n`
  if (value === null || ['number', 'boolean', 'undefined'].includes(typeof value)) return String(value)
  return `a value of type ${typeof value}`
}
