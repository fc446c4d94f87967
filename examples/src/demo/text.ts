import stringWidth from 'string-width'

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' })

/** What a terminal would act on instead of showing it: control and direction characters, and blanks in a row. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it is about
const NOT_SHOWN = /[\s\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]+/gu

/** Text of unknown origin on one line, harmless to a terminal, cut to so many columns. */
export function clip(text: string, columns: number): string {
  // Four characters a column is more than any script needs; the rest of a long text is not looked at.
  const line = text
    .slice(0, columns * 4 + 64)
    .toWellFormed()
    .replace(NOT_SHOWN, ' ')
    .trim()
  if (width(line) <= columns && text.length <= columns * 4 + 64) return line
  let shown = ''
  let used = 1
  for (const { segment } of graphemes.segment(line)) {
    used += width(segment)
    if (used > columns) break
    shown += segment
  }
  return `${shown.trimEnd()}…`
}

/** Columns that a text takes in a terminal. */
export function width(text: string): number {
  return stringWidth(text)
}

export function padEnd(text: string, columns: number): string {
  return text + ' '.repeat(Math.max(0, columns - width(text)))
}

export function padStart(text: string, columns: number): string {
  return ' '.repeat(Math.max(0, columns - width(text))) + text
}

/** A number as people read it: `12,345`. */
export function count(value: number): string {
  return value.toLocaleString('en-US')
}

/** A number with its noun: `1 commit`, `3,000 commits`. */
export function countOf(value: number, noun: string): string {
  return `${count(value)} ${noun}${value === 1 ? '' : 's'}`
}

/** The part of `before` that is gone in `after`, in per cent. */
export function savedShare(before: number, after: number): string {
  return before === 0 ? '–' : `${Math.round((1 - after / before) * 100)} %`
}

/** The sum of a number of each item. */
export function sumOf<Item>(items: readonly Item[], numberOf: (item: Item) => number): number {
  return items.reduce((sum, item) => sum + numberOf(item), 0)
}
