/** A conversation as the program works with it: the OpenAI chat format, checked, with its optional parts filled in. */
export interface Conversation {
  readonly id: string
  readonly messages: readonly ChatMessage[]
}

export interface ChatMessage {
  readonly role: ChatRole
  /** The text; empty where an assistant only calls tools. */
  readonly content: string
  readonly name: string | null
  readonly toolCalls: readonly ToolCall[]
  /** The call that a tool's message answers. */
  readonly toolCallId: string | null
}

export const CHAT_ROLES = ['system', 'user', 'assistant', 'tool'] as const
export type ChatRole = (typeof CHAT_ROLES)[number]

export interface ToolCall {
  readonly id: string
  readonly name: string
  /** JSON text as the model wrote it, which need not be valid. */
  readonly arguments: string
}
