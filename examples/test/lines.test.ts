import { join } from 'node:path'
import { expect, test } from 'vitest'
import { type Line, readLines } from '../src/demo/lines.js'
import { aFolder } from './run-demo.js'

async function linesOf(text: string) {
  const path = join(aFolder({ 'a.jsonl': text }), 'a.jsonl')
  const lines: Line[] = []
  for await (const line of readLines({ path, name: 'a.jsonl' })) lines.push(line)
  return lines
}

test('lines carry their number in the file, blank ones counted and left out', async () => {
  const lines = await linesOf('one\n\n  \ntwo\n')
  expect(lines.map(({ number, text }) => [number, text])).toEqual([
    [1, 'one'],
    [4, 'two'],
  ])
})

test('the last line needs no line break, and bytesRead ends at the size of the file', async () => {
  const lines = await linesOf('ä\nだ')
  expect(lines.map(({ text, bytesRead }) => [text, bytesRead])).toEqual([
    ['ä', 3],
    ['だ', 6],
  ])
})

test('a byte order mark is no part of the first line', async () => {
  expect((await linesOf('\uFEFF{}\n')).map(({ text }) => text)).toEqual(['{}'])
})

test('a line longer than the chunks of the file arrives whole, characters of several bytes included', async () => {
  const long = '金沢💍'.repeat(300_000)
  const lines = await linesOf(`${long}\nshort\n${long}`)
  expect(lines.map(({ text }) => text.length)).toEqual([long.length, 5, long.length])
  expect(lines[0]?.text).toBe(long)
  expect(lines[2]?.text).toBe(long)
})
