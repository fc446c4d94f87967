/** A header and rows of as many cells. */
export interface TableContent {
  readonly header: readonly string[]
  readonly rows: readonly (readonly string[])[]
}

/** A table of text; the first column is of words, the others of numbers. */
export function table({ header, rows }: TableContent): string {
  const widths = header.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => (row[column] ?? '').length)),
  )
  const line = (cells: readonly string[]) =>
    widths
      .map((width, column) => {
        const cell = cells[column] ?? ''
        return column === 0 ? cell.padEnd(width) : cell.padStart(width)
      })
      .join('  ')
      .trimEnd()
  return [line(header), widths.map((width) => '-'.repeat(width)).join('  '), ...rows.map(line)].join('\n')
}

/** The same as Markdown. */
export function markdownTable({ header, rows }: TableContent): string {
  const rule = header.map((_, column) => (column === 0 ? '---' : '---:'))
  return [header, rule, ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

/** A time with its unit, in three digits. */
export function timeText(nanoseconds: number): string {
  if (nanoseconds < 1e3) return `${nanoseconds.toPrecision(3)} ns`
  if (nanoseconds < 1e6) return `${(nanoseconds / 1e3).toPrecision(3)} µs`
  if (nanoseconds < 1e9) return `${(nanoseconds / 1e6).toPrecision(3)} ms`
  return `${(nanoseconds / 1e9).toPrecision(3)} s`
}

/** A size with its unit. */
export function sizeText(bytes: number): string {
  return bytes < 1e6 ? `${(bytes / 1e3).toFixed(0)} kB` : `${(bytes / 1e6).toFixed(1)} MB`
}

/** A ratio; those against the limit need two digits behind the point. */
export function ratioText(ratio: number): string {
  return ratio < 10 ? ratio.toFixed(2) : ratio.toFixed(0)
}
