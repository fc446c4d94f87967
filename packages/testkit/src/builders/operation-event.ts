import type { OperationEventInput } from '@tract/repositories'
import { Timestamp } from '@tract/schema'
import { checkBuilding } from './check-call.js'
import type { Complete } from './complete.js'
import { A_TRACT, idOf, timeOf } from './seeded.js'

/** An operation event: a compression unless told otherwise. With `sources` and `results` beside it, a whole unit. */
export function anOperationEvent(
  overrides: Partial<OperationEventInput> = {},
  seed = 1,
): Complete<OperationEventInput> {
  checkBuilding(overrides, seed)
  return {
    eventId: idOf('operation event', seed),
    tractId: A_TRACT,
    eventType: 'compress',
    branchName: 'main',
    originalTokens: 1200,
    compressedTokens: 150,
    paramsJson: { target_tokens: 200, instructions: 'keep the decisions' },
    ...overrides,
    createdAt: Timestamp.from(overrides.createdAt ?? timeOf(seed)),
  }
}
