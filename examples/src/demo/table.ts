import { clip, padEnd, padStart, width } from './text.js'

/** Lines of a table: the first column is text and gives way where room is short, the others are numbers. */
export function drawTable(rows: readonly (readonly string[])[], columns: number): readonly string[] {
  const widths = (rows[0] ?? []).map((_, index) => Math.max(...rows.map((row) => width(row[index] ?? ''))))
  const numbers = widths.slice(1).reduce((sum, cells) => sum + cells + 2, 0)
  const first = Math.min(widths[0] ?? 0, Math.max(12, columns - numbers - 2))
  return rows.map(([name = '', ...cells]) => {
    const aligned = cells.map((cell, index) => padStart(cell, (widths[index + 1] ?? 0) + 2))
    return `  ${padEnd(clip(name, first), first)}${aligned.join('')}`
  })
}
