import type { Times } from './measure.js'
import { CONTESTANTS, type ContestantName } from './race.js'
import { type Summary, summarize, summarizeRatios } from './statistics.js'

/** What was found for one operation on one file. */
export interface Answer {
  readonly name: string
  readonly title: string
  /** Commits in the file. */
  readonly size: number
  /** The greatest ratio to the limit that is good enough. */
  readonly target: number
  /** Time of one call, in nanoseconds. */
  readonly times: { readonly [Name in ContestantName]?: Summary }
  /** Ours against the limit, round by round. */
  readonly ratio: Summary
  /** Each peer against ours: how many times as long it takes. */
  readonly peers: { readonly [Name in ContestantName]?: Summary }
}

export function answerOf(question: Pick<Answer, 'name' | 'title' | 'size' | 'target'>, times: Times): Answer {
  const ours = times.get('tract') ?? []
  const summaries: [ContestantName, Summary][] = []
  const peers: [ContestantName, Summary][] = []
  for (const name of CONTESTANTS) {
    const series = times.get(name)
    if (series === undefined) continue
    summaries.push([name, summarize(series)])
    if (name !== 'tract' && name !== 'limit') peers.push([name, summarizeRatios(series, ours)])
  }
  return {
    ...question,
    times: Object.fromEntries(summaries),
    ratio: summarizeRatios(ours, times.get('limit') ?? []),
    peers: Object.fromEntries(peers),
  }
}
