import { expect, test } from 'vitest'
import { checkMessage } from '../src/demo/message.js'

const PLACE = 'a.jsonl:7: message 3'

test('content may be text, null, absent or a list of parts', () => {
  const contentOf = (message: object) => checkMessage({ role: 'user', ...message }, PLACE).content
  expect(contentOf({ content: 'hello' })).toBe('hello')
  expect(contentOf({ content: null })).toBe('')
  expect(contentOf({})).toBe('')
  const parts = [
    { type: 'text', text: 'look:' },
    { type: 'image_url', image_url: { url: 'https://a.example' } },
  ]
  expect(contentOf({ content: parts })).toBe('look:\n[image_url]')
})

test('tool calls keep their arguments as the model wrote them, valid JSON or not', () => {
  const call = { id: 'c1', type: 'function', function: { name: 'grep', arguments: '{"broken": ' } }
  const message = checkMessage({ role: 'assistant', content: null, tool_calls: [call] }, PLACE)
  expect(message.toolCalls).toEqual([{ id: 'c1', name: 'grep', arguments: '{"broken": ' }])
})

test.each([
  [{ content: 'hi' }, 'has no role'],
  [{ role: 'wizard', content: 'hi' }, '"role": found "wizard", expected system, user, assistant, tool'],
  [{ role: 'user', content: 5 }, '"content": found 5, expected text, null or a list of parts'],
  [{ role: 'user', content: 'half \uD83D' }, '"content" holds half a surrogate pair'],
  [{ role: 'user', content: [{}] }, '"content", part 1: found an object, expected an object with a "type"'],
  [{ role: 'user', content: '', tool_calls: [{}] }, 'a user cannot call tools'],
  [{ role: 'assistant', tool_calls: [{ id: 'c' }] }, 'tool call 1: found an object, expected'],
  [{ role: 'assistant', tool_calls: {} }, '"tool_calls": found an object, expected a list'],
  [{ role: 'assistant', function_call: { name: 'f' } }, '"function_call" is the form before "tool_calls"'],
  ['text', 'found "text", expected an object'],
  [{ role: 'tool', content: 'x'.repeat(5 << 20) }, 'holds 5.0 MiB, the limit is 4 MiB'],
])('a message that cannot be recorded is refused with its place: %#', (message, words) => {
  expect(() => checkMessage(message, PLACE)).toThrow(PLACE)
  expect(() => checkMessage(message, PLACE)).toThrow(words)
})
