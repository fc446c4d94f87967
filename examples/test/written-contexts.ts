import { createHash } from 'node:crypto'
import Database from 'better-sqlite3'
import type { Conversation } from '../src/demo/chat.js'

/** What a database keeps of one call of the model. */
export interface WrittenContext {
  readonly tokens: number
  readonly digest: string
  /** The message that each part of the context holds; `null` for a summary. */
  readonly parts: readonly { readonly message: number | null; readonly text: string }[]
  /** The messages behind the summaries in it, through every event. */
  readonly summarised: readonly number[]
}

const RECORDS = `
  SELECT tract_id AS tractId, token_count AS tokens, params_json ->> '$.context_digest' AS digest, (
    SELECT json_group_array(json_object('commit', c.commit_hash, 'message', c.metadata_json ->> '$.message', 'text', b.payload_json ->> '$.text'))
    FROM json_each(r.params_json, '$.entries') AS e
    JOIN commits AS c ON c.commit_hash = e.value ->> '$.commit'
    JOIN blobs AS b ON b.content_hash = e.value ->> '$.content'
  ) AS parts
  FROM compile_records AS r ORDER BY created_at`

const BEHIND = `
  WITH RECURSIVE behind (hash) AS (
    SELECT ?
    UNION
    SELECT source.commit_hash FROM behind
    JOIN operation_commits AS result ON result.commit_hash = behind.hash AND result.role = 'result'
    JOIN operation_commits AS source ON source.event_id = result.event_id AND source.role = 'source'
    JOIN operation_events AS event ON event.event_id = result.event_id
    WHERE event.event_type = 'compress' OR source.position = result.position
  )
  SELECT DISTINCT metadata_json ->> '$.message' AS message FROM behind
  JOIN commits ON commit_hash = hash WHERE metadata_json ->> '$.message' IS NOT NULL ORDER BY 1`

/** The contexts that a database keeps, by tract, read by SQLite alone. */
export function writtenContexts(file: string): ReadonlyMap<string, readonly WrittenContext[]> {
  interface Row extends Pick<WrittenContext, 'tokens' | 'digest'> {
    readonly tractId: string
    readonly parts: string
  }
  type Part = WrittenContext['parts'][number] & { readonly commit: string }
  const database = new Database(file, { readonly: true })
  try {
    const behind = database.prepare<[string], { message: number }>(BEHIND)
    const contexts = new Map<string, WrittenContext[]>()
    for (const { tractId, tokens, digest, parts: text } of database.prepare<[], Row>(RECORDS).all()) {
      const parts: Part[] = JSON.parse(text)
      const summaries = parts.filter(({ message }) => message === null)
      const summarised = summaries.flatMap(({ commit }) => behind.all(commit).map(({ message }) => message))
      contexts.set(tractId, [...(contexts.get(tractId) ?? []), { tokens, digest, parts, summarised }])
    }
    return contexts
  } finally {
    database.close()
  }
}

/** The digest of the messages that were sent, made of the conversation itself and, for summaries, of the stored text. */
export function expectedDigest({ messages }: Conversation, { parts }: WrittenContext): string {
  const tools = new Map(messages.flatMap(({ toolCalls }) => toolCalls.map(({ id, name }) => [id, name])))
  const numbers = parts.filter(
    ({ message }, index) => message === null || message !== parts[index - 1]?.message,
  )
  const sent = numbers.map(({ message: number, text }) => {
    const message = messages[(number ?? 0) - 1]
    if (message === undefined) return { role: 'assistant', content: text }
    const { role, content, name, toolCalls, toolCallId } = message
    if (role === 'tool') {
      return {
        role,
        tool_call_id: toolCallId,
        name: name ?? tools.get(toolCallId ?? '') ?? 'unknown',
        content,
      }
    }
    const calls = toolCalls.map((call) => {
      return { id: call.id, type: 'function', function: { name: call.name, arguments: call.arguments } }
    })
    return {
      role,
      content: content === '' && calls.length > 0 ? null : content,
      ...(name === null ? {} : { name }),
      ...(calls.length > 0 ? { tool_calls: calls } : {}),
    }
  })
  return createHash('sha256').update(JSON.stringify(sent, sorted)).digest('hex')
}

function sorted(_: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)))
}
