import { join } from 'node:path'
import { history, savings, verify } from '@tract/history'
import { openStore, type SqliteStore } from '@tract/sqlite'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Conversation } from '../src/demo/chat.js'
import { renderChat } from '../src/demo/chat-format.js'
import { payloadsOf } from '../src/demo/payload.js'
import { recordConversation } from '../src/demo/recorder.js'
import { readTurns } from '../src/demo/statistics.js'
import { aConversation, expectWhole, sampleConversations } from './conversations.js'
import { aFolder, SOUND, soundness } from './run-demo.js'
import { writtenContexts } from './written-contexts.js'

let file: string
let store: SqliteStore

async function openFresh() {
  file = join(aFolder(), 'talk.db')
  store = await openStore(file)
}

beforeEach(openFresh)

afterEach(() => store.close())

const NO_LIMIT = 1_000_000

/** Records with a budget; with `messages`, as if Ctrl-C came behind so many. */
async function record(conversation: Conversation, budget: number, messages = Number.POSITIVE_INFINITY) {
  const interruption = new AbortController()
  let added = 0
  const onMessage = () => {
    added += 1
    if (added >= messages) interruption.abort()
  }
  return recordConversation(store, conversation, { budget, signal: interruption.signal, onMessage })
}

async function expectNothingLost(conversation: Conversation) {
  const written = writtenContexts(file).get(conversation.id)
  expectWhole(conversation, written)
  expect(soundness(file)).toEqual(SOUND)
  expect(await verify(store, { render: renderChat })).toMatchObject({ ok: true, findings: [] })
  return written ?? []
}

describe.each(sampleConversations())('the conversation $id', (conversation) => {
  test('is seen whole at every turn where nothing needs compressing', async () => {
    await record(conversation, NO_LIMIT)
    for (const { summarised } of await expectNothingLost(conversation)) expect(summarised).toEqual([])
    for (const { sent, whole } of await readTurns(store, conversation.id)) expect(sent).toBe(whole)
    expect((await savings(store, conversation.id)).groups).toEqual([])
  })

  test('is compressed several times, stays within its budget, and every message stays reachable', async () => {
    const budget = 1800
    await record(conversation, budget)
    const written = await expectNothingLost(conversation)
    for (const { tokens } of written) expect(tokens).toBeLessThanOrEqual(budget)
    const { groups, total } = await savings(store, conversation.id)
    expect(groups.length).toBeGreaterThanOrEqual(3)
    expect(total.share).toBeGreaterThan(0.5)
    const turns = await readTurns(store, conversation.id)
    expect(turns.filter(({ compressed }) => compressed)).toHaveLength(groups.length)
    expect(turns.map(({ sent }) => sent)).toEqual(written.map(({ tokens }) => tokens))
  })

  test('recorded in two halves is what it is recorded at once', async () => {
    const half = Math.floor(conversation.messages.length / 2)
    expect(await record(conversation, 1800, half)).toMatchObject({ found: 0, added: half })
    expect(await record(conversation, 1800)).toMatchObject({ found: half })
    const halves = await expectNothingLost(conversation)
    expect(await record(conversation, 1800)).toMatchObject({ added: 0, found: conversation.messages.length })
    await store.close()
    await openFresh()
    await record(conversation, 1800)
    const shapes = (contexts: typeof halves) =>
      contexts.map(({ parts, ...rest }) => ({
        ...rest,
        parts: parts.map(({ message, text }) => [message, text]),
      }))
    expect(shapes(await expectNothingLost(conversation))).toEqual(shapes(halves))
  })
})

test('a call that was recorded right before an interruption is not recorded again', async () => {
  const question = { role: 'user', content: 'one' } as const
  await record(aConversation([question]), NO_LIMIT)
  await history(store, 'talk', { render: renderChat }).recordCompile()
  const conversation = aConversation([question, { role: 'assistant', content: 'two' }])
  await record(conversation, NO_LIMIT)
  expect(await expectNothingLost(conversation)).toHaveLength(1)
})

test('an instruction given in the middle stays word for word through compression', async () => {
  const text = 'One sentence of about a dozen tokens that says very little. '
  const rounds = Array.from({ length: 12 }, (_, index) => [
    { role: 'user', content: `Question ${index}: ${text.repeat(4)}` } as const,
    { role: 'assistant', content: `Answer ${index}: ${text.repeat(4)}` } as const,
  ]).flat()
  const rule = { role: 'system', content: 'From now on answer in French.' } as const
  const conversation = aConversation([...rounds.slice(0, 3), rule, ...rounds.slice(3)])
  await record(conversation, 500)
  expect((await savings(store, 'talk')).groups.length).toBeGreaterThan(1)
  const written = await expectNothingLost(conversation)
  expect(written.at(-1)?.parts).toContainEqual(expect.objectContaining({ message: 4, text: rule.content }))
})

test('a conversation that the store holds with other words is refused', async () => {
  await record(aConversation([{ role: 'user', content: 'one' }]), NO_LIMIT)
  await expect(record(aConversation([{ role: 'user', content: 'two' }]), NO_LIMIT)).rejects.toThrow(
    'conversation "talk" is in the database with other content from message 1 on',
  )
})

test('a message of which the store holds a part is refused', async () => {
  const call = { id: 'c1', name: 'grep', arguments: '{}' }
  const talk = aConversation([
    { role: 'user', content: 'one' },
    { role: 'assistant', content: 'Looking.', toolCalls: [call] },
  ])
  const agent = history(store, 'talk')
  for (const payload of payloadsOf(talk.messages).flat().slice(0, 2)) await agent.commit(payload)
  await expect(record(talk, NO_LIMIT)).rejects.toThrow('other content from message 2 on')
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
  expectWhole(conversation, writtenContexts(file).get(conversation.id))
})
