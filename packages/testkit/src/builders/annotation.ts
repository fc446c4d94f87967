import type { AnnotationInput } from '@tract/repositories'
import { Timestamp } from '@tract/schema'
import { checkBuilding } from './check-call.js'
import { aCommit } from './commit.js'
import type { Complete } from './complete.js'
import { A_TRACT, timeOf } from './seeded.js'

/** An annotation that pins the commit of the same seed, `aCommit({}, seed)`, unless told otherwise. */
export function anAnnotation(overrides: Partial<AnnotationInput> = {}, seed = 1): Complete<AnnotationInput> {
  checkBuilding(overrides, seed)
  return {
    tractId: A_TRACT,
    targetHash: aCommit({}, seed).commitHash,
    priority: 'pinned',
    reason: null,
    ...overrides,
    createdAt: Timestamp.from(overrides.createdAt ?? timeOf(seed)),
  }
}
