import { history } from '@tract/history'
import type { Store } from '@tract/repositories'
import { commitHash, contentHash, payloadJson, Timestamp } from '@tract/schema'

/** The tract that all units write on. */
export const TRACT = 'torture'

/** Who writes a unit, and its number among that writer's. */
export interface UnitName {
  readonly writer: string
  readonly number: number
}

/** How a unit is written: by `@tract/history`, or statement by statement in a transaction. */
export type Manner = 'history' | 'transaction'

/** So few texts that writers say the same all the time. */
const TEXTS = ['yes', 'no', 'Where is my parcel?', 'In Graz.']

/** Reads the head and writes a commit behind it, in one unit. Returns the commit's hash. */
export async function writeUnit(store: Store, unit: UnitName, manner: Manner): Promise<string> {
  const text = TEXTS[unit.number % TEXTS.length] ?? ''
  const payload = { content_type: 'dialogue', role: 'user', name: null, text }
  const metadata = { writer: unit.writer, number: unit.number }
  if (manner === 'history') {
    const commit = await history(store, TRACT).commit(payload, { metadata })
    return commit.commitHash
  }
  return store.transaction(async (tx) => {
    const parentHash = await tx.refs.getHead(TRACT)
    const json = payloadJson(payload)
    const content = contentHash(payload)
    const createdAt = Timestamp.now()
    const covered = {
      contentHash: content,
      parentHash,
      contentType: 'dialogue',
      operation: 'append' as const,
      createdAt,
    }
    const hash = commitHash(covered)
    const tokenCount = text.length
    await tx.blobs.saveIfAbsent({
      contentHash: content,
      payloadJson: json,
      byteSize: Buffer.byteLength(json),
      tokenCount,
    })
    await tx.commits.save({
      ...covered,
      commitHash: hash,
      tractId: TRACT,
      tokenCount,
      metadataJson: metadata,
    })
    await tx.refs.updateHead(TRACT, hash)
    return hash
  })
}
