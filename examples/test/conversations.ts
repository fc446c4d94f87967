import type { ChatMessage, Conversation } from '../src/demo/chat.js'
import { checkMessage } from '../src/demo/message.js'
import { readJsonl, SAMPLE } from './run-demo.js'

/** The sample conversations as the program reads them. */
export function sampleConversations(): Conversation[] {
  return readJsonl(SAMPLE).map(({ id, messages }) => ({
    id,
    messages: messages.map((message) => checkMessage(message, id)),
  }))
}

export function aConversation(
  messages: readonly (Partial<ChatMessage> & Pick<ChatMessage, 'role'>)[],
): Conversation {
  const rest = { content: '', name: null, toolCalls: [], toolCallId: null }
  return { id: 'talk', messages: messages.map((message) => ({ ...rest, ...message })) }
}
