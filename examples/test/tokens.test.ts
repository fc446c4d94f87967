import { countTokens } from 'gpt-tokenizer/encoding/o200k_base'
import { expect, test } from 'vitest'
import { tokensOf } from '../src/demo/tokens.js'
import { readJsonl, SAMPLE } from './run-demo.js'

test('tokens are those of o200k_base', () => {
  expect(tokensOf('')).toBe(0)
  expect(tokensOf('hello world')).toBe(2)
  for (const { messages } of readJsonl(SAMPLE)) {
    for (const { content } of messages) {
      if (typeof content === 'string') expect(tokensOf(content)).toBe(countTokens(content))
    }
  }
})

test('the marks that frame a chat are ordinary text', () => {
  expect(tokensOf('a <|endoftext|> b')).toBeGreaterThan(5)
})

test.each([['a'], ['中文漢'], [' '], ['!?'], ['😀'], ['\n']])('a million times %j is counted', (unit) => {
  expect(tokensOf(unit.repeat(1_000_000 / unit.length))).toBeGreaterThan(1000)
})
