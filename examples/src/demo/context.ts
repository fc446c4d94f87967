import { createHash } from 'node:crypto'
import type { Repositories } from '@tract/repositories'
import { type CommitRow, canonicalJson, type JsonObject } from '@tract/schema'
import { type Origin, originOf } from './origin.js'
import { type Payload, roleOf } from './payload.js'

/** What a model is shown at a head: the effective commits, oldest first. */
export interface Context {
  readonly headHash: string | null
  readonly entries: readonly ContextEntry[]
  readonly tokens: number
}

export interface ContextEntry {
  readonly commit: CommitRow
  readonly payload: Payload
  readonly origin: Origin
  /** Whether it survives compression verbatim. */
  readonly pinned: boolean
}

/**
 * The context of a tract as the file has it now: the first-parent chain of HEAD. Edits and skipped commits, which a
 * full reader would resolve here, are never written by this program.
 */
export async function readContext(repositories: Repositories, tractId: string): Promise<Context> {
  const headHash = await repositories.refs.getHead(tractId)
  const chain = headHash === null ? [] : await repositories.commits.getAncestors(headHash)
  const entries = await readEntries(repositories, chain.toReversed())
  return { headHash, entries, tokens: entries.reduce((sum, entry) => sum + entry.commit.tokenCount, 0) }
}

/** Commits with their payloads and priorities, in the order given. */
export async function readEntries(
  repositories: Repositories,
  commits: readonly CommitRow[],
): Promise<readonly ContextEntry[]> {
  const blobs = await repositories.blobs.getMany(commits.map((commit) => commit.contentHash))
  const annotations = await repositories.annotations.batchGetLatest(
    commits.map((commit) => commit.commitHash),
  )
  return commits.map((commit) => {
    const blob = blobs.get(commit.contentHash)
    const origin = originOf(commit)
    if (blob === undefined || origin === null) {
      throw new Error(
        `commit ${commit.commitHash} of tract ${commit.tractId} was not written by this program`,
      )
    }
    return {
      commit,
      payload: JSON.parse(blob.payloadJson) as Payload,
      origin,
      pinned: annotations.get(commit.commitHash)?.priority === 'pinned',
    }
  })
}

/** The context as it is sent: a message of the OpenAI chat format for each that was recorded, and for each summary. */
export function messagesOf(entries: readonly ContextEntry[]): readonly JsonObject[] {
  const messages: JsonObject[] = []
  for (const [index, { payload, origin }] of entries.entries()) {
    if (payload.content_type === 'instruction') messages.push({ role: 'system', content: payload.text })
    else if (payload.content_type === 'dialogue') {
      const { role, text: content, name } = payload
      messages.push(name === null ? { role, content } : { role, content, name })
    } else if (payload.direction === 'result') {
      const { tool_call_id, content } = payload.payload
      messages.push({ role: 'tool', tool_call_id, name: payload.tool_name, content })
    } else {
      const before = sameMessage(entries[index - 1]?.origin, origin) ? messages.pop() : undefined
      const call = {
        id: payload.payload.id,
        type: 'function',
        function: { name: payload.tool_name, arguments: payload.payload.arguments },
      }
      const calls = Array.isArray(before?.tool_calls) ? before.tool_calls : []
      messages.push({ role: 'assistant', content: null, ...before, tool_calls: [...calls, call] })
    }
  }
  return messages
}

/** SHA-256 of the canonical JSON of the messages as sent: whoever has the file can prove what a model was shown. */
export function digestOf(messages: readonly JsonObject[]): string {
  return createHash('sha256').update(canonicalJson(messages)).digest('hex')
}

/** The part of a record that rebuilds its context, whatever becomes of the history afterwards. */
export function recordParams(entries: readonly ContextEntry[]): JsonObject {
  return {
    context_digest: digestOf(messagesOf(entries)),
    entries: entries.map(({ commit, payload }) => ({
      commit: commit.commitHash,
      content: commit.contentHash,
      edit: null,
      role: roleOf(payload),
      tokens: commit.tokenCount,
    })),
  }
}

function sameMessage(one: Origin | undefined, other: Origin): boolean {
  return one?.kind === 'message' && other.kind === 'message' && one.message === other.message
}
