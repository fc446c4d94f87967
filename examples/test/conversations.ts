import { expect } from 'vitest'
import type { ChatMessage, Conversation } from '../src/demo/chat.js'
import { checkMessage } from '../src/demo/message.js'
import { readJsonl, SAMPLE } from './run-demo.js'
import { expectedDigest, type WrittenContext } from './written-contexts.js'

/** The sample conversations as the program reads them. */
export function sampleConversations(): Conversation[] {
  return conversationsIn(SAMPLE)
}

/** The conversations of a file as the program reads them. */
export function conversationsIn(file: string): Conversation[] {
  return readJsonl(file).map(({ id, conversation_id = '', messages }) => ({
    id: id ?? conversation_id,
    messages: messages.map((message) => checkMessage(message, file)),
  }))
}

export function aConversation(
  messages: readonly (Partial<ChatMessage> & Pick<ChatMessage, 'role'>)[],
): Conversation {
  const rest = { content: '', name: null, toolCalls: [], toolCallId: null }
  return { id: 'talk', messages: messages.map((message) => ({ ...rest, ...message })) }
}

/**
 * Fails unless there is a context for each of the assistant's messages, each has the digest of what was sent, and each
 * holds every message up to there: word for word or behind a summary, and system messages word for word.
 */
export function expectWhole(conversation: Conversation, written: readonly WrittenContext[] = []): void {
  const { messages } = conversation
  const answers = [...messages.keys()].filter((index) => messages[index]?.role === 'assistant')
  expect(written).toHaveLength(answers.length)
  for (const [turn, context] of written.entries()) {
    const place = `turn ${turn + 1} of ${conversation.id}`
    expect(context.digest, place).toBe(expectedDigest(conversation, context))
    const verbatim = context.parts.flatMap(({ message }) => message ?? [])
    for (const number of context.summarised) {
      expect(verbatim, place).not.toContain(number)
      expect(messages[number - 1]?.role, place).not.toBe('system')
    }
    const shown = [...new Set([...verbatim, ...context.summarised])].sort((one, other) => one - other)
    expect(shown, place).toEqual(Array.from({ length: answers[turn] ?? 0 }, (_, index) => index + 1))
  }
}
