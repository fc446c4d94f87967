import { expect, test } from 'vitest'
import { folded } from '../src/demo/folded.js'
import { sparkline } from '../src/demo/report.js'
import { drawTable } from '../src/demo/table.js'
import { clip, width } from '../src/demo/text.js'

test('a context over its turns is drawn in proportion, from nothing up', () => {
  const sizes = [1, 250, 500, 1000, 400].map((sent) => ({ sent }))
  expect(sparkline(sizes)).toBe('▁▂▄█▄')
  expect(sparkline([])).toBe('')
})

test.each([1, 7, 40, 500, 200_000])(
  'a context of %i turns fits into 30 columns, its largest size shown',
  (length) => {
    const sizes = Array.from({ length }, (_, index) => ({ sent: index === length - 1 ? 1000 : index % 977 }))
    expect(width(sparkline(sizes))).toBeLessThanOrEqual(30)
    expect(sparkline(sizes)).toMatch(/█$/)
  },
)

test('a long list keeps its ends, and says how much is between', () => {
  const numbers = (length: number) => Array.from({ length }, (_, index) => index)
  expect(folded(numbers(3), 3, (omitted) => -omitted.length)).toEqual([0, 1, 2])
  expect(folded(numbers(9), 3, (omitted) => -omitted.length)).toEqual([0, -7, 8])
  expect(folded(numbers(9), 5, (omitted) => -omitted.length)).toEqual([0, 1, -5, 7, 8])
})

test('a table aligns by what a terminal shows, and cuts the first column only', () => {
  const rows = [
    ['name', 'number'],
    ['金沢-💍', '1'],
    ['a-very-long-name-that-cannot-fit-into-this-table', '12,345'],
  ]
  const lines = drawTable(rows, 40)
  expect(new Set(lines.map(width))).toEqual(new Set([40]))
  expect(lines[2]).toMatch(/… +12,345$/)
})

test('text of strangers does nothing to a terminal', () => {
  expect(clip('\u001b[31mred\u001b[0m\u0007 \u202Eabc\n\tend', 40)).toBe('[31mred [0m abc end')
  expect(clip('👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦', 5)).toBe('👩‍👩‍👧‍👦👩‍👩‍👧‍👦…')
})
