import type { CommitRow, JsonObject, JsonValue } from '@tract/schema'

/** Where a commit of this program's comes from, as its metadata says. */
export type Origin =
  | {
      readonly kind: 'message'
      /** The message's number in its conversation, from 1. */
      readonly message: number
      /** The commit that first held it, where this one is a copy behind a summary. */
      readonly copiedFrom: string | null
    }
  | {
      readonly kind: 'summary'
      /** The operation event that it came out of. */
      readonly eventId: string
      /** The numbers of the first and last message it stands for. */
      readonly first: number
      readonly last: number
    }

/** The form that a commit's metadata has in the file. */
export function metadataOf(origin: Origin): JsonObject {
  if (origin.kind === 'summary') return { event_id: origin.eventId, messages: [origin.first, origin.last] }
  const { message, copiedFrom } = origin
  return copiedFrom === null ? { message } : { message, copied_from: copiedFrom }
}

/** A commit's origin; `null` for a commit that another program wrote. */
export function originOf(commit: CommitRow): Origin | null {
  const metadata = commit.metadataJson
  if (!isJsonObject(metadata)) return null
  const { message, copied_from: copiedFrom = null, event_id: eventId, messages } = metadata
  if (typeof message === 'number' && (copiedFrom === null || typeof copiedFrom === 'string')) {
    return { kind: 'message', message, copiedFrom }
  }
  if (typeof eventId !== 'string' || !Array.isArray(messages)) return null
  const [first, last] = messages as readonly JsonValue[]
  if (typeof first !== 'number' || typeof last !== 'number') return null
  return { kind: 'summary', eventId, first, last }
}

function isJsonObject(value: JsonValue): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
