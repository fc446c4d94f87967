import { hash } from 'node:crypto'
import { DamagedDataError, InvalidInputError, type Repositories } from '@tract/repositories'
import {
  type AnnotationRow,
  type CommitRow,
  canonicalJson,
  type JsonObject,
  type Priority,
  type Stored,
} from '@tract/schema'
import { checkObject, convert, describe, readList } from './input.js'
import { isPayloadOf, type Role, spokenOf } from './payload.js'

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

/** What a message is made of. The priority may be another when it is made again, so it is none of its concern. */
export type RenderedEntry = Omit<ContextEntry, 'priority'>

/**
 * Makes the messages that are sent of the entries of a context. It must be a function of the entries alone: a context is
 * proven by making its messages again.
 */
export type Render = (entries: readonly RenderedEntry[]) => readonly JsonObject[]

/** A message `{ role, content }` an entry, with `name` where there is one. */
export const renderMessages: Render = (entries) =>
  entries.map(({ role, text, name }) =>
    name === null ? { role, content: text } : { role, content: text, name },
  )

/** The digest of messages as a compile record holds it. @throws {@link InvalidInputError} for what JSON cannot hold */
export function digestOf(messages: readonly JsonObject[]): string {
  return hash(
    'sha256',
    convert('messages', () => canonicalJson(messages)),
    'hex',
  )
}

/** The context at a head: the cost is that of its chain. */
export async function readContext(
  repositories: Repositories,
  headHash: string | null,
  render: Render = renderMessages,
): Promise<Context> {
  const parts = headHash === null ? [] : await partsAt(repositories, headHash)
  return contextOfEntries(headHash, await readEntries(repositories, parts), render)
}

/** A message of a context before its text is read. */
export type ContextPart = Pick<ContextEntry, 'commit' | 'edit' | 'priority'>

/** What a head shows, oldest first, without its texts. */
export async function partsAt(repositories: Repositories, headHash: string): Promise<readonly ContextPart[]> {
  const chain = await repositories.commits.getAncestors(headHash)
  const { shown, edits, annotations } = await readEffective(repositories, chain.toReversed())
  return shown.map((commit) => {
    const edit = edits.get(commit.commitHash) ?? null
    return { commit, edit, priority: priorityOf(commit, annotations.get(commit.commitHash)) }
  })
}

/**
 * A context of entries that are at hand.
 *
 * @throws {@link InvalidInputError} where the caller's function makes no messages of them
 */
export function contextOfEntries(
  headHash: string | null,
  entries: readonly ContextEntry[],
  render: Render,
): Context {
  const messages = readMessages(render(entries))
  const tokens = entries.reduce((sum, entry) => sum + entry.tokens, 0)
  return { headHash, entries, messages, tokens, digest: digestOf(messages) }
}

function readMessages(messages: unknown): readonly JsonObject[] {
  if (!Array.isArray(messages)) {
    throw new InvalidInputError('messages', describe(messages), 'an array of messages from render')
  }
  for (const [index, message] of messages.entries()) checkObject(`messages[${index}]`, message)
  return messages
}

/**
 * The entries of a caller's context.
 *
 * @throws {@link InvalidInputError} unless each says what its payload says: another text could not be rebuilt
 */
export function readEntriesGiven(field: string, entries: readonly ContextEntry[]): readonly ContextEntry[] {
  return readList(field, entries, 'an array of entries', (given: ContextEntry | null | undefined, index) => {
    const entry: Partial<ContextEntry> = { ...given }
    const { commit, edit, payloadJson, role, text, name } = entry
    const place = `${field}[${index}]`
    if (typeof commit?.contentType !== 'string' || typeof payloadJson !== 'string') {
      throw new InvalidInputError(place, describe(given), 'an entry of a context')
    }
    const spoken = spokenOf((edit ?? commit).contentType, payloadJson)
    if (spoken.role === role && spoken.text === text && spoken.name === name) return entry as ContextEntry
    throw new InvalidInputError(place, `${describe(role)}: ${describe(text)}`, 'what its payload says')
  })
}

/**
 * The entries of a context that a caller wants to keep.
 *
 * @throws {@link InvalidInputError} as {@link readEntriesGiven} does, and unless each has the payload of its commit
 */
export function readEntriesToKeep(field: string, entries: readonly ContextEntry[]): readonly ContextEntry[] {
  const given = readEntriesGiven(field, entries)
  for (const [index, { commit, edit, contentHash, payloadJson }] of given.entries()) {
    const giving = edit ?? commit
    if (contentHash === giving.contentHash && isPayloadOf(contentHash, payloadJson)) continue
    const found = `${describe(contentHash)} with ${describe(payloadJson)}`
    throw new InvalidInputError(`${field}[${index}]`, found, `the payload of commit ${giving.commitHash}`)
  }
  return given
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
  parts: readonly ContextPart[],
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
