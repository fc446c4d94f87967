import type { CompileRecordRow, JsonObject, JsonValue } from '@tract/schema'
import { DamagedRecordError } from '../errors.js'

/** One message as a compile record names it. */
export interface RecordEntry {
  readonly commit: string
  /** The hash of the payload that gave the text. */
  readonly content: string
  /** The edit that gave the text, or `null`. */
  readonly edit: string | null
  readonly role: string
  readonly tokens: number
}

/**
 * The messages that a record keeps; `null` where its writer kept none.
 *
 * @throws {@link DamagedRecordError} where it keeps something else under that name
 */
export function entriesOf({ recordId, paramsJson }: CompileRecordRow): readonly RecordEntry[] | null {
  if (!isObject(paramsJson) || paramsJson.entries === undefined) return null
  const { entries } = paramsJson
  if (!Array.isArray(entries)) throw new DamagedRecordError(recordId, typeof entries, 'a list of entries')
  return (entries as readonly JsonValue[]).map((entry, index) => {
    if (!isEntry(entry)) {
      throw new DamagedRecordError(recordId, `entries[${index}] of another shape`, 'a commit and its content')
    }
    const { commit, content, edit, role, tokens } = entry
    return { commit, content, edit: edit ?? null, role, tokens: Number(tokens ?? 0) }
  })
}

/** The digest that a record keeps; `null` where its writer kept none. */
export function digestIn({ paramsJson }: CompileRecordRow): string | null {
  if (!isObject(paramsJson)) return null
  return typeof paramsJson.context_digest === 'string' ? paramsJson.context_digest : null
}

function isObject(value: JsonValue): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isEntry(entry: JsonValue): entry is JsonObject & {
  readonly commit: string
  readonly content: string
  readonly edit: string | null | undefined
  readonly role: string
} {
  return (
    isObject(entry) &&
    typeof entry.commit === 'string' &&
    typeof entry.content === 'string' &&
    typeof entry.role === 'string' &&
    (entry.edit === undefined || entry.edit === null || typeof entry.edit === 'string')
  )
}
