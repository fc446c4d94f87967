import { hash } from 'node:crypto'
import { type CommitRow, canonicalJson, type JsonObject } from '@tract/schema'

/**
 * How a commit's hash comes out of its fields: as the format says, with its time taken as local as some early commits of the
 * original system have it, or not at all.
 */
export type HashFit = 'fits' | 'local_clock' | 'none'

const MINUTES_PER_DAY = 24 * 60
/** Every zone in use lies on a quarter of an hour. */
const ZONE_STEP = 15

/** @param parents the commit's links to parents; empty unless it is a merge */
export function hashFit(commit: CommitRow, parents: readonly string[]): HashFit {
  const time = commit.createdAt.replace('.000000Z', 'Z').slice(0, -1)
  if (anyFits(commit, parents, `${time}+00:00`)) return 'fits'
  if (anyFits(commit, parents, time)) return 'local_clock'
  for (let minutes = ZONE_STEP; minutes < MINUTES_PER_DAY; minutes += ZONE_STEP) {
    for (const sign of ['+', '-']) {
      if (anyFits(commit, parents, `${time}${sign}${zoneText(minutes)}`)) return 'local_clock'
    }
  }
  return 'none'
}

function zoneText(minutes: number): string {
  const two = (value: number) => String(value).padStart(2, '0')
  return `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`
}

function anyFits(commit: CommitRow, parents: readonly string[], time: string): boolean {
  const { commitHash, parentHash, contentHash, contentType, operation, responseTo } = commit
  const plain: JsonObject = {
    content_hash: contentHash,
    parent_hash: parentHash,
    content_type: contentType,
    operation,
    timestamp_iso: time,
  }
  // The earliest files name the field by its earlier name.
  const forms =
    responseTo === null
      ? [plain]
      : ['response_to', 'reply_to'].map((key) => ({ ...plain, [key]: responseTo }))
  const all = [...new Set(parentHash === null ? parents : [parentHash, ...parents])].sort()
  return forms.some(
    (form) =>
      sha256(form) === commitHash ||
      (parents.length > 0 && sha256({ ...form, parent_hashes: all }) === commitHash),
  )
}

function sha256(fields: JsonObject): string {
  return hash('sha256', canonicalJson(fields), 'hex')
}
