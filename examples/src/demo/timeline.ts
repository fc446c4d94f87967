import type { Screen } from './screen.js'
import { count, padStart } from './text.js'

/** A bar of the timeline. */
export interface Bar {
  readonly value: number
  /** Whether something happened here that the reader should see. */
  readonly marked: boolean
}

const EIGHTHS = ' ▁▂▃▄▅▆▇█'
const HEIGHT = 8

/**
 * Values as standing bars with an axis, the budget as a line behind them, and marks below. More values than columns
 * are drawn in groups, each as its largest.
 */
export function drawTimeline(screen: Screen, values: readonly Bar[], budget: number): readonly string[] {
  const highest = Math.max(budget, ...values.map(({ value }) => value))
  const axis = count(highest).length + 2
  const room = screen.columns - axis - 2 - ' budget'.length
  const bars = grouped(values, room)
  const barWidth = Math.max(1, Math.min(3, Math.floor(room / bars.length)))
  const budgetRow = rowOf(budget, highest)
  const lines: string[] = []
  for (let row = HEIGHT; row >= 1; row -= 1) {
    const cells = bars.map(({ value }) => cell(value, row, highest, barWidth, row === budgetRow)).join('')
    const label = row === budgetRow ? count(budget) : row === HEIGHT ? count(highest) : ''
    const end = row === budgetRow ? ' budget' : ''
    lines.push(`${screen.faint(`${padStart(label, axis)} ┤`)}${screen.accent(cells)}${screen.faint(end)}`)
  }
  const marks = bars.map(({ marked }) => (marked ? '▲' : ' ').padEnd(barWidth)).join('')
  const perBar = values.length / bars.length
  lines.push(screen.faint(`${padStart('0', axis)} └${'─'.repeat(bars.length * barWidth)}`))
  lines.push(`${' '.repeat(axis + 2)}${screen.accent(marks.trimEnd())}`)
  lines.push(screen.faint(' '.repeat(axis + 2) + scale(bars.length, barWidth, perBar)))
  return lines
}

function grouped(values: readonly Bar[], most: number): readonly Bar[] {
  const size = Math.ceil(values.length / most)
  const bars: Bar[] = []
  for (let start = 0; start < values.length; start += size) {
    const group = values.slice(start, start + size)
    bars.push({
      value: Math.max(...group.map(({ value }) => value)),
      marked: group.some(({ marked }) => marked),
    })
  }
  return bars
}

function rowOf(value: number, highest: number): number {
  return Math.max(1, Math.ceil((value / highest) * HEIGHT))
}

function cell(value: number, row: number, highest: number, barWidth: number, onBudget: boolean): string {
  const eighths = Math.round((value / highest) * HEIGHT * 8) - (row - 1) * 8
  const block = EIGHTHS[Math.max(0, Math.min(8, eighths))] ?? ' '
  if (block === ' ') return (onBudget ? '┄' : ' ').repeat(barWidth)
  return barWidth === 1 ? block : block.repeat(barWidth - 1) + (onBudget ? '┄' : ' ')
}

/** Numbers under the bars: the first, and every fifth where there is room. */
function scale(bars: number, barWidth: number, perBar: number): string {
  let line = ''
  for (let bar = 1; bar <= bars; bar += 1) {
    const text = String(Math.round((bar - 1) * perBar) + 1)
    const start = (bar - 1) * barWidth
    const shown = bar === 1 || (bar % 5 === 0 && start >= line.length + 1)
    if (shown) line = line.padEnd(start) + text
  }
  return line
}
