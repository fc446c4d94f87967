import type { Context, ContextEntry, History } from '@tract/history'
import { messageIn, messageNumber } from './payload.js'
import { summarise } from './summary.js'
import { sumOf } from './text.js'
import { tokensOf } from './tokens.js'

/** Parts of the room beside what is pinned: for the turns that stay, and for the summary of the others. */
const KEPT_SHARE = 0.45
const SUMMARY_SHARE = 0.2
const SMALLEST_SUMMARY = 60

/**
 * Replaces the oldest turns of a context by a summary.
 *
 * @returns whether there was anything to gain
 */
export async function compressOldest(agent: History, context: Context, budget: number): Promise<boolean> {
  const open = context.entries.filter(({ priority }) => priority !== 'pinned')
  const room = Math.max(0, budget - context.tokens + tokensIn(open))
  const sources = oldest(open, room * KEPT_SHARE)
  const last = sources.map(({ commit }) => messageNumber(commit)).at(-1)
  if (last === undefined || last === null) return false
  const targetTokens = Math.max(SMALLEST_SUMMARY, Math.floor(room * SUMMARY_SHARE))
  const summary = summarise(sources, `The conversation up to message ${last}, in extracts:`, targetTokens)
  const tokens = tokensOf(summary)
  if (tokens >= tokensIn(sources)) return false
  await agent.compress({
    sources: sources.map(({ commit }) => commit.commitHash),
    ...{ summary, tokens, targetTokens },
    message: `summary up to message ${last}`,
    instructions: 'the beginnings that tell most (extractive, no model)',
  })
  return true
}

/** What is left when the newest turns are taken away that have room; the newest of all stays whatever its size. */
function oldest(entries: readonly ContextEntry[], room: number): readonly ContextEntry[] {
  const turns = turnsOf(entries)
  let kept = tokensIn(turns.pop() ?? [])
  for (let turn = turns.pop(); turn !== undefined; turn = turns.pop()) {
    kept += tokensIn(turn)
    if (kept > room) return [...turns.flat(), ...turn]
  }
  return []
}

/** Divides a context so that no part can be shown without the other: tool calls and their results stay together. */
function turnsOf(entries: readonly ContextEntry[]): ContextEntry[][] {
  const turns: ContextEntry[][] = []
  let before: number | null = null
  for (const entry of entries) {
    const { number, payload } = messageIn(entry) ?? { number: null, payload: null }
    const isResult = payload?.content_type === 'tool_io' && payload.direction === 'result'
    const open = turns.at(-1)
    if (open !== undefined && (isResult || (number !== null && number === before))) open.push(entry)
    else turns.push([entry])
    before = number
  }
  return turns
}

function tokensIn(entries: readonly ContextEntry[]): number {
  return sumOf(entries, ({ tokens }) => tokens)
}
