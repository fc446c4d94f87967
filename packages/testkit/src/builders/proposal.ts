import type { PolicyProposalInput } from '@tract/repositories'
import { Timestamp } from '@tract/schema'
import { checkBuilding } from './check-call.js'
import type { Complete } from './complete.js'
import { A_TRACT, idOf, timeOf } from './seeded.js'

/** A policy's proposal that waits for an answer, unless told otherwise. */
export function aProposal(
  overrides: Partial<PolicyProposalInput> = {},
  seed = 1,
): Complete<PolicyProposalInput> {
  checkBuilding(overrides, seed)
  const { resolvedAt = null } = overrides
  return {
    proposalId: idOf('policy proposal', seed),
    tractId: A_TRACT,
    policyName: 'budget',
    actionType: 'compress',
    actionParamsJson: { target_tokens: 200 },
    reason: 'the context is over its budget',
    status: 'pending',
    ...overrides,
    createdAt: Timestamp.from(overrides.createdAt ?? timeOf(seed)),
    resolvedAt: resolvedAt === null ? null : Timestamp.from(resolvedAt),
  }
}
