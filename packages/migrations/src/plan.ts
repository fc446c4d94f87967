import type { DataSource } from 'typeorm'
import { databaseBytes, fileOf, freeBytes } from './backup.js'
import { type Completion, planCompletion, type SkippedIndex, type StructureDifference } from './completion.js'
import { Connection } from './connection.js'
import type { OrphanedRow } from './errors.js'
import { checkDataSource, readOptions } from './options.js'
import { findOrphans } from './orphans.js'
import { DEFAULT_WAIT_MS, Patience } from './patience.js'
import { ALONE } from './progress.js'
import type { WaitOptions } from './read-schema-version.js'
import { tractTables } from './rows.js'
import { withCare } from './settings.js'
import { allSteps } from './steps/steps.js'
import { patientSurvey, type Survey } from './survey.js'
import { inTurn } from './turn.js'
import { INDEXES } from './version-6.js'

/** One step of a plan. */
export interface PlannedStep {
  /** As in `005-to-006`. */
  readonly name: string
  readonly creates: readonly string[]
  /** Tables whose rows go into others. */
  readonly moves: readonly string[]
  readonly drops: readonly string[]
}

/** Something that a migration would stop at, or leave as it is. */
export type ForeseenProblem =
  /** Links without their commit: it stops, unless told to keep them aside. */
  | { readonly kind: 'orphans'; readonly rows: readonly OrphanedRow[]; readonly count: number }
  /** The copy would not fit: it stops, unless told to take none. */
  | { readonly kind: 'no_room_for_backup'; readonly neededBytes: number; readonly availableBytes: number }
  | ({ readonly kind: 'structure' } & StructureDifference)
  | ({ readonly kind: 'skipped_index' } & SkippedIndex)

/** What {@link migrate} would do. */
export interface MigrationPlan {
  /** The version found; `null` for a database without tables. */
  readonly from: number | null
  readonly to: number
  /** Whether anything would be written. */
  readonly changes: boolean
  readonly steps: readonly PlannedStep[]
  /** The tables and indexes of version 6 that would be made, and the tables that would be built anew with their rows. */
  readonly completes: {
    readonly tables: readonly string[]
    readonly indexes: readonly string[]
    readonly rebuilds: readonly string[]
  }
  /** How many rows each table holds now. */
  readonly rows: Readonly<Record<string, number>>
  /** How large the copy would be that is taken before, in bytes; `null` where none would be taken. */
  readonly backupBytes: number | null
  readonly problems: readonly ForeseenProblem[]
}

/**
 * Says what {@link migrate} would do to a database. Changes nothing.
 *
 * @throws what {@link migrate} throws for a database that it refuses
 */
export async function planMigration(
  dataSource: DataSource,
  options: WaitOptions = {},
): Promise<MigrationPlan> {
  checkDataSource(dataSource)
  const { waitMs = DEFAULT_WAIT_MS, signal } = readOptions(options, ['waitMs', 'signal'])
  return inTurn(dataSource, () => {
    const connection = new Connection(dataSource)
    const patience = new Patience(connection.location, waitMs, signal)
    return withCare(connection, async () => {
      const found = await patientSurvey(connection, patience)
      return patience.whenNotBusy(() => planFor(connection, found))
    })
  })
}

async function planFor(connection: Connection, found: Survey): Promise<MigrationPlan> {
  const { version, structure, isFinished } = found
  const rows: Record<string, number> = {}
  for (const table of tractTables(structure)) {
    rows[table] = await connection.count(`SELECT count(*) AS n FROM "${table}"`)
  }
  const present = new Set(structure.map(({ name }) => name))
  const steps = allSteps()
    .filter(({ from }) => version !== null && from >= version)
    .map(({ name, summary }) => ({
      name,
      creates: summary.creates.filter((table) => !present.has(table)),
      moves: summary.moves,
      drops: summary.drops,
    }))
  const completion = await foreseenCompletion(connection, found)
  const rebuilds = completion?.rebuild.map(({ name }) => name) ?? []
  const takesBackup =
    (steps.length > 0 || rebuilds.length > 0) && Object.values(rows).some((count) => count > 0)
  const file = await fileOf(connection)
  const backupBytes = takesBackup && file !== null ? await databaseBytes(connection) : null
  return {
    from: version,
    to: 6,
    changes: !isFinished,
    steps,
    completes: {
      tables: completion?.create ?? [],
      indexes: completion?.createIndexes ?? [],
      rebuilds,
    },
    rows,
    backupBytes,
    problems: await problemsOf(connection, found, completion, backupBytes, file),
  }
}

/**
 * What is left to complete when the steps are done. From version 2 on they add tables and leave the others as they are, so
 * that can be said beforehand; the early layouts of version 1 are another matter.
 */
async function foreseenCompletion(
  connection: Connection,
  { version, structure, completion }: Survey,
): Promise<Completion | null> {
  if (completion !== null || version === null || version < 2) return completion
  const present = new Set(structure.map(({ name }) => name))
  const all = await planCompletion(connection, structure)
  const ofPresent = (index: string) => present.has(tableOfIndex(index))
  return { ...all, create: [], createIndexes: all.createIndexes.filter(ofPresent) }
}

function tableOfIndex(index: string): string {
  return / ON (\w+) /.exec(INDEXES.get(index) ?? '')?.[1] ?? ''
}

async function problemsOf(
  connection: Connection,
  { version }: Survey,
  completion: Completion | null,
  backupBytes: number | null,
  file: string | null,
): Promise<ForeseenProblem[]> {
  const problems: ForeseenProblem[] = []
  if (version !== null && version <= 5) {
    const { rows, count } = await findOrphans(connection, ALONE)
    if (count > 0) problems.push({ kind: 'orphans', rows, count })
  }
  if (backupBytes !== null && file !== null) {
    const availableBytes = await freeBytes(file)
    if (availableBytes < backupBytes) {
      problems.push({ kind: 'no_room_for_backup', neededBytes: backupBytes, availableBytes })
    }
  }
  for (const difference of completion?.differences ?? []) problems.push({ kind: 'structure', ...difference })
  for (const index of completion?.skippedIndexes ?? []) problems.push({ kind: 'skipped_index', ...index })
  return problems
}
