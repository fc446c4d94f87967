import type { SpawnPointerInput } from '@tract/repositories'
import { Timestamp } from '@tract/schema'
import { checkBuilding } from './check-call.js'
import type { Complete } from './complete.js'
import { A_TRACT, idOf, timeOf } from './seeded.js'

/** A spawn pointer to a child of the seed's own, from no particular commit of the parent unless told otherwise. */
export function aSpawnPointer(
  overrides: Partial<SpawnPointerInput> = {},
  seed = 1,
): Complete<SpawnPointerInput> {
  checkBuilding(overrides, seed)
  return {
    parentTractId: A_TRACT,
    parentCommitHash: null,
    childTractId: idOf('tract', seed),
    purpose: 'search the sources',
    inheritanceMode: 'head_snapshot',
    displayName: null,
    ...overrides,
    createdAt: Timestamp.from(overrides.createdAt ?? timeOf(seed)),
  }
}
