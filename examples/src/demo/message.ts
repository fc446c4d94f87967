import { CHAT_ROLES, type ChatMessage, type ChatRole, type ToolCall } from './chat.js'
import { Failure } from './failure.js'

/** More text than any model takes at once; counting its tokens takes seconds. */
const LARGEST_MESSAGE_MIB = 4

/**
 * A message of the OpenAI chat format, checked.
 *
 * @param place where it stands, for the error
 * @throws {@link Failure} for what could not be recorded as it is
 */
export function checkMessage(value: unknown, place: string): ChatMessage {
  if (!isObject(value)) throw fail(place, value, 'an object')
  const role = CHAT_ROLES.find((known) => known === value.role)
  if (role === undefined) {
    throw value.role === undefined
      ? new Failure(`${place} has no role`)
      : fail(`${place}: "role"`, value.role, CHAT_ROLES.join(', '))
  }
  if (value.function_call !== undefined && value.function_call !== null) {
    throw new Failure(`${place}: "function_call" is the form before "tool_calls", which is expected`)
  }
  const message: ChatMessage = {
    role,
    content: contentOf(value.content, `${place}: "content"`),
    name: optionalText(value.name, `${place}: "name"`),
    toolCalls: toolCallsOf(value.tool_calls, role, place),
    toolCallId: optionalText(value.tool_call_id, `${place}: "tool_call_id"`),
  }
  const bytes = message.toolCalls.reduce(
    (sum, call) => sum + Buffer.byteLength(call.arguments),
    Buffer.byteLength(message.content),
  )
  if (bytes > LARGEST_MESSAGE_MIB << 20) {
    const found = (bytes / (1 << 20)).toFixed(1)
    throw new Failure(`${place} holds ${found} MiB, the limit is ${LARGEST_MESSAGE_MIB} MiB`)
  }
  return message
}

/** Content is text, absent, or a list of parts; a part that is not text stands as its kind in brackets. */
function contentOf(value: unknown, place: string): string {
  if (value === undefined || value === null) return ''
  if (typeof value === 'string') return wellFormed(value, place)
  if (!Array.isArray(value)) throw fail(place, value, 'text, null or a list of parts')
  return value.map((part, index) => partOf(part, `${place}, part ${index + 1}`)).join('\n')
}

function partOf(part: unknown, place: string): string {
  if (typeof part === 'string') return wellFormed(part, place)
  if (!isObject(part) || typeof part.type !== 'string') throw fail(place, part, 'an object with a "type"')
  const text = part.text ?? part.refusal
  return wellFormed(typeof text === 'string' ? text : `[${part.type}]`, place)
}

function toolCallsOf(value: unknown, role: ChatRole, place: string): readonly ToolCall[] {
  if (value === undefined || value === null) return []
  if (!Array.isArray(value)) throw fail(`${place}: "tool_calls"`, value, 'a list')
  if (value.length > 0 && role !== 'assistant') throw new Failure(`${place}: a ${role} cannot call tools`)
  return value.map((call, index) => {
    const callPlace = `${place}: tool call ${index + 1}`
    const called = isObject(call) ? call.function : undefined
    if (!isObject(call) || !isObject(called)) throw fail(callPlace, call, 'an object with a "function"')
    return {
      id: requiredText(call.id, `${callPlace}: "id"`),
      name: requiredText(called.name, `${callPlace}: "name"`),
      arguments: requiredText(called.arguments, `${callPlace}: "arguments"`),
    }
  })
}

function requiredText(value: unknown, place: string): string {
  if (typeof value === 'string') return wellFormed(value, place)
  throw fail(place, value, 'text')
}

function optionalText(value: unknown, place: string): string | null {
  return value === undefined || value === null ? null : requiredText(value, place)
}

/** Half of a surrogate pair has no UTF-8 form, so no file can hold it. */
function wellFormed(text: string, place: string): string {
  if (text.isWellFormed()) return text
  throw new Failure(`${place} holds half a surrogate pair, which no UTF-8 file can keep`)
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** One line saying what was found where, and what was expected. */
export function fail(place: string, found: unknown, expected: string): Failure {
  return new Failure(`${place}: found ${kindOf(found)}, expected ${expected}`)
}

function kindOf(value: unknown): string {
  if (value === undefined) return 'nothing'
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object') return 'an object'
  const text = JSON.stringify(value)
  return text.length > 40 ? `${typeof value} of ${text.length} characters` : text
}
