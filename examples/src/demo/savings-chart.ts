import type { Savings } from '@tract/history'
import { folded } from './folded.js'
import type { Screen } from './screen.js'
import { count, padEnd, padStart, savedShare } from './text.js'

const LONGEST_BAR = 40

/**
 * What each compression made of how much, as bars.
 *
 * @param most how many compressions are shown
 */
export function drawSavings(screen: Screen, { groups, total }: Savings, most: number): readonly string[] {
  if (groups.length === 0) return ['  Nothing was compressed: the context was within its budget.']
  const largest = groups.reduce((most, { before }) => Math.max(most, before), 1)
  const bar = (tokens: number) => Math.round((tokens / largest) * LONGEST_BAR)
  const lines = groups.map(({ before, after }, index) => {
    const gone = '░'.repeat(Math.max(0, bar(before) - bar(after)))
    return `${sizes(`${index + 1}.`, before, after)}  ${screen.accent('█'.repeat(bar(after)))}${screen.faint(gone)}`
  })
  const shown = folded(lines, most, (omitted) => screen.faint(`  … ${omitted.length} more`))
  return [...shown, screen.heading(sizes('all', total.before, total.after))]
}

function sizes(name: string, before: number, after: number): string {
  const [from, to] = [before, after].map((tokens) => padStart(count(tokens), 8))
  return `  ${padEnd(name, 4)}${from} →${to} tokens  ${padStart(savedShare(before, after), 5)}`
}
