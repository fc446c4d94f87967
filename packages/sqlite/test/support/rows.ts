import type {
  BlobInput,
  CommitInput,
  CompileRecordInput,
  OperationEventInput,
  Repositories,
} from '@tract/repositories'
import { Timestamp } from '@tract/schema'

/** The tract that rows belong to unless a test says otherwise. */
export const TRACT = 'a-tract'

/** A time that has microseconds, so that whatever drops them is seen. */
export const TIME = Timestamp.from('2026-02-10T19:05:34.000001Z')

/** A text of 64 hex digits, one for each number: hashes need not be true here. */
export function hash(number: number): string {
  return number.toString(16).padStart(64, '0')
}

export function aBlob(number: number, fields: Partial<BlobInput> = {}): BlobInput {
  const payloadJson = `{"content_type": "dialogue", "text": "blob ${number}"}`
  return {
    contentHash: hash(number),
    payloadJson,
    byteSize: Buffer.byteLength(payloadJson),
    tokenCount: number,
    createdAt: TIME,
    ...fields,
  }
}

/** A commit of the blob of the same number; a root unless a parent is given. */
export function aCommit(number: number, fields: Partial<CommitInput> = {}): CommitInput {
  return {
    commitHash: hash(number),
    tractId: TRACT,
    contentHash: hash(number),
    contentType: 'dialogue',
    operation: 'append',
    tokenCount: number,
    createdAt: TIME,
    ...fields,
  }
}

export function anEvent(number: number, fields: Partial<OperationEventInput> = {}): OperationEventInput {
  return { eventId: `event-${number}`, tractId: TRACT, eventType: 'compress', createdAt: TIME, ...fields }
}

export function aRecord(number: number, fields: Partial<CompileRecordInput> = {}): CompileRecordInput {
  return {
    recordId: `record-${number}`,
    tractId: TRACT,
    headHash: '',
    tokenCount: number,
    commitCount: 0,
    tokenSource: 'estimate',
    createdAt: TIME,
    ...fields,
  }
}

/** A chain of commits with the numbers 1 to `count`, each the parent of the next, and their blobs. */
export async function saveChain(to: Repositories, count: number): Promise<readonly string[]> {
  const hashes: string[] = []
  for (let number = 1; number <= count; number++) {
    await to.blobs.saveIfAbsent(aBlob(number))
    await to.commits.save(aCommit(number, { parentHash: hashes.at(-1) ?? null }))
    hashes.push(hash(number))
  }
  return hashes
}
