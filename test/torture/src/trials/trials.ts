import { processes } from './processes.js'
import type { Trial } from './trial.js'

/** All trials, in the order in which they run. */
export const trials: readonly Trial[] = [processes]
