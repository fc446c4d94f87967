import { rm } from 'node:fs/promises'
import { type BrokenReference, InsideTransactionError } from '@tract/repositories'
import type { DataSource } from 'typeorm'
import { hasRecentBackup, takeBackup } from './backup.js'
import { complete, type SkippedIndex, type StructureDifference } from './completion.js'
import { Connection } from './connection.js'
import { sqliteCode } from './database-error.js'
import { type OrphanedRow, OrphanedRowsError } from './errors.js'
import { checkForeignKeys } from './foreign-key-check.js'
import { checkDataSource, type MigrateOptions, readOptions } from './options.js'
import { findOrphans, type Orphans } from './orphans.js'
import { holdsRows } from './rows.js'
import { Run } from './run.js'
import { withCare } from './settings.js'
import { stepFrom } from './steps/steps.js'
import { patientSurvey, type Survey, survey } from './survey.js'
import { inTurn } from './turn.js'
import { writeVersion } from './version-row.js'

/** What a migration did. */
export interface MigrationResult {
  /** The version found; `null` for a database without tables. */
  readonly from: number | null
  readonly to: number
  /** Whether anything was written by this call; another process may have migrated meanwhile. */
  readonly changed: boolean
  /** The names of the steps that this call took, as in `005-to-006`. */
  readonly steps: readonly string[]
  /** The path of the copy taken before; `null` where none was. */
  readonly backup: string | null
  /** Links that were put into `_orphaned_operation_commits`, at most the first 100. */
  readonly orphans: readonly OrphanedRow[]
  /** How many links were put there. */
  readonly orphanCount: number
  /** Indexes that could not be made. */
  readonly skippedIndexes: readonly SkippedIndex[]
  /** Where the structure differs from that of a new file, and why. */
  readonly differences: readonly StructureDifference[]
  /** Rows that name a row which does not exist, at most the first 100 of a table; they stay as they were. */
  readonly brokenReferences: readonly BrokenReference[]
}

/** A process that migrates goes on at once after a step, so one that has paused this long is gone; in milliseconds. */
const HANDOVER_MS = 1000

/**
 * Brings a database to the present schema version: creates the tables of a new one, migrates an older one step by step, and
 * leaves a finished one as it is, to the byte. Each step is one transaction: ended at any instant, the file opens again
 * at the version before or after a step. Where several processes do it at once, one does, and the others wait.
 *
 * The DataSource keeps its settings and its transactions, also after a failure. Do not use it for anything else meanwhile.
 *
 * @returns what was done
 * @throws an {@link UnsupportedDatabaseError} for what cannot be migrated, {@link OrphanedRowsError},
 * {@link NoRoomForBackupError}, {@link BackupFailedError}, {@link MigrationAbortedError}, {@link MigrationWaitTimeoutError},
 * {@link StorageFailedError}: the file is then at the version before or after a whole step, and nothing is lost
 */
export async function migrate(
  dataSource: DataSource,
  options: MigrateOptions = {},
): Promise<MigrationResult> {
  checkDataSource(dataSource)
  const given = readOptions(options, ['backup', 'orphans', 'onProgress', 'signal', 'waitMs'])
  return inTurn(dataSource, () => {
    const connection = new Connection(dataSource)
    if (connection.inTransaction) throw new InsideTransactionError('migrate')
    return withCare(connection, () => new Migration(connection, given).run())
  })
}

class Migration {
  readonly #run: Run
  readonly #takesBackup: boolean
  #backup: string | null = null
  #orphans: Orphans | undefined
  readonly #steps: string[] = []
  #changed = false
  #left: Left = NOTHING_LEFT

  constructor(connection: Connection, options: MigrateOptions) {
    this.#run = new Run(connection, options, options.orphans)
    this.#takesBackup = options.backup ?? true
  }

  async run(): Promise<MigrationResult> {
    const { connection, patience } = this.#run
    patience.checkSignal()
    const first = await patientSurvey(connection, patience)
    if (first.isFinished) return this.#result(first.version, first)
    // It can be set only before the first table.
    if (first.version === null) {
      await patience.whenNotBusy(async () => connection.pragma('page_size = 4096'))
    }
    try {
      const last = await this.#run.withSettings(() => this.#untilFinished(first))
      return this.#result(first.version, last)
    } catch (error) {
      await this.#dropUselessBackup(error)
      throw error
    }
  }

  /** Takes step after step. Returns what another process left, where that one finished. */
  async #untilFinished(first: Survey): Promise<Survey | null> {
    let seen = first.version
    let hasYielded = false
    for (;;) {
      const { now, taken } = await this.#run.inTransaction(stepFrom(seen)?.name ?? null, async () => {
        const now = await survey(this.#run.connection)
        const isOthers =
          !this.#changed && (now.version !== seen || (!hasYielded && (await this.#isUnderWay(now))))
        return { now, taken: now.isFinished || isOthers ? null : await this.#take(now) }
      })
      if (now.isFinished) return now
      if (taken === null) {
        seen = now.version
        hasYielded = true
        await this.#run.patience.pause(HANDOVER_MS)
        continue
      }
      this.#changed = true
      if (taken.step !== null) this.#steps.push(taken.step)
      if (taken.to === 6) return null
      seen = taken.to
    }
  }

  /** Whether somebody seems to be between two steps: a version that is none's first, and a fresh backup. */
  async #isUnderWay({ version }: Survey): Promise<boolean> {
    return (
      this.#takesBackup && version !== null && version < 6 && hasRecentBackup(this.#run.connection, version)
    )
  }

  /** Takes the step that leads on from where the database is, or completes its structure. */
  async #take(now: Survey): Promise<{ step: string | null; to: number }> {
    const run = this.#run
    const { connection } = run
    if (!this.#changed) await this.#prepare(now)
    const step = stepFrom(now.version, run, this.#orphans)
    if (step === null) {
      this.#left = { ...this.#left, ...(await complete(connection, run)) }
    } else {
      await step.up(connection.runner)
      // What was found before holds for this transaction only.
      this.#orphans = undefined
      this.#left = { ...this.#left, ...step.outcome }
    }
    if (step !== null || (now.completion?.rebuild.length ?? 0) > 0) await this.#check(step !== null)
    await writeVersion(connection, step?.to ?? 6)
    return { step: step?.name ?? null, to: step?.to ?? 6 }
  }

  /** What comes before the first change: the links that would stop the last step, and the backup. */
  async #prepare(now: Survey): Promise<void> {
    const run = this.#run
    const { connection } = run
    const { version } = now
    // Whatever the version: an early layout can hold links too, and the last step would stop at them.
    if (version !== null && version <= 5) {
      this.#orphans = await findOrphans(connection, run)
      const { rows, count } = this.#orphans
      if (count > 0 && run.orphans === 'stop') throw new OrphanedRowsError(connection.location, rows, count)
    }
    const rewrites = version !== 6 || (now.completion?.rebuild.length ?? 0) > 0
    if (!this.#takesBackup || version === null || !rewrites || !(await holdsRows(connection, now.structure)))
      return
    this.#backup = await takeBackup(connection, version, (done, total) =>
      run.tell('backup', null, done, total),
    )
  }

  async #check(moved: boolean): Promise<void> {
    const { connection } = this.#run
    const { brokenReferences, differences } = await checkForeignKeys(connection, this.#run)
    this.#left = { ...this.#left, brokenReferences, differences: [...this.#left.differences, ...differences] }
    const links = brokenReferences.filter(({ table }) => table === 'operation_commits')
    if (!moved || links.length === 0) return
    const rows = links.map(({ table, columns, target }): OrphanedRow => {
      const key = Object.fromEntries(Object.entries(columns).map(([name, value]) => [name, String(value)]))
      const kind = target === 'commits' ? 'commit' : 'operation event'
      return { table, key, target: kind, missing: Object.values(key).join(', ') }
    })
    throw new OrphanedRowsError(connection.location, rows, rows.length)
  }

  /** A backup of what was not changed after all helps nobody, and fills the disk with every attempt. */
  async #dropUselessBackup(error: unknown): Promise<void> {
    const isDamage = /^SQLITE_(IOERR|CORRUPT|NOTADB)/.test(sqliteCode(rootCause(error)) ?? '')
    if (this.#backup !== null && !this.#changed && !isDamage) await rm(this.#backup, { force: true })
  }

  #result(from: number | null, last: Survey | null): MigrationResult {
    const { skippedIndexes = [], differences = [] } = last?.completion ?? {}
    return {
      from,
      to: 6,
      changed: this.#changed,
      steps: this.#steps,
      backup: this.#backup,
      ...NOTHING_LEFT,
      ...(last === null ? this.#left : { skippedIndexes, differences }),
    }
  }
}

type Left = Pick<
  MigrationResult,
  'orphans' | 'orphanCount' | 'skippedIndexes' | 'differences' | 'brokenReferences'
>

const NOTHING_LEFT: Left = {
  orphans: [],
  orphanCount: 0,
  skippedIndexes: [],
  differences: [],
  brokenReferences: [],
}

function rootCause(error: unknown): unknown {
  return error instanceof Error && error.cause !== undefined ? rootCause(error.cause) : error
}
