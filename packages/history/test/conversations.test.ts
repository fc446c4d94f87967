import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { JsonObject } from '@tract/schema'
import { expect, test } from 'vitest'
import {
  collect,
  contextOf,
  diffContexts,
  exportBundle,
  fateOf,
  type History,
  history,
  importBundle,
  originsOf,
  picture,
  savings,
  seenBy,
  verify,
} from '../src/index.js'
import { aStore } from './support/fixture.js'

const folder = process.env.TRACT_DATA_DIR
const BUDGET = 2500

interface Chat {
  readonly conversation_id: string
  readonly messages: readonly {
    readonly role: string
    readonly content: string | null
    readonly tool_calls?: JsonObject[] | null
  }[]
}

function conversations(count: number): readonly Chat[] {
  const lines = readFileSync(join(folder ?? '', 'airline-conversations.jsonl'), 'utf8').split('\n', count)
  return lines.map((line) => JSON.parse(line) as Chat)
}

function payloadOf({ role, content, tool_calls: calls }: Chat['messages'][number]): JsonObject {
  const text = content ?? ''
  if (role === 'system') return { content_type: 'instruction', text }
  const isTool = role === 'tool' || (calls?.length ?? 0) > 0
  if (!isTool) return { content_type: 'dialogue', role, text }
  const direction = role === 'tool' ? 'result' : 'call'
  return { content_type: 'tool_io', tool_name: 'tool', direction, payload: { text, calls: calls ?? [] } }
}

/** Records a conversation as an agent would, compressing the older half when the context grows beyond the budget. */
async function record(h: History, { messages }: Chat): Promise<number> {
  let compressions = 0
  for (const message of messages) {
    if (message.role === 'assistant') await h.recordCompile()
    await h.commit(payloadOf(message))
    const { entries, tokens } = await h.context()
    const open = entries.filter(({ priority }) => priority !== 'pinned')
    if (tokens < BUDGET || open.length < 6) continue
    const old = open.slice(0, -4)
    const summary = old
      .map(({ text }) => text.slice(0, 40))
      .join(' / ')
      .slice(0, 400)
    await h.compress({ sources: old.map(({ commit }) => commit.commitHash), summary })
    compressions++
  }
  return compressions
}

// Set TRACT_DATA_DIR to the folder of real conversations to run this.
test.skipIf(folder === undefined)(
  'real conversations are recorded, compressed, asked, verified and moved',
  async () => {
    const store = await aStore()
    const chats = conversations(12)
    let compressions = 0
    for (const chat of chats) compressions += await record(history(store, chat.conversation_id), chat)
    expect(compressions).toBeGreaterThan(chats.length)
    expect((await verify(store)).findings).toEqual([])
    for (const { conversation_id: id, messages } of chats) {
      const { entries, headHash } = await history(store, id).context()
      const originals = new Set<string>()
      for (const { commit } of entries) {
        for (const { commitHash } of (await originsOf(store, commit.commitHash)).originals)
          originals.add(commitHash)
      }
      // Every message is still behind something in the context, and nothing else is.
      expect(originals.size).toBe(messages.length)
      const first = [...originals][1] ?? ''
      expect(['verbatim', 'summarised']).toContain((await fateOf(store, first)).standing)
      const records = await store.compileRecords.getAll(id)
      expect(records).toHaveLength(messages.filter(({ role }) => role === 'assistant').length)
      for (const { recordId } of records) expect((await contextOf(store, recordId)).proof).toBe('proven')
      expect(await seenBy(store, first)).toHaveLength(records.length)
      const [early, late] = [records[0]?.recordId ?? '', records.at(-1)?.recordId ?? '']
      const { changes } = await diffContexts(store, early, late)
      expect(changes.filter(({ kind }) => kind === 'dropped')).toEqual([])
      expect((await savings(store, id)).total.saved).toBeGreaterThanOrEqual(0)
      const drawing = await picture(store, { tract: id })
      expect(Math.max(...drawing.split('\n').map((line) => line.length))).toBeLessThan(600)
      expect(headHash).not.toBeNull()
    }
    expect((await collect(store)).commits).toEqual([])
    const copy = await aStore()
    await importBundle(copy, exportBundle(store))
    expect((await verify(copy)).findings).toEqual([])
  },
  300_000,
)
