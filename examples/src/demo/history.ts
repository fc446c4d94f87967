import type { Repositories } from '@tract/repositories'
import { commitHash, contentHash, type JsonObject, payloadJson, Timestamp } from '@tract/schema'
import type { ContextEntry } from './context.js'
import { metadataOf, type Origin } from './origin.js'
import { type Payload, payloadTokens, textOf } from './payload.js'
import { clip } from './text.js'

const MAIN = 'main'

/** A commit that is to be written on top of its parent. */
interface NewCommit {
  readonly tractId: string
  readonly parentHash: string | null
  readonly payload: Payload
  readonly origin: Origin
}

/** Writes a payload and its commit, and pins an instruction. Returns the commit's hash. */
export async function addCommit(tx: Repositories, commit: NewCommit): Promise<string> {
  const { tractId, payload, origin } = commit
  const stored = payloadJson(payload)
  const blob = await tx.blobs.saveIfAbsent({
    contentHash: contentHash(payload),
    payloadJson: stored,
    byteSize: Buffer.byteLength(stored),
    tokenCount: payloadTokens(payload),
  })
  const hash = await saveCommit(tx, {
    tractId,
    parentHash: commit.parentHash,
    contentHash: blob.contentHash,
    contentType: payload.content_type,
    message: clip(textOf(payload), 72),
    tokenCount: blob.tokenCount,
    metadataJson: metadataOf(origin),
  })
  if (payload.content_type === 'instruction') await pin(tx, tractId, hash)
  return hash
}

/** Writes a commit again on top of another parent; its content is in the file already. Returns the new hash. */
export async function copyCommit(
  tx: Repositories,
  entry: ContextEntry,
  parentHash: string | null,
): Promise<string> {
  const { commit, origin } = entry
  const { tractId, contentHash, contentType, message, tokenCount } = commit
  const copied: Origin =
    origin.kind === 'message' ? { ...origin, copiedFrom: origin.copiedFrom ?? commit.commitHash } : origin
  const metadataJson = metadataOf(copied)
  const hash = await saveCommit(tx, {
    tractId,
    parentHash,
    contentHash,
    contentType,
    message,
    tokenCount,
    metadataJson,
  })
  if (entry.pinned) await pin(tx, tractId, hash)
  return hash
}

/**
 * Moves `main` from where it was last seen, so that two programs on one file lose nothing of each other's.
 *
 * @throws RefConflictError where it is elsewhere
 */
export async function moveMain(
  tx: Repositories,
  tractId: string,
  from: string | null,
  to: string,
): Promise<void> {
  await tx.refs.compareAndSetRef(tractId, `refs/heads/${MAIN}`, from, to)
  if (from === null) await tx.refs.attachHead(tractId, MAIN)
}

interface CommitFields {
  readonly tractId: string
  readonly parentHash: string | null
  readonly contentHash: string
  readonly contentType: string
  readonly message: string | null
  readonly tokenCount: number
  readonly metadataJson: JsonObject
}

async function saveCommit(tx: Repositories, fields: CommitFields): Promise<string> {
  const operation = 'append'
  const createdAt = Timestamp.now()
  const hash = commitHash({ ...fields, operation, createdAt })
  await tx.commits.save({ ...fields, commitHash: hash, operation, createdAt })
  return hash
}

async function pin(tx: Repositories, tractId: string, targetHash: string): Promise<void> {
  await tx.annotations.save({ tractId, targetHash, priority: 'pinned', reason: 'system prompt' })
}
