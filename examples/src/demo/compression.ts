import { randomUUID } from 'node:crypto'
import type { Store } from '@tract/repositories'
import type { Context, ContextEntry } from './context.js'
import { addCommit, copyCommit, moveMain } from './history.js'
import { type Payload, payloadTokens } from './payload.js'
import { summarise } from './summary.js'

/** A context divided for compression. */
interface Division {
  /** Stays word for word. */
  readonly pinned: readonly ContextEntry[]
  /** The oldest turns, with the summary of those before them where there is one. */
  readonly sources: readonly ContextEntry[]
  /** The newest turns, which stay as they are. */
  readonly kept: readonly ContextEntry[]
}

/** Parts of the room beside what is pinned: for the turns that stay, and for the summary of the others. */
const KEPT_SHARE = 0.45
const SUMMARY_SHARE = 0.2
const SMALLEST_SUMMARY = 60

/**
 * Replaces the oldest turns of a context by a summary, as one transaction. History is not rewritten: the old commits
 * stay, and a new chain is laid beside them (what is pinned, the summary, copies of the turns that stay) to which `main`
 * moves. An operation event says which commits became which.
 *
 * @returns whether there was anything to gain
 */
export async function compress(
  store: Store,
  tractId: string,
  context: Context,
  budget: number,
): Promise<boolean> {
  const { pinned, sources, kept } = divide(context.entries, budget)
  if (sources.length === 0) return false
  const room = budget - tokensIn(pinned)
  const limit = Math.max(SMALLEST_SUMMARY, Math.floor(room * SUMMARY_SHARE))
  const [first, last] = rangeOf(sources)
  const heading = `Summary of messages ${first} to ${last}, in extracts:`
  const payload: Payload = {
    content_type: 'dialogue',
    role: 'assistant',
    text: summarise(sources, heading, limit),
    name: null,
  }
  const originalTokens = tokensIn(sources)
  const compressedTokens = payloadTokens(payload)
  if (compressedTokens >= originalTokens) return false

  const eventId = randomUUID().replaceAll('-', '')
  await store.transaction(async (tx) => {
    let head: string | null = null
    for (const [index, entry] of pinned.entries()) {
      // The pinned commits that the chain began with are its beginning still; one from further on needs a new parent.
      head = entry === context.entries[index] ? entry.commit.commitHash : await copyCommit(tx, entry, head)
    }
    const origin = { kind: 'summary', eventId, first, last } as const
    const summaryHash = await addCommit(tx, { tractId, parentHash: head, payload, origin })
    head = summaryHash
    for (const entry of kept) head = await copyCommit(tx, entry, head)
    await tx.operationEvents.saveEventWithCommits({
      eventId,
      tractId,
      eventType: 'compress',
      branchName: 'main',
      originalTokens,
      compressedTokens,
      paramsJson: {
        target_tokens: limit,
        instructions: 'the sentences that tell most (extractive, no model)',
      },
      sources: sources.map((entry) => entry.commit.commitHash),
      results: [summaryHash],
    })
    await moveMain(tx, tractId, context.headHash, head)
  })
  return true
}

function divide(entries: readonly ContextEntry[], budget: number): Division {
  const pinned = entries.filter((entry) => entry.pinned)
  const turns = turnsOf(entries.filter((entry) => !entry.pinned))
  const room = Math.max(0, budget - tokensIn(pinned)) * KEPT_SHARE
  // The newest turn stays whatever its size: the model is about to answer it.
  let kept = turns.pop() ?? []
  for (let turn = turns.pop(); turn !== undefined; turn = turns.pop()) {
    if (tokensIn(kept) + tokensIn(turn) > room) return { pinned, sources: [...turns.flat(), ...turn], kept }
    kept = [...turn, ...kept]
  }
  return { pinned, sources: [], kept }
}

/** Divides a context so that no part can be shown without the other: tool calls and their results stay together. */
function turnsOf(entries: readonly ContextEntry[]): ContextEntry[][] {
  const turns: ContextEntry[][] = []
  for (const entry of entries) {
    const open = turns.at(-1)
    const before = open?.at(-1)
    const goesOn = isToolResult(entry.payload) || (before !== undefined && sameMessage(before, entry))
    if (open !== undefined && goesOn) open.push(entry)
    else turns.push([entry])
  }
  return turns
}

function isToolResult(payload: Payload): boolean {
  return payload.content_type === 'tool_io' && payload.direction === 'result'
}

function sameMessage({ origin: one }: ContextEntry, { origin: other }: ContextEntry): boolean {
  return one.kind === 'message' && other.kind === 'message' && one.message === other.message
}

function tokensIn(entries: readonly ContextEntry[]): number {
  return entries.reduce((sum, entry) => sum + entry.commit.tokenCount, 0)
}

/** The numbers of the first and last message that these entries stand for. */
function rangeOf(entries: readonly ContextEntry[]): readonly [first: number, last: number] {
  const firsts = entries.map(({ origin }) => (origin.kind === 'message' ? origin.message : origin.first))
  const lasts = entries.map(({ origin }) => (origin.kind === 'message' ? origin.message : origin.last))
  return [Math.min(...firsts), Math.max(...lasts)]
}
