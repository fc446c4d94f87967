import type { RenderedEntry } from '@tract/history'
import type { CommitRow } from '@tract/schema'
import type { ChatMessage } from './chat.js'
import { clip } from './text.js'

/** The payloads that this program writes, of the kinds that every reader of the format knows. */
export type Payload = InstructionPayload | DialoguePayload | ToolPayload

type InstructionPayload = { readonly content_type: 'instruction'; readonly text: string }

type DialoguePayload = {
  readonly content_type: 'dialogue'
  readonly role: 'user' | 'assistant'
  readonly text: string
  readonly name: string | null
}

type ToolPayload = { readonly content_type: 'tool_io'; readonly tool_name: string; readonly status: null } & (
  | { readonly direction: 'call'; readonly payload: { readonly id: string; readonly arguments: string } }
  | {
      readonly direction: 'result'
      readonly payload: { readonly tool_call_id: string | null; readonly content: string }
    }
)

/**
 * The payloads of each message of a conversation. Most messages are one; an assistant's that calls tools is its text,
 * where it has any, and one for each call, so that a call can be found, counted and answered by itself.
 */
export function payloadsOf(messages: readonly ChatMessage[]): readonly (readonly Payload[])[] {
  // Many logs name the tool in the call only.
  const toolNames = new Map<string | null, string>()
  return messages.map(({ role, content: text, name, toolCalls, toolCallId }) => {
    if (role === 'system') return [{ content_type: 'instruction', text }]
    if (role === 'tool') {
      const toolName = name ?? toolNames.get(toolCallId) ?? 'unknown'
      const payload = { tool_call_id: toolCallId, content: text }
      return [{ content_type: 'tool_io', direction: 'result', tool_name: toolName, payload, status: null }]
    }
    const calls = toolCalls.map((call): Payload => {
      toolNames.set(call.id, call.name)
      const payload = { id: call.id, arguments: call.arguments }
      return { content_type: 'tool_io', direction: 'call', tool_name: call.name, payload, status: null }
    })
    if (text === '' && calls.length > 0) return calls
    return [{ content_type: 'dialogue', role, text, name }, ...calls]
  })
}

/** The text in a payload that a model reads. */
export function textOf(payload: Payload): string {
  if (payload.content_type !== 'tool_io') return payload.text
  return payload.direction === 'call'
    ? `${payload.tool_name}(${payload.payload.arguments})`
    : payload.payload.content
}

/** One line that tells a person which message a commit holds. */
export function subjectOf(message: number, payload: Payload): string {
  return clip(`#${message} ${speakerOf(payload)}: ${textOf(payload)}`, 96)
}

function speakerOf(payload: Payload): string {
  if (payload.content_type === 'instruction') return 'system'
  if (payload.content_type === 'dialogue') return payload.role
  return payload.direction === 'call' ? 'assistant' : payload.tool_name
}

/** The payload of a message that this program recorded; `null` for a summary, and for what another program wrote. */
export function messageIn({
  commit,
  payloadJson,
}: RenderedEntry): { number: number; payload: Payload } | null {
  const number = messageNumber(commit)
  return number === null ? null : { number, payload: JSON.parse(payloadJson) as Payload }
}

/** The number of a message in its conversation, from 1, as the commit's metadata says; copies keep it. */
export function messageNumber({ metadataJson }: CommitRow): number | null {
  if (typeof metadataJson !== 'object' || metadataJson === null || !('message' in metadataJson)) return null
  return typeof metadataJson.message === 'number' ? metadataJson.message : null
}
