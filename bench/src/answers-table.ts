import type { Answer } from './harness/answer.js'
import { ratioText, type TableContent, timeText } from './harness/table.js'

const PEERS = ['typeorm', 'drizzle', 'kysely'] as const

/** The main table: what each operation takes, how close that is to the limit, how many times as long each peer takes. */
export function answersTable(answers: readonly Answer[]): TableContent {
  return {
    header: ['operation', 'tract', 'limit', 'ratio', 'spread', 'target', ...PEERS],
    rows: answers.map((answer) => {
      const { ratio, target, times, peers } = answer
      return [
        answer.title,
        timeText(times.tract?.median ?? Number.NaN),
        timeText(times.limit?.median ?? Number.NaN),
        ratioText(ratio.median),
        `${ratioText(ratio.low)}–${ratioText(ratio.high)}`,
        `${ratio.median <= target ? '≤' : 'above'} ${target}`,
        ...PEERS.map((name) => {
          const peer = peers[name]
          return peer === undefined ? '–' : `${ratioText(peer.median)}×`
        }),
      ]
    }),
  }
}
