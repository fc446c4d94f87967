import { longestFirst, type Row } from './recording.js'
import type { Screen } from './screen.js'
import type { Turn } from './statistics.js'
import { drawTable } from './table.js'
import { clip, count, savedShare, sumOf } from './text.js'

const HEADINGS = ['conversation', 'messages', 'turns', 'sent', 'in full', 'saved']
const LEVELS = '▁▂▃▄▅▆▇█'
const SHOWN = 12
const CHART = 30

/** The conversations, what compression saved at the calls of the model, and how each context grew and shrank. */
export function printConversations(screen: Screen, rows: readonly Row[]): void {
  const shown = rows.length <= SHOWN ? rows : longestFirst(rows).slice(0, SHOWN)
  const turns = rows.flatMap((row) => row.turns)
  const messages = sumOf(rows, (row) => row.messages)
  const all = cellsOf({ id: `all ${count(rows.length)}`, messages, turns })
  const table = drawTable([HEADINGS, ...shown.map(cellsOf), all], screen.columns - CHART - 2)
  const [heading = '', ...lines] = table
  screen.line(
    screen.faint('  sent: tokens that the model read, over all turns; in full: without compression'),
  )
  screen.line(screen.faint(`${heading}  context at each turn`))
  for (const [index, line] of lines.entries()) {
    const row = shown[index]
    if (row === undefined) screen.line(screen.heading(line))
    else screen.line(`${line}  ${screen.accent(sparkline(row.turns))}`)
  }
}

function cellsOf({ id, messages, turns }: Pick<Row, 'id' | 'messages' | 'turns'>): readonly string[] {
  const sent = sumOf(turns, (turn) => turn.sent)
  const whole = sumOf(turns, (turn) => turn.whole)
  return [id, ...[messages, turns.length, sent, whole].map(count), savedShare(whole, sent)]
}

/** Sizes as one line of bars; more of them than columns in groups, each as its largest. */
export function sparkline(turns: readonly Pick<Turn, 'sent'>[]): string {
  const group = Math.max(1, Math.ceil(turns.length / CHART))
  const sizes = Array.from({ length: Math.ceil(turns.length / group) }, (_, index) =>
    largestOf(turns.slice(index * group, (index + 1) * group)),
  )
  const largest = largestOf(turns)
  const levelOf = (size: number) => Math.ceil((size / largest) * LEVELS.length) - 1
  return sizes.map((size) => LEVELS[Math.max(0, levelOf(size))]).join('')
}

/** A loop, for a call takes only so many arguments. */
function largestOf(turns: readonly Pick<Turn, 'sent'>[]): number {
  return turns.reduce((largest, { sent }) => Math.max(largest, sent), 0)
}

export function nameOf(row: Row): string {
  return `"${clip(row.id, 40)}"`
}
