import type { BlobInput } from '@tract/repositories'
import { contentHashOfStored, payloadJson as payloadText, Timestamp } from '@tract/schema'
import { check, checkBuilding } from './check-call.js'
import type { Complete } from './complete.js'
import { timeOf } from './seeded.js'

/**
 * A blob whose hash and size are those of its payload, a line of dialogue unless another is given.
 *
 * @param seed another seed gives another payload and a later time
 */
export function aBlob(overrides: Partial<BlobInput> = {}, seed = 1): Complete<BlobInput> {
  checkBuilding(overrides, seed)
  const { payloadJson = dialogue(seed), createdAt = timeOf(seed) } = overrides
  check('payloadJson', typeof payloadJson === 'string', payloadJson, 'a text, of which the hash is made')
  const byteSize = Buffer.byteLength(payloadJson)
  return {
    contentHash: contentHashOfStored(payloadJson),
    byteSize,
    tokenCount: Math.ceil(byteSize / 4),
    ...overrides,
    payloadJson,
    createdAt: Timestamp.from(createdAt),
  }
}

function dialogue(seed: number): string {
  return payloadText({ content_type: 'dialogue', role: 'user', text: `Message ${seed}: é 中 😀`, name: null })
}
