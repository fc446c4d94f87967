import type { Screen } from './screen.js'
import { drawTable } from './table.js'
import type { Row, Tally } from './tally.js'
import { clip, count, countOf, savedShare } from './text.js'
import { drawTimeline } from './timeline.js'

const HEADINGS = ['conversation', 'messages', 'commits', 'turns', 'compressions', 'before', 'after', 'saved']

/** The table of conversations, with totals, and what compression saved at the calls of the model. */
export function printConversations(screen: Screen, tally: Tally): void {
  const rows = tally.rows
  const total = { ...tally, turns: { length: tally.turns }, id: `all ${count(tally.conversations)}` }
  const table = drawTable([HEADINGS, ...rows.map(cellsOf), cellsOf(total)], screen.columns)
  const [heading = '', ...lines] = table
  const fewer = rows.length < tally.conversations ? `, the ${rows.length} longest` : ''
  screen.line(
    screen.heading(`Conversations${fewer}`) +
      screen.faint('  (before, after: tokens of what was compressed)'),
  )
  screen.line(screen.faint(heading))
  for (const line of lines.slice(0, -1)) screen.line(line)
  screen.line(screen.heading(lines.at(-1) ?? ''))
  screen.line()
  const { turns, sent, whole } = tally
  if (turns === 0) return
  const saved = screen.good(savedShare(whole, sent))
  screen.line(
    `The contexts of all ${countOf(turns, 'turn')} hold ${count(sent)} tokens; with the whole history each`,
  )
  screen.line(`time it would have been ${count(whole)}: ${saved} of the input saved.`)
}

function cellsOf(
  row: Pick<Row, 'id' | 'messages' | 'commits' | 'compressions' | 'tokensBefore' | 'tokensAfter'> & {
    readonly turns: { readonly length: number }
  },
): readonly string[] {
  const { tokensBefore, tokensAfter } = row
  return [
    row.id,
    ...[row.messages, row.commits, row.turns.length, row.compressions, tokensBefore, tokensAfter].map(count),
    savedShare(tokensBefore, tokensAfter),
  ]
}

/** The size of one conversation's context over its turns. */
export function printTimeline(screen: Screen, row: Row, budget: number): void {
  const title = `The context of ${nameOf(row)} at its ${countOf(row.turns.length, 'turn')}, in tokens`
  screen.line(screen.heading(title) + screen.faint('  (▲ compressed right before)'))
  screen.line()
  const bars = row.turns.map(({ sent, compressed }) => ({ value: sent, marked: compressed }))
  for (const line of drawTimeline(screen, bars, budget)) screen.line(line)
  const above = row.turns.filter(({ sent }) => sent > budget).length
  if (above > 0) {
    screen.line(
      `  Above the budget ${countOf(above, 'time')}: what is pinned and the newest turn are never compressed.`,
    )
  }
}

export function nameOf(row: Row): string {
  return `"${clip(row.id, 40)}"`
}
