import { hash } from 'node:crypto'
import { types } from 'node:util'
import { canonicalJson, canonicalOfStored } from './canonical-json.js'
import type { CommitOperation } from './enumerations.js'
import { describe, InvalidValueError, reading, UnreadableValueError } from './errors.js'
import type { JsonObject } from './json.js'
import { isTimestamp, Timestamp } from './timestamp.js'

/** The fields of a commit that its hash covers. Tract, message, metadata and generation config are not covered. */
export interface HashedCommitFields {
  readonly contentHash: string
  /** The first parent; `null` for a root. */
  readonly parentHash: string | null
  readonly contentType: string
  readonly operation: CommitOperation
  readonly createdAt: Timestamp | Date
  /** The commit that this one edits or answers. */
  readonly responseTo?: string | null
  /** The parents of a merge beside the first. */
  readonly extraParents?: readonly string[]
}

/**
 * The hash of a payload: SHA-256 of its canonical JSON, 64 lower-case hex digits. The payload's `content_type` and
 * null fields are covered.
 *
 * @throws {@link InvalidValueError} for what JSON cannot hold exactly
 */
export function contentHash(payload: JsonObject): string {
  return sha256(canonicalJson(payload))
}

/**
 * The hash of a payload from its stored text, whose number texts are kept as they were written. Whether the text is JSON
 * is not looked at.
 *
 * @param payloadJson the text of `blobs.payload_json`
 * @throws {@link UnreadableValueError} where a string in it does not end, and for a lone surrogate, which has no UTF-8 form
 */
export function contentHashOfStored(payloadJson: string): string {
  checkText('$', payloadJson)
  if (!payloadJson.isWellFormed()) {
    throw new UnreadableValueError('a lone surrogate', 'well-formed Unicode text')
  }
  return sha256(canonicalOfStored(payloadJson))
}

/**
 * The hash of a commit. A merge (one with extra parents) also covers the sorted list of all its parents.
 *
 * @throws {@link InvalidValueError} naming the field that is no text, and for a time that a file cannot hold
 */
export function commitHash(fields: HashedCommitFields): string {
  return reading(() => hashOf(fields))
}

function hashOf(fields: HashedCommitFields): string {
  if (typeof fields !== 'object' || fields === null) {
    throw new InvalidValueError('$', describe(fields), 'the fields of a commit')
  }
  // Each is read once: what was checked is what is hashed.
  const {
    contentHash,
    parentHash,
    contentType,
    operation,
    createdAt,
    responseTo = null,
    extraParents = [],
  } = fields
  checkText('$.contentHash', contentHash)
  checkText('$.contentType', contentType)
  checkText('$.operation', operation)
  if (parentHash !== null) checkText('$.parentHash', parentHash)
  if (responseTo !== null) checkText('$.responseTo', responseTo)
  if (!Array.isArray(extraParents)) {
    throw new InvalidValueError('$.extraParents', describe(extraParents), 'an array of hashes')
  }
  const others = Array.from<string>(extraParents)
  for (const [index, hash] of others.entries()) checkText(`$.extraParents[${index}]`, hash)
  const covered: Record<string, JsonObject[string]> = {
    content_hash: contentHash,
    parent_hash: parentHash,
    content_type: contentType,
    operation,
    timestamp_iso: hashedTime(createdAt),
  }
  if (responseTo !== null) covered.response_to = responseTo
  if (others.length > 0) {
    covered.parent_hashes = [...(parentHash === null ? [] : [parentHash]), ...others].sort()
  }
  return sha256(canonicalJson(covered))
}

/** Python's `isoformat`: no fraction where the microseconds are zero, the zone as `+00:00`. */
function hashedTime(createdAt: Timestamp | Date): string {
  if (!types.isDate(createdAt) && !isTimestamp(createdAt)) {
    throw new InvalidValueError(
      '$.createdAt',
      describe(createdAt),
      'a Timestamp (see Timestamp.from) or a Date',
    )
  }
  return Timestamp.from(createdAt).replace('.000000Z', 'Z').replace('Z', '+00:00')
}

function checkText(path: string, value: unknown): void {
  if (typeof value !== 'string') throw new InvalidValueError(path, describe(value), 'a string')
}

/** SHA-256 of the UTF-8 form of a text, as 64 lower-case hex digits. */
function sha256(text: string): string {
  return hash('sha256', text, 'hex')
}
