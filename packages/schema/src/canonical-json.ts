import type { JsonObject, JsonValue } from './json.js'
import { endOfString } from './json-string.js'
import { CANONICAL_LAYOUT, PAYLOAD_LAYOUT, writeJson } from './json-writer.js'

/**
 * The text that hashes cover: keys sorted by code point at every level, no white space, raw Unicode.
 *
 * @throws {@link InvalidValueError} for what JSON cannot hold exactly
 */
export function canonicalJson(value: JsonValue): string {
  return writeJson(value, CANONICAL_LAYOUT)
}

/**
 * The text of a payload as `blobs.payload_json` holds it: the canonical form with `", "` and `": "` between its parts.
 *
 * @throws {@link InvalidValueError} for what JSON cannot hold exactly
 */
export function payloadJson(payload: JsonObject): string {
  return writeJson(payload, PAYLOAD_LAYOUT)
}

/**
 * The canonical form of stored text: its white space outside of strings taken out and nothing else touched, so that
 * number texts of another writer (`1.0`, `1e-07`) keep their hash.
 *
 * @throws {@link UnreadableValueError} where a string does not end
 */
export function canonicalOfStored(text: string): string {
  let canonical = ''
  let position = 0
  while (position < text.length) {
    const quote = text.indexOf('"', position)
    if (quote === -1) return canonical + text.slice(position).replace(WHITE_SPACE, '')
    const end = endOfString(text, quote)
    canonical += text.slice(position, quote).replace(WHITE_SPACE, '') + text.slice(quote, end)
    position = end
  }
  return canonical
}

const WHITE_SPACE = /[ \t\n\r]+/g
