import { openStore, type SqliteStore } from '@tract/sqlite'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Conversation } from '../src/demo/chat.js'
import { messagesOf } from '../src/demo/context.js'
import { whatIsReplaced, whatWasSeen } from '../src/demo/provenance.js'
import { Recorder } from '../src/demo/recorder.js'
import { readStatistics } from '../src/demo/statistics.js'
import { aConversation, sampleConversations } from './conversations.js'

let store: SqliteStore

beforeEach(async () => {
  store = await openStore(':memory:')
})

afterEach(() => store.close())

const NO_LIMIT = 1_000_000

/** Records with a budget; with `messages`, as if Ctrl-C came behind so many. */
async function record(conversation: Conversation, budget: number, messages = Number.POSITIVE_INFINITY) {
  const interruption = new AbortController()
  let added = 0
  const recorder = new Recorder(store, budget, interruption.signal, () => {
    added += 1
    if (added >= messages) interruption.abort()
  })
  return recorder.record(conversation)
}

/** The messages up to an assistant's, in the form in which they are sent. */
function asSent({ messages }: Conversation, count: number) {
  return messages.slice(0, count).map(({ role, content, name, toolCalls, toolCallId }) => {
    const calls = toolCalls.map((call) => ({
      id: call.id,
      type: 'function',
      function: { name: call.name, arguments: call.arguments },
    }))
    if (role === 'tool') return { role, tool_call_id: toolCallId, name: expect.any(String), content }
    return {
      role,
      content: content === '' && calls.length > 0 ? null : content,
      ...(name === null ? {} : { name }),
      ...(calls.length > 0 ? { tool_calls: calls } : {}),
    }
  })
}

describe.each(sampleConversations())('the conversation $id', (conversation) => {
  test('is seen whole at every turn where nothing needs compressing', async () => {
    await record(conversation, NO_LIMIT)
    const { turns, compressions } = await readStatistics(store, conversation.id)
    const assistants = [...conversation.messages.entries()].filter(([, { role }]) => role === 'assistant')
    expect(compressions).toBe(0)
    expect(turns).toHaveLength(assistants.length)
    for (const [turn, [index]] of assistants.entries()) {
      const seen = await whatWasSeen(store, turns[turn]?.recordId ?? '')
      expect(messagesOf(seen.entries)).toEqual(asSent(conversation, index))
      expect(seen.proven).toBe(true)
      expect(seen.record.tokenCount).toBe(turns[turn]?.whole)
    }
  })

  test('is compressed several times, stays within its budget, and every message stays reachable', async () => {
    const budget = 1800
    await record(conversation, budget)
    const statistics = await readStatistics(store, conversation.id)
    expect(statistics.messages).toBe(conversation.messages.length)
    expect(statistics.compressions).toBeGreaterThanOrEqual(3)
    expect(statistics.tokensAfter).toBeLessThan(statistics.tokensBefore / 2)
    for (const { recordId } of statistics.turns) {
      const { entries, proven, record } = await whatWasSeen(store, recordId)
      expect(proven).toBe(true)
      expect(record.tokenCount).toBeLessThanOrEqual(budget)
      const [instruction, ...rest] = entries
      expect(instruction?.pinned).toBe(true)
      expect(instruction?.payload).toMatchObject({ text: conversation.messages[0]?.content })
      const replaced = await Promise.all(
        rest.map(async (entry) => (await whatIsReplaced(store, entry.commit)).messages),
      )
      const numbers = replaced.flat().map(({ origin }) => (origin.kind === 'message' ? origin.message : 0))
      const upTo = numbers.at(-1) ?? 0
      expect([...new Set(numbers)]).toEqual(Array.from({ length: upTo - 1 }, (_, index) => index + 2))
    }
  })

  test('recorded in two halves is what it is recorded at once', async () => {
    const half = Math.floor(conversation.messages.length / 2)
    expect(await record(conversation, 1800, half)).toMatchObject({ found: 0, added: half })
    expect(await record(conversation, 1800)).toMatchObject({ found: half })
    const shapes = async () => {
      const { turns, ...numbers } = await readStatistics(store, conversation.id)
      return { ...numbers, turns: turns.map(({ sent, whole, compressed }) => ({ sent, whole, compressed })) }
    }
    const halves = await shapes()
    await store.close()
    store = await openStore(':memory:')
    await record(conversation, 1800)
    expect(await shapes()).toEqual(halves)
    expect(await record(conversation, 1800)).toMatchObject({ added: 0, found: conversation.messages.length })
  })
})

test('an instruction given in the middle stays word for word through compression', async () => {
  const text = 'One sentence of about a dozen tokens that says very little. '
  const rounds = Array.from({ length: 12 }, (_, index) => [
    { role: 'user', content: `Question ${index}: ${text.repeat(4)}` } as const,
    { role: 'assistant', content: `Answer ${index}: ${text.repeat(4)}` } as const,
  ]).flat()
  const rule = { role: 'system', content: 'From now on answer in French.' } as const
  await record(aConversation([...rounds.slice(0, 3), rule, ...rounds.slice(3)]), 500)
  const { turns, compressions } = await readStatistics(store, 'talk')
  expect(compressions).toBeGreaterThan(1)
  const { entries, proven } = await whatWasSeen(store, turns.at(-1)?.recordId ?? '')
  expect(proven).toBe(true)
  expect(entries.filter(({ pinned }) => pinned).map(({ payload }) => payload)).toEqual([
    { content_type: 'instruction', text: rule.content },
  ])
})

test('a conversation that the store holds with other words is refused', async () => {
  await record(aConversation([{ role: 'user', content: 'one' }]), NO_LIMIT)
  await expect(record(aConversation([{ role: 'user', content: 'two' }]), NO_LIMIT)).rejects.toThrow(
    'conversation "talk" is in the database with other content from message 1 on',
  )
})

test('a conversation that has grown goes on where it ended', async () => {
  const short = aConversation([{ role: 'user', content: 'one' }])
  const long = aConversation([
    { role: 'user', content: 'one' },
    { role: 'assistant', content: 'two' },
  ])
  await record(short, NO_LIMIT)
  expect(await record(long, NO_LIMIT)).toEqual({ tractId: 'talk', found: 1, added: 1 })
  await expect(record(short, NO_LIMIT)).rejects.toThrow('other content from message 2 on')
})

test('of two that record the same conversation at once one goes on, and no message is there twice', async () => {
  const [conversation] = sampleConversations()
  if (conversation === undefined) throw new Error('no sample')
  const both = await Promise.allSettled([record(conversation, 1800), record(conversation, 1800)])
  expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
  expect(both.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { code: 'ref_conflict' } })
  expect(await record(conversation, 1800)).toMatchObject({ found: conversation.messages.length, added: 0 })
})
