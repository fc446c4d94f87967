import { createHash, randomUUID } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'
import { RefConflictError, type Repositories, type Store } from '@tract/repositories'
import { contentHash } from '@tract/schema'
import type { ChatMessage, Conversation } from './chat.js'
import { compress } from './compression.js'
import { readContext, recordParams } from './context.js'
import { Failure } from './failure.js'
import { addCommit, moveMain } from './history.js'
import { originOf } from './origin.js'
import { payloadsOf } from './payload.js'
import { TOKEN_SOURCE } from './tokens.js'

/** What recording one conversation did. */
export interface Recorded {
  readonly tractId: string
  /** How many of its messages the file held before. */
  readonly found: number
  /** How many it was given now. */
  readonly added: number
}

/** Plays conversations into a store, a message at a time, as an agent's own loop would. */
export class Recorder {
  readonly #store: Store
  readonly #budget: number
  readonly #signal: AbortSignal
  readonly #onMessage: () => void

  /**
   * @param signal ends the recording between two messages; what was recorded by then is whole
   * @param onMessage called behind each message that was recorded
   */
  constructor(store: Store, budget: number, signal: AbortSignal, onMessage: () => void) {
    this.#store = store
    this.#budget = budget
    this.#signal = signal
    this.#onMessage = onMessage
  }

  /**
   * Records what the store does not hold yet of a conversation.
   *
   * @throws {@link Failure} where it holds another conversation by that id
   * @throws {@link RefConflictError} where somebody else writes into the same tract meanwhile
   */
  async record(conversation: Conversation): Promise<Recorded> {
    const tractId = tractIdOf(conversation.id)
    // Read before what is recorded: whatever somebody adds from here on makes the next move of `main` fail.
    let head = await this.#store.refs.getHead(tractId)
    const found = await this.#findRecorded(tractId, conversation)
    const toolNames = new Map<string, string>()
    let added = 0
    for (const [index, message] of conversation.messages.entries()) {
      for (const call of message.toolCalls) toolNames.set(call.id, call.name)
      if (index < found) continue
      // SQLite answers without the event loop, so that nothing else (Ctrl-C, say) would get its turn by itself.
      await setImmediate()
      if (this.#signal.aborted) break
      if (message.role === 'assistant') {
        head = await this.#beforeModelCall(tractId, head, found > 0 && added === 0)
      }
      head = await this.#append(tractId, head, message, index + 1, toolNames)
      added += 1
      this.#onMessage()
    }
    return { tractId, found, added }
  }

  /** Everything that a real agent does between "the user has spoken" and "ask the model". */
  async #beforeModelCall(tractId: string, head: string | null, resuming: boolean): Promise<string | null> {
    let context = await readContext(this.#store, tractId)
    if (context.headHash !== head) throw new RefConflictError(tractId, 'HEAD', head, context.headHash)
    if (context.tokens > this.#budget && (await compress(this.#store, tractId, context, this.#budget))) {
      context = await readContext(this.#store, tractId)
    }
    const { headHash } = context
    // The run before may have been interrupted right behind the record of this very call.
    if (resuming && (await this.#store.compileRecords.getAll(tractId)).at(-1)?.headHash === headHash)
      return headHash
    await this.#store.compileRecords.saveRecordWithEffectives({
      recordId: randomUUID().replaceAll('-', ''),
      tractId,
      headHash: headHash ?? '',
      tokenCount: context.tokens,
      tokenSource: TOKEN_SOURCE,
      paramsJson: recordParams(context.entries),
      effectives: context.entries.map((entry) => entry.commit.commitHash),
    })
    return headHash
  }

  /** One message is one transaction: its payloads, its commits and the move of `main`, all or nothing. */
  async #append(
    tractId: string,
    from: string | null,
    message: ChatMessage,
    number: number,
    toolNames: ReadonlyMap<string, string>,
  ): Promise<string | null> {
    return this.#store.transaction(async (tx) => {
      let head = from
      for (const payload of payloadsOf(message, toolNames)) {
        const origin = { kind: 'message', message: number, copiedFrom: null } as const
        head = await addCommit(tx, { tractId, parentHash: head, payload, origin })
      }
      if (head !== null) await moveMain(tx, tractId, from, head)
      return head
    })
  }

  /** How many of the conversation's messages the store holds, each compared by its content's hash. */
  async #findRecorded(tractId: string, conversation: Conversation): Promise<number> {
    const recorded = await originals(this.#store, tractId)
    const toolNames = new Map<string, string>()
    for (const [index, message] of conversation.messages.entries()) {
      for (const call of message.toolCalls) toolNames.set(call.id, call.name)
      const there = recorded.get(index + 1)
      if (there === undefined) break
      const expected = payloadsOf(message, toolNames).map((payload) => contentHash(payload))
      if (there.join() !== expected.join()) throw differs(conversation.id, index + 1)
    }
    const excess = conversation.messages.length + 1
    if (recorded.size >= excess) throw differs(conversation.id, excess)
    return recorded.size
  }
}

/** Conversation ids are tract ids as they are; one that is too long for that, or holds NUL, by its hash. */
function tractIdOf(conversationId: string): string {
  if ([...conversationId].length <= 64 && !conversationId.includes('\0')) return conversationId
  return createHash('sha256').update(conversationId).digest('hex').slice(0, 32)
}

/** The content hashes of each message as it was first recorded, by the message's number. */
async function originals(repositories: Repositories, tractId: string): Promise<Map<number, string[]>> {
  const hashes = new Map<number, string[]>()
  for (const commit of await repositories.commits.getAll(tractId)) {
    const origin = originOf(commit)
    if (origin === null) throw differs(tractId, 1)
    if (origin.kind !== 'message' || origin.copiedFrom !== null) continue
    hashes.set(origin.message, [...(hashes.get(origin.message) ?? []), commit.contentHash])
  }
  return hashes
}

function differs(id: string, message: number): Failure {
  return new Failure(
    `conversation ${JSON.stringify(id)} is in the database with other content from message ${message} on; choose another --db`,
  )
}
