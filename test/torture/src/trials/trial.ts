import type { Report } from '../harness/report.js'

/** What a trial is run with. */
export interface TrialRun {
  /** How often to do what the trial does. */
  readonly rounds: number
  /** How long to go on, in minutes, where a trial is bounded by time. */
  readonly minutes: number
  /** What every random choice comes from; give it to `Random`. */
  readonly seed: number
  /** An empty folder of the trial's own; it stays where something did not hold. */
  readonly scratch: string
  readonly report: Report
}

/** How much a trial does in one of its forms. */
export interface Effort {
  readonly rounds: number
  readonly minutes?: number
}

/** One way of trying to make a store lose something. */
export interface Trial {
  /** In kebab case; `--only` finds it by this. */
  readonly name: string
  /** What must hold, as a sentence: the title of its test. */
  readonly says: string
  /** What CI does. */
  readonly short: Effort
  /** What `pnpm torture` does. */
  readonly long: Effort
  /** Why it cannot run on this machine, where that is so. */
  readonly skipped?: () => string | undefined
  /** Tries, and notes what did not hold; what it throws counts as broken too. */
  run(run: TrialRun): Promise<void>
}
