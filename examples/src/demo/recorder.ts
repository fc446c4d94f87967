import { createHash } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'
import { type History, type HistoryOptions, history, type TimelinePoint, timeline } from '@tract/history'
import { RefConflictError, type Store } from '@tract/repositories'
import { contentHash } from '@tract/schema'
import type { Conversation } from './chat.js'
import { renderChat } from './chat-format.js'
import { compressOldest } from './compression.js'
import { Failure } from './failure.js'
import { type Payload, payloadsOf, subjectOf, textOf } from './payload.js'
import { TOKEN_SOURCE, tokensOf } from './tokens.js'

/** What recording one conversation did. */
export interface Recorded {
  readonly tractId: string
  /** How many of its messages the file held before. */
  readonly found: number
  /** How many it was given now. */
  readonly added: number
}

/** How recording goes on, and ends. */
export interface RecordingOptions {
  /** The most tokens that a context may hold before its oldest turns are compressed. */
  readonly budget: number
  /** Ends the recording between two messages; what was recorded by then is whole. */
  readonly signal: AbortSignal
  /** Called behind each message that was recorded. */
  readonly onMessage: () => void
}

const SETTINGS: HistoryOptions = {
  countTokens: tokensOf,
  tokenSource: TOKEN_SOURCE,
  render: renderChat,
  onConflict: 'throw',
}

/**
 * Plays what a store does not hold yet of a conversation into it, a message at a time, as an agent's own loop would.
 *
 * @throws {@link Failure} where the store holds another conversation by that id
 * @throws {@link RefConflictError} where somebody else writes into the same tract meanwhile
 */
export async function recordConversation(
  store: Store,
  { id, messages }: Conversation,
  { budget, signal, onMessage }: RecordingOptions,
): Promise<Recorded> {
  const tractId = tractIdOf(id)
  const agent = history(store, tractId, SETTINGS)
  // Read before what is recorded: whatever somebody adds from here on makes the next write fail.
  let head = await agent.head()
  const points = await timeline(store, tractId)
  const payloads = payloadsOf(messages)
  const found = recordedOf(id, payloads, points)
  const lastSent = points.findLast(({ record }) => record !== null)?.record?.headHash
  let added = 0
  for (const [index, parts] of payloads.entries()) {
    if (index < found) continue
    // SQLite answers without the event loop, so that nothing else (Ctrl-C, say) would get its turn by itself.
    await setImmediate()
    if (signal.aborted) break
    // The run before may have been interrupted right behind the record of this very call.
    if (messages[index]?.role === 'assistant' && (head ?? '') !== lastSent)
      await beforeModelCall(agent, head, budget)
    head = await store.transaction(async () => {
      const message = index + 1
      let last = head
      for (const payload of parts) {
        const tokens = tokensOf(textOf(payload))
        const options = { message: subjectOf(message, payload), metadata: { message }, tokens }
        last = (await agent.commit(payload, options)).commitHash
      }
      return last
    })
    added += 1
    onMessage()
  }
  return { tractId, found, added }
}

/** Everything that a real agent does between "the user has spoken" and "ask the model". */
async function beforeModelCall(agent: History, head: string | null, budget: number): Promise<void> {
  let context = await agent.context()
  if (context.headHash !== head) throw new RefConflictError(agent.tractId, 'HEAD', head, context.headHash)
  if (context.tokens > budget && (await compressOldest(agent, context, budget))) {
    context = await agent.context()
  }
  await agent.recordCompile({ context })
}

/** How many of a conversation's messages a tract holds; what its events wrote is no message. */
function recordedOf(
  id: string,
  payloads: readonly (readonly Payload[])[],
  points: readonly TimelinePoint[],
): number {
  const recorded = points.flatMap(({ commit }) => commit?.contentHash ?? [])
  const planned = payloads.flatMap((parts, index) =>
    parts.map((payload) => ({ message: index + 1, payload })),
  )
  const other = recorded.findIndex((hash, index) => {
    const payload = planned[index]?.payload
    return payload === undefined || contentHash(payload) !== hash
  })
  const found = planned[recorded.length - 1]?.message ?? 0
  const next = planned[other === -1 ? recorded.length : other]?.message ?? payloads.length + 1
  if (other === -1 && next > found) return found
  throw new Failure(
    `conversation ${JSON.stringify(id)} is in the database with other content from message ${next} on; choose another --db`,
  )
}

/** Conversation ids are tract ids as they are; one that is too long for that, or holds NUL, by its hash. */
function tractIdOf(conversationId: string): string {
  if ([...conversationId].length <= 64 && !conversationId.includes('\0')) return conversationId
  return createHash('sha256').update(conversationId).digest('hex').slice(0, 32)
}
