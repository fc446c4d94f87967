import { expect, test } from 'vitest'
import { screenOver } from '../src/demo/screen.js'
import { drawTable } from '../src/demo/table.js'
import { clip, width } from '../src/demo/text.js'
import { drawTimeline } from '../src/demo/timeline.js'

const screen = { ...screenOver(process.stderr, { NO_COLOR: '1' }), columns: 80 }

test('a timeline shows the budget, the bars in proportion and the marks', () => {
  const values = [250, 500, 1000, 400].map((value, index) => ({ value, marked: index === 3 }))
  expect(drawTimeline(screen, values, 1000)).toMatchInlineSnapshot(`
    [
      "  1,000 ┤┄┄┄┄┄┄██┄┄┄┄ budget",
      "        ┤      ██    ",
      "        ┤      ██    ",
      "        ┤      ██    ",
      "        ┤   ██ ██ ▂▂ ",
      "        ┤   ██ ██ ██ ",
      "        ┤██ ██ ██ ██ ",
      "        ┤██ ██ ██ ██ ",
      "      0 └────────────",
      "                  ▲",
      "         1",
    ]
  `)
})

test.each([1, 7, 40, 500, 100_000])('a timeline of %i values fits into 80 columns', (length) => {
  const values = Array.from({ length }, (_, index) => ({ value: index % 977, marked: index % 50 === 0 }))
  for (const line of drawTimeline(screen, values, 500)) expect(width(line)).toBeLessThanOrEqual(80)
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
