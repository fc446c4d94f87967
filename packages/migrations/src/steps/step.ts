import type { MigrationInterface } from 'typeorm'
import type { Completion } from '../completion.js'
import type { OrphanedRow } from '../errors.js'

/**
 * One frozen step from a version to the next. `up` may be run again on what it, or the original system, has done already:
 * it makes what is missing and moves what is still there. Whoever runs it provides the transaction, with foreign keys off.
 */
export interface Step extends MigrationInterface {
  readonly name: string
  readonly from: number
  readonly to: number
  /** What a plan says of it. */
  readonly summary: StepSummary
  /** What the last run left undone and put aside. */
  readonly outcome?: StepOutcome
}

/** What a step does to the tables. */
export interface StepSummary {
  readonly creates: readonly string[]
  readonly moves: readonly string[]
  readonly drops: readonly string[]
}

/** What a step left undone, and the rows that it put aside. */
export interface StepOutcome extends Pick<Completion, 'skippedIndexes' | 'differences'> {
  readonly orphans: readonly OrphanedRow[]
  readonly orphanCount: number
}
