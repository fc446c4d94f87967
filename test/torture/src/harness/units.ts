import { history } from '@tract/history'
import type { Store, Transaction } from '@tract/repositories'
import { commitHash, contentHash, type JsonObject, payloadJson, Timestamp } from '@tract/schema'

/** The tract that all units write on. */
export const TRACT = 'torture'

/** What a unit writes besides its commit: nothing, an operation event, a compile record, or a payload of 200 kB. */
export type UnitKind = 'plain' | 'event' | 'record' | 'large'

/** Who writes a unit, and its number among that writer's. It stands in the metadata of the unit's commit. */
export interface UnitName {
  readonly writer: string
  readonly number: number
  readonly kind: UnitKind
}

/** How a plain unit is written: by `@tract/history`, or statement by statement in a transaction. */
export type Manner = 'history' | 'transaction'

/** So few texts that writers say the same all the time. */
const TEXTS = ['yes', 'no', 'Where is my parcel?', 'In Graz.']
const LARGE = 200_000

/** The kind of a unit in a mixed load. */
export function mixedKind(number: number): UnitKind {
  if (number % 10 === 7) return 'event'
  if (number % 20 === 8) return 'record'
  return number % 25 === 24 ? 'large' : 'plain'
}

/** Reads the head and writes behind it, in one unit. Returns the hash of its commit. */
export async function writeUnit(store: Store, unit: UnitName, manner: Manner): Promise<string> {
  const isAlone = unit.kind === 'plain' || unit.kind === 'large'
  if (manner === 'transaction' || !isAlone) return store.transaction((tx) => writeInside(tx, unit))
  const commit = await history(store, TRACT).commit(payloadOf(unit), { metadata: { ...unit } })
  return commit.commitHash
}

/** Writes a unit statement by statement in a transaction that is open. Returns the hash of its commit. */
export async function writeInside(tx: Transaction, unit: UnitName): Promise<string> {
  const head = await tx.refs.getHead(TRACT)
  const parent = head === null ? null : await tx.commits.get(head)
  const payload = payloadOf(unit)
  const json = payloadJson(payload)
  const covered = {
    contentHash: contentHash(payload),
    parentHash: head,
    contentType: 'dialogue',
    operation: 'append' as const,
    createdAt: Timestamp.now(),
  }
  const hash = commitHash(covered)
  const tokenCount = json.length
  await tx.blobs.saveIfAbsent({
    contentHash: covered.contentHash,
    payloadJson: json,
    byteSize: Buffer.byteLength(json),
    tokenCount,
  })
  await tx.commits.save({
    ...covered,
    commitHash: hash,
    tractId: TRACT,
    tokenCount,
    metadataJson: { ...unit },
  })
  if (unit.kind === 'event' && parent !== null) {
    await tx.operationEvents.saveEventWithCommits({
      eventId: companionId(hash),
      tractId: TRACT,
      eventType: 'reorganize',
      originalTokens: parent.tokenCount,
      compressedTokens: tokenCount,
      sources: [parent.commitHash],
      results: [hash],
    })
  }
  if (unit.kind === 'record') {
    await tx.compileRecords.saveRecordWithEffectives({
      recordId: companionId(hash),
      tractId: TRACT,
      headHash: hash,
      tokenCount,
      tokenSource: 'torture',
      effectives: [hash],
    })
  }
  await tx.refs.updateHead(TRACT, hash)
  return hash
}

/** The id of the event or record that a unit writes with its commit. */
export function companionId(hash: string): string {
  return hash.slice(0, 32)
}

function payloadOf({ writer, number, kind }: UnitName): JsonObject {
  const said = TEXTS[number % TEXTS.length] ?? ''
  const text = kind === 'large' ? `${writer} ${number} `.repeat(LARGE / 10).slice(0, LARGE) : said
  return { content_type: 'dialogue', role: 'user', name: null, text }
}
