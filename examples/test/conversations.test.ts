import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readConversations, sizeOf } from '../src/demo/conversations.js'
import { aFolder } from './run-demo.js'

async function read(text: string) {
  const name = 'a.jsonl'
  const file = { path: join(aFolder({ [name]: text }), name), name }
  await sizeOf(file)
  const ids: string[] = []
  for await (const { conversation } of readConversations(file)) ids.push(conversation.id)
  return ids
}

test('an id is the "id" or "conversation_id" of the line, or else the place of the line', async () => {
  const line = (fields: object) =>
    `${JSON.stringify({ ...fields, messages: [{ role: 'user', content: 'hi' }] })}\n`
  const text = line({ id: 'one' }) + line({ conversation_id: 2 }) + line({}) + line({ id: null })
  expect(await read(text)).toEqual(['one', '2', 'a.jsonl:3', 'a.jsonl:4'])
})

test.each([
  ['', 'a.jsonl: empty, expected one conversation a line'],
  ['\n \n', 'a.jsonl: only blank lines, expected one conversation a line'],
  ['\n{"messages": [', 'a.jsonl:2: not JSON, expected one whole object on this line'],
  ['[]', 'a.jsonl:1: found a list, expected an object with "messages"'],
  ['{"a":1}', 'a.jsonl:1: "messages": found nothing, expected a list'],
  ['{"messages":[]}', 'a.jsonl:1: "messages" is empty'],
  ['{"messages":[{"content":"hi"}]}', 'a.jsonl:1: message 1 has no role'],
  ['{"id":{},"messages":[{"role":"user"}]}', 'a.jsonl:1: "id": found an object, expected a text or a number'],
])('%j is refused in one line', async (text, message) => {
  await expect(read(text)).rejects.toMatchObject({ name: 'Failure', message, exitCode: 1 })
})

test('text that is not UTF-8 is refused with its line', async () => {
  const name = 'a.jsonl'
  const path = join(aFolder(), name)
  const { writeFileSync } = await import('node:fs')
  writeFileSync(path, Buffer.from([0x0a, 0x7b, 0xff, 0x0a]))
  await expect(readConversations({ path, name }).next()).rejects.toThrow('a.jsonl:2: not UTF-8 text')
})
