import { type Render, renderMessages } from '@tract/history'
import type { JsonObject } from '@tract/schema'
import { messageIn } from './payload.js'

/** The context in the OpenAI chat format, as it is sent: the calls of one message together, and each result with its call. */
export const renderChat: Render = (entries) => {
  const messages: JsonObject[] = []
  let open: number | null = null
  for (const entry of entries) {
    const { number, payload } = messageIn(entry) ?? { number: null, payload: null }
    if (payload?.content_type !== 'tool_io') messages.push(...renderMessages([entry]))
    else if (payload.direction === 'result') {
      const { tool_call_id, content } = payload.payload
      messages.push({ role: 'tool', tool_call_id, name: payload.tool_name, content })
    } else {
      const { id, arguments: given } = payload.payload
      const call = { id, type: 'function', function: { name: payload.tool_name, arguments: given } }
      const before = number === open ? messages.pop() : undefined
      const calls = Array.isArray(before?.tool_calls) ? before.tool_calls : []
      messages.push({ role: 'assistant', content: null, ...before, tool_calls: [...calls, call] })
    }
    open = number
  }
  return messages
}
