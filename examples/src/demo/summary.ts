import type { ContextEntry } from './context.js'
import { textOf } from './payload.js'
import { clip } from './text.js'
import { tokensOf } from './tokens.js'

/** A sentence that may go into the summary. */
interface Candidate {
  readonly line: string
  readonly score: number
}

const sentences = new Intl.Segmenter(undefined, { granularity: 'sentence' })

/** Nothing beyond this is looked at: what a long tool result is about stands at its beginning. */
const LOOKED_AT = 2000

/**
 * A summary of messages by a plain extractive function: the sentences that tell most, word for word, in their order.
 * It stands in for the model that a real application asks.
 *
 * @param heading the first line, which says what is summarised
 * @param limit the most tokens the summary may hold
 */
export function summarise(entries: readonly ContextEntry[], heading: string, limit: number): string {
  const candidates = entries.flatMap((entry) => candidatesOf(entry))
  const best = [...candidates.entries()].sort(
    ([here, one], [there, other]) => other.score - one.score || there - here,
  )
  const chosen = new Set<number>()
  let tokens = tokensOf(heading)
  for (const [index, { line }] of best) {
    const more = tokensOf(line) + 1
    if (tokens + more > limit) continue
    tokens += more
    chosen.add(index)
  }
  return [heading, ...candidates.filter((_, index) => chosen.has(index)).map(({ line }) => line)].join('\n')
}

function candidatesOf({ payload, origin }: ContextEntry): readonly Candidate[] {
  const text = textOf(payload).slice(0, LOOKED_AT).toWellFormed()
  // The lines of an earlier summary compete once more, without what being first or asking once gave them: so they fade.
  if (origin.kind === 'summary') {
    const lines = text.split('\n').slice(1)
    return lines.map((line) => ({ line, score: scoreOf(line.slice(line.indexOf(':') + 1)) }))
  }
  if (payload.content_type === 'tool_io') {
    const line =
      payload.direction === 'call'
        ? `- called ${clip(text, 120)}`
        : `- ${payload.tool_name}: ${clip(text, 140)}`
    return [{ line, score: payload.direction === 'call' ? 1 : 1.5 }]
  }
  const speaker = payload.content_type === 'dialogue' ? payload.role : 'system'
  const spoken = [...sentences.segment(text)]
    .map(({ segment }) => clip(segment, 180))
    .filter((said) => said.length > 3)
  return spoken.map((said, place) => ({
    line: `- ${speaker}: ${said}`,
    // What somebody says first, and what a user asks, is the reason for everything after it.
    score: scoreOf(said) * (1 + (place === 0 ? 0.5 : 0) + (speaker === 'user' ? 0.5 : 0)),
  }))
}

/** Numbers, names and conclusions carry facts; courtesies and very short sentences do not. */
function scoreOf(sentence: string): number {
  const numbers = sentence.match(/\p{N}+/gu)?.length ?? 0
  const names = sentence.match(/(?<=\s)[\p{Lu}][\p{L}\p{N}_]+|[`_#/]/gu)?.length ?? 0
  const length = Math.min(sentence.length / 80, 1)
  return Math.min(numbers, 3) * 0.4 + Math.min(names, 3) * 0.3 + length
}
