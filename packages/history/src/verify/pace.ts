import { setImmediate as otherWork } from 'node:timers/promises'
import { VerificationAbortedError } from '../errors.js'

/** How far {@link verify} has come. */
export interface VerifyProgress {
  /** What is being checked: a tract's commits, events or records, or the database as such, which cannot be followed. */
  readonly phase: 'commits' | 'events' | 'records' | 'database'
  /** The tract at hand; `null` where it is the whole database. */
  readonly tractId: string | null
  /** How many tracts are done, of `tracts`. */
  readonly tractsDone: number
  readonly tracts: number
  /** How many commits, events or records of the tract have been checked in this phase. */
  readonly done: number
}

/** Says how far something has come, lets other work run, and ends it where the caller has given up. */
export type Step = (phase: VerifyProgress['phase'], done: number) => Promise<void>

/** @throws {@link VerificationAbortedError} from the steps */
export function stepsOf(
  tractId: string | null,
  { tractsDone, tracts }: Pick<VerifyProgress, 'tractsDone' | 'tracts'>,
  { signal, onProgress }: { signal?: AbortSignal; onProgress?: (progress: VerifyProgress) => void },
): Step {
  return async (phase, done) => {
    onProgress?.({ phase, tractId, tractsDone, tracts, done })
    await otherWork()
    if (signal?.aborted) throw new VerificationAbortedError({ cause: signal.reason })
  }
}
