import type { ContextEntry } from '@tract/history'
import { messageNumber } from './payload.js'
import { tokensOf } from './tokens.js'

/**
 * A summary of messages by a plain function: the beginnings of those that seem to tell most, in their order. It stands in
 * for the model that a real application asks.
 *
 * @param heading the first line, which says what is summarised
 * @param limit the most tokens the summary may hold
 */
export function summarise(entries: readonly ContextEntry[], heading: string, limit: number): string {
  // The lines of an earlier summary compete once more, so that what mattered least fades.
  const lines = entries.flatMap(({ commit, text }) =>
    messageNumber(commit) === null ? text.split('\n').slice(1) : [commit.message ?? text],
  )
  const scores = lines.map(scoreOf)
  const best = [...lines.keys()].sort((one, other) => (scores[other] ?? 0) - (scores[one] ?? 0))
  const chosen = new Set<number>()
  let tokens = tokensOf(heading)
  for (const index of best) {
    const more = tokensOf(lines[index] ?? '') + 1
    if (tokens + more > limit) continue
    tokens += more
    chosen.add(index)
  }
  return [heading, ...lines.filter((_, index) => chosen.has(index))].join('\n')
}

/** Numbers and names carry facts, and what a user says is the reason for the rest. */
function scoreOf(line: string): number {
  const facts = line.match(/\p{N}+|(?<=\s)\p{Lu}[\p{L}_]+/gu)?.length ?? 0
  return Math.min(facts, 6) + (/^#\d+ user:/.test(line) ? 3 : 0)
}
