import type { MigrateOptions } from '@tract/migrations'
import { InvalidInputError } from '@tract/repositories'
import type { Patience } from './busy.js'
import type { AppEntity, FileModes } from './data-source.js'
import { describe, readingInput, readOptions } from './input.js'

/** What {@link openStore} takes besides the path. */
export interface OpenStoreOptions
  extends Pick<MigrateOptions, 'backup' | 'orphans' | 'onProgress' | 'signal'>,
    FileModes {
  /** `auto` (unless given) brings an older file to the present version; `never` refuses it. A new file is made either way. */
  readonly migrate?: 'auto' | 'never'
  /** Never write and never migrate. `false` unless given. */
  readonly readonly?: boolean
  /**
   * Open a damaged file too, where anything of it can be read, for `exportBundle({ salvage: true })` of `@tract/history` to
   * get that out. Only together with `readonly`: such a store gives what it finds, and checks nothing. `false` unless given.
   */
  readonly salvage?: boolean
  /**
   * How long a call waits while one and the same holder keeps the database: another connection its lock, or a transaction
   * of this store its turn. In milliseconds; 5000 unless given.
   */
  readonly busyTimeoutMs?: number
  /**
   * How long `close()` waits for what was asked for before, in milliseconds; 30000 unless given, as long as a process has
   * that is asked to end before most supervisors kill it. What runs longer is rolled back.
   */
  readonly closeTimeoutMs?: number
  /** Entities of the application's own, kept in the same file. Their tables are the application's to make. */
  readonly entities?: readonly AppEntity[]
}

/** What may be given with a path. */
export const PATH_OPTIONS = new Set([
  'migrate',
  'backup',
  'orphans',
  'onProgress',
  'signal',
  'readonly',
  'salvage',
  'busyTimeoutMs',
  'closeTimeoutMs',
  'entities',
  'synchronous',
  'checkpointPages',
])
/** What may be given with a DataSource, which has the rest in it. */
export const DATA_SOURCE_OPTIONS = new Set(['busyTimeoutMs', 'closeTimeoutMs'])
const DEFAULT_BUSY_TIMEOUT_MS = 5000
const DEFAULT_CLOSE_TIMEOUT_MS = 30_000
/** What a timer of Node's can be set to; a longer time would end at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1

/** @throws {@link InvalidInputError} for an option that is unknown or of the wrong kind */
export function readStoreOptions(options: OpenStoreOptions, known: ReadonlySet<string>): OpenStoreOptions {
  const given = readOptions('options', options, known)
  for (const [name, value] of Object.entries(given)) {
    const rule = RULES[name]
    if (rule === undefined || readingInput(`options.${name}`, () => rule.holds(value))) continue
    throw new InvalidInputError(`options.${name}`, describe(value), rule.expected)
  }
  if (given.salvage === true && given.readonly !== true) {
    throw new InvalidInputError('options.readonly', describe(given.readonly), 'true together with salvage')
  }
  return given
}

const BOOLEAN = { holds: (value: unknown) => typeof value === 'boolean', expected: 'true or false' }
const RULES: Readonly<Record<string, { holds(value: unknown): boolean; readonly expected: string }>> = {
  migrate: { holds: (value) => value === 'auto' || value === 'never', expected: 'auto or never' },
  backup: BOOLEAN,
  orphans: { holds: (value) => value === 'stop' || value === 'keep-aside', expected: 'stop or keep-aside' },
  onProgress: { holds: (value) => typeof value === 'function', expected: 'a function' },
  signal: { holds: (value) => value instanceof AbortSignal, expected: 'an AbortSignal' },
  readonly: BOOLEAN,
  salvage: BOOLEAN,
  busyTimeoutMs: {
    holds: (value) => Number.isSafeInteger(value) && Number(value) >= 0,
    expected: 'a whole number of milliseconds',
  },
  closeTimeoutMs: {
    holds: (value) => Number.isSafeInteger(value) && Number(value) >= 0 && Number(value) <= LONGEST_TIMER_MS,
    expected: `a whole number of milliseconds up to ${LONGEST_TIMER_MS}`,
  },
}

/** How long a store over this file waits. */
export function patience(
  location: string,
  { busyTimeoutMs = DEFAULT_BUSY_TIMEOUT_MS }: OpenStoreOptions,
): Patience {
  return { location, busyTimeoutMs }
}

/** How long closing a store waits, in milliseconds. */
export function closeTimeout({ closeTimeoutMs = DEFAULT_CLOSE_TIMEOUT_MS }: OpenStoreOptions): number {
  return closeTimeoutMs
}
