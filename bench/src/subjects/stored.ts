import { type JsonValue, jsonCodec, type Timestamp } from '@tract/schema'

/**
 * Time and JSON as someone decodes them by hand who trusts the file: the store's codecs give the same values and also
 * refuse what is damaged.
 */
export function readTime(stored: string): Timestamp {
  return `${stored.slice(0, 10)}T${stored.slice(11)}Z` as Timestamp
}

export function writeTime(time: Timestamp): string {
  return `${time.slice(0, 10)} ${time.slice(11, 26)}`
}

export function readJson(stored: string | null): JsonValue {
  return stored === null ? null : (JSON.parse(stored) as JsonValue)
}

/** Python's separators and escapes, which the format asks for, are no work that anybody could leave out. */
export function writeJson(value: JsonValue): string | null {
  return jsonCodec.to(value)
}
