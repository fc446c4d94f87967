import type { CommitInput } from '@tract/repositories'
import { commitHash, Timestamp } from '@tract/schema'
import { aBlob } from './blob.js'
import { checkBuilding } from './check-call.js'
import type { Complete } from './complete.js'
import { A_TRACT, timeOf } from './seeded.js'

/**
 * A commit with its true hash; a root that appends unless told otherwise. Its content is the blob of the same seed:
 * `aBlob({}, seed)`.
 *
 * @param seed another seed gives another content and a later time
 */
export function aCommit(overrides: Partial<CommitInput> = {}, seed = 1): Complete<CommitInput> {
  checkBuilding(overrides, seed)
  const fields = {
    tractId: A_TRACT,
    parentHash: null,
    contentHash: aBlob({}, seed).contentHash,
    contentType: 'dialogue',
    operation: 'append' as const,
    responseTo: null,
    message: null,
    tokenCount: 8,
    metadataJson: null,
    generationConfigJson: null,
    ...overrides,
    createdAt: Timestamp.from(overrides.createdAt ?? timeOf(seed)),
  }
  return { commitHash: commitHash(fields), ...fields }
}
