import type { PolicyLogInput } from '@tract/repositories'
import { Timestamp } from '@tract/schema'
import { checkBuilding } from './check-call.js'
import type { Complete } from './complete.js'
import { A_TRACT, timeOf } from './seeded.js'

/** An entry of the policy log: a look at a commit that led to nothing, unless told otherwise. */
export function aLogEntry(overrides: Partial<PolicyLogInput> = {}, seed = 1): Complete<PolicyLogInput> {
  checkBuilding(overrides, seed)
  return {
    tractId: A_TRACT,
    policyName: 'budget',
    trigger: 'commit',
    actionType: null,
    reason: null,
    outcome: 'skipped',
    commitHash: null,
    errorMessage: null,
    ...overrides,
    createdAt: Timestamp.from(overrides.createdAt ?? timeOf(seed)),
  }
}
