import type { ChatMessage } from './chat.js'
import { tokensOf } from './tokens.js'

/** The payloads that this program writes, of the kinds that every reader of the format knows. */
export type Payload = InstructionPayload | DialoguePayload | ToolCallPayload | ToolResultPayload

export type InstructionPayload = {
  readonly content_type: 'instruction'
  readonly text: string
}

export type DialoguePayload = {
  readonly content_type: 'dialogue'
  readonly role: 'user' | 'assistant'
  readonly text: string
  readonly name: string | null
}

export type ToolCallPayload = {
  readonly content_type: 'tool_io'
  readonly direction: 'call'
  readonly tool_name: string
  readonly payload: { readonly id: string; readonly arguments: string }
  readonly status: null
}

export type ToolResultPayload = {
  readonly content_type: 'tool_io'
  readonly direction: 'result'
  readonly tool_name: string
  readonly payload: { readonly tool_call_id: string | null; readonly content: string }
  readonly status: null
}

/**
 * A message as the payloads of its commits. Most messages are one; an assistant's that calls tools is its text, where
 * it has any, and one for each call, so that a call can be found, counted and answered by itself.
 *
 * @param toolNames the tools by the ids of the calls so far: many logs name the tool in the call only
 */
export function payloadsOf(message: ChatMessage, toolNames: ReadonlyMap<string, string>): readonly Payload[] {
  const { role, content: text, name, toolCalls, toolCallId } = message
  if (role === 'system') return [{ content_type: 'instruction', text }]
  if (role === 'tool') {
    const toolName = name ?? toolNames.get(toolCallId ?? '') ?? 'unknown'
    const payload = { tool_call_id: toolCallId, content: text }
    return [{ content_type: 'tool_io', direction: 'result', tool_name: toolName, payload, status: null }]
  }
  const spoken: Payload[] =
    text === '' && toolCalls.length > 0 ? [] : [{ content_type: 'dialogue', role, text, name }]
  const calls = toolCalls.map(
    (call): Payload => ({
      content_type: 'tool_io',
      direction: 'call',
      tool_name: call.name,
      payload: { id: call.id, arguments: call.arguments },
      status: null,
    }),
  )
  return [...spoken, ...calls]
}

/** The text in a payload that a model reads. */
export function textOf(payload: Payload): string {
  if (payload.content_type !== 'tool_io') return payload.text
  return payload.direction === 'call'
    ? `${payload.tool_name}(${payload.payload.arguments})`
    : payload.payload.content
}

/** The tokens of what a model reads; the few that frame each message are the model's own affair. */
export function payloadTokens(payload: Payload): number {
  return tokensOf(textOf(payload))
}

/** The role that the format gives a payload in a context. */
export function roleOf(payload: Payload): 'system' | 'user' | 'assistant' | 'tool' {
  if (payload.content_type === 'instruction') return 'system'
  return payload.content_type === 'tool_io' ? 'tool' : payload.role
}
