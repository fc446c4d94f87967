import { InvalidInputError } from '@tract/repositories'
import { contentHashOfStored, type JsonObject, UnreadableValueError } from '@tract/schema'
import { checkObject, describe, readingInput } from './input.js'
import { endOfString, membersOf, textMember } from './members.js'

/** Who speaks, as chat models name it; a dialogue has the role that its payload gives. */
export type Role = 'system' | 'user' | 'assistant' | 'tool' | (string & {})

/** The fields that a payload of each type may leave out, and that then hold `null`: hashes cover them. */
const OPTIONAL_FIELDS: ReadonlyMap<string, readonly string[]> = new Map([
  ['dialogue', ['name']],
  ['tool_io', ['status']],
  ['artifact', ['language']],
  ['output', ['format']],
])

const ROLES: ReadonlyMap<string, Role> = new Map([
  ['instruction', 'system'],
  ['session', 'system'],
  ['tool_io', 'tool'],
])

/**
 * A payload as it is stored: with its type and its absent optional fields.
 *
 * @throws {@link InvalidInputError} where it is no object, has no type or another than was said, or says nothing
 */
export function completePayload(payload: JsonObject, contentType?: string): JsonObject {
  checkObject('payload', payload)
  // Of one reading: what was checked is what is written.
  const said: JsonObject = readingInput('payload', () => ({ ...payload }))
  const type = said.content_type ?? contentType
  if (typeof type !== 'string' || type === '') {
    throw new InvalidInputError('payload.content_type', describe(type), 'the type of the payload')
  }
  if (contentType !== undefined && contentType !== type) {
    throw new InvalidInputError('contentType', contentType, `${type}, which the payload says`)
  }
  const complete: Record<string, JsonObject[string]> = { ...said, content_type: type }
  checkSpoken(type, said)
  for (const field of OPTIONAL_FIELDS.get(type) ?? []) complete[field] ??= null
  return complete
}

/** The field of a payload of each type that a model reads, where without it nothing would be said; `text` in most. */
const SPOKEN_FIELDS: ReadonlyMap<string, string> = new Map([
  ['dialogue', 'text'],
  ['artifact', 'content'],
  ['tool_io', 'payload'],
])

/** @throws {@link InvalidInputError} where a misspelt field would leave a message empty */
function checkSpoken(type: string, payload: JsonObject): void {
  const field = SPOKEN_FIELDS.get(type)
  if (field === undefined) return
  const value = payload[field]
  if (value === undefined || (type !== 'tool_io' && typeof value !== 'string')) {
    throw new InvalidInputError(`payload.${field}`, describe(value), `what the ${type} says`)
  }
}

/** What a stored payload says to a model. */
export interface Spoken {
  readonly role: Role
  readonly text: string
  /** The speaker of a dialogue or the tool; `null` where none is named. */
  readonly name: string | null
}

/**
 * Reads a stored payload without parsing its numbers: a structured payload speaks as its own stored text, so that two
 * stores which hold the same bytes say the same.
 *
 * @param commitType the type that the commit notes, for a payload that does not name its own
 */
export function spokenOf(commitType: string, payloadJson: string): Spoken {
  const members = membersOf(payloadJson)
  const contentType = textMember(members, 'content_type') ?? commitType
  const role = ROLES.get(contentType) ?? 'assistant'
  switch (contentType) {
    case 'dialogue':
      return {
        role: textMember(members, 'role') ?? role,
        text: textMember(members, 'text') ?? '',
        name: textMember(members, 'name'),
      }
    case 'tool_io':
      return { role, text: members.get('payload') ?? '', name: textMember(members, 'tool_name') }
    case 'artifact':
      return { role, text: textMember(members, 'content') ?? '', name: null }
    case 'freeform':
      return { role, text: members.get('payload') ?? payloadJson, name: null }
    default:
      return { role, text: textMember(members, 'text') ?? payloadJson, name: null }
  }
}

/** Whether stored text is the payload that a hash names; text that is no JSON is none. */
export function isPayloadOf(contentHash: string, payloadJson: string): boolean {
  try {
    return contentHashOfStored(payloadJson) === contentHash
  } catch (error) {
    if (error instanceof UnreadableValueError) return false
    throw error
  }
}

const OTHER_LAYOUT = /[\t\n\r]|(?<![,:]) |[,:](?! )/

/** Whether stored text has a blank behind each comma and colon and no other white space between its parts. */
export function isLaidOut(payloadJson: string): boolean {
  return !OTHER_LAYOUT.test(withoutStrings(payloadJson))
}

/** The text with every string empty. Not by a regular expression, which a long string makes run out of stack. */
function withoutStrings(json: string): string {
  const parts: string[] = []
  let position = 0
  for (let quote = json.indexOf('"'); quote !== -1; quote = json.indexOf('"', position)) {
    parts.push(json.slice(position, quote), '""')
    position = endOfString(json, quote)
  }
  return parts.join('') + json.slice(position)
}
