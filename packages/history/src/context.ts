import { hash } from 'node:crypto'
import { DamagedDataError, type Repositories } from '@tract/repositories'
import {
  type AnnotationRow,
  type CommitRow,
  canonicalJson,
  type JsonObject,
  type Priority,
  type Stored,
} from '@tract/schema'
import { type Role, spokenOf } from './payload.js'

/** One message of a context and where it comes from. */
export interface ContextEntry {
  /** The commit that stands in the context. */
  readonly commit: CommitRow
  /** The latest edit of that commit, which gives the text; `null` where it was not edited. */
  readonly edit: CommitRow | null
  /** The hash of the payload that gives the text. */
  readonly contentHash: string
  /** That payload, as it is stored. */
  readonly payloadJson: string
  readonly role: Role
  readonly text: string
  /** The speaker of a dialogue or the tool; `null` where none is named. */
  readonly name: string | null
  readonly priority: Stored<Priority>
  readonly tokens: number
}

/** What a model is shown at a head. */
export interface Context {
  /** The head; `null` where the tract has no commit. */
  readonly headHash: string | null
  /** Oldest first. */
  readonly entries: readonly ContextEntry[]
  /** The messages as they are sent, made of the entries. */
  readonly messages: readonly JsonObject[]
  /** The tokens of all entries. */
  readonly tokens: number
  /** SHA-256 of the canonical JSON of the messages: 64 lower-case hex digits. */
  readonly digest: string
}

/**
 * Makes the messages that are sent of the entries of a context. It must be a function of the entries alone: a context is
 * proven by making its messages again.
 */
export type Render = (entries: readonly ContextEntry[]) => readonly JsonObject[]

/** A message `{ role, content }` an entry, with `name` where there is one. */
export const renderMessages: Render = (entries) =>
  entries.map(({ role, text, name }) =>
    name === null ? { role, content: text } : { role, content: text, name },
  )

/** The digest of messages as a compile record holds it. */
export function digestOf(messages: readonly JsonObject[]): string {
  return hash('sha256', canonicalJson(messages), 'hex')
}

/** The context at a head: the cost is that of its chain. */
export async function readContext(
  repositories: Repositories,
  headHash: string | null,
  render: Render = renderMessages,
): Promise<Context> {
  const chain = headHash === null ? [] : await repositories.commits.getAncestors(headHash)
  const { shown, edits, annotations } = await readEffective(repositories, chain.toReversed())
  const parts = shown.map((commit) => {
    const edit = edits.get(commit.commitHash) ?? null
    return { commit, edit, priority: priorityOf(commit, annotations.get(commit.commitHash)) }
  })
  return contextOfEntries(headHash, await readEntries(repositories, parts), render)
}

/** A context of entries that are at hand. */
export function contextOfEntries(
  headHash: string | null,
  entries: readonly ContextEntry[],
  render: Render,
): Context {
  const messages = render(entries)
  const tokens = entries.reduce((sum, entry) => sum + entry.tokens, 0)
  return { headHash, entries, messages, tokens, digest: digestOf(messages) }
}

/** What takes part in a context, and what changes it. */
export interface Effective {
  /** The commits that are shown, oldest first. */
  readonly shown: readonly CommitRow[]
  /** The edit that gives a commit its text. */
  readonly edits: ReadonlyMap<string, CommitRow>
  readonly annotations: ReadonlyMap<string, AnnotationRow>
}

/** @param chain oldest first */
export async function readEffective(
  repositories: Repositories,
  chain: readonly CommitRow[],
): Promise<Effective> {
  const annotations = await repositories.annotations.batchGetLatest(chain.map(({ commitHash }) => commitHash))
  const edits = new Map<string, CommitRow>()
  const shown: CommitRow[] = []
  for (const commit of chain) {
    if (annotations.get(commit.commitHash)?.priority === 'skip') continue
    if (commit.operation !== 'edit') shown.push(commit)
    else if (commit.responseTo !== null) edits.set(commit.responseTo, commit)
  }
  return { shown, edits, annotations }
}

/** An instruction is pinned unless an annotation says otherwise. */
export function priorityOf(commit: CommitRow, latest: AnnotationRow | undefined): Stored<Priority> {
  return latest?.priority ?? (commit.contentType === 'instruction' ? 'pinned' : 'normal')
}

async function readEntries(
  repositories: Repositories,
  parts: readonly Pick<ContextEntry, 'commit' | 'edit' | 'priority'>[],
): Promise<readonly ContextEntry[]> {
  const blobs = await repositories.blobs.getMany(
    parts.map(({ commit, edit }) => (edit ?? commit).contentHash),
  )
  return parts.map((part) => {
    const { contentHash, contentType, tokenCount: tokens } = part.edit ?? part.commit
    const payloadJson = blobs.get(contentHash)?.payloadJson
    if (payloadJson === undefined) {
      throw new DamagedDataError(`blob ${contentHash}`, 'nothing', 'the payload of a commit')
    }
    return { ...part, contentHash, payloadJson, tokens, ...spokenOf(contentType, payloadJson) }
  })
}
