import type { Repositories } from '@tract/repositories'
import type { CompileRecordRow } from '@tract/schema'
import {
  type Context,
  type ContextEntry,
  contextOfEntries,
  priorityOf,
  type Render,
  readContext,
  renderMessages,
} from '../context.js'
import { UnknownRecordError } from '../errors.js'
import { membersOf, textMember } from '../members.js'
import { isPayloadOf, spokenOf } from '../payload.js'
import { digestIn, entriesOf, type RecordEntry } from './record-entries.js'

/**
 * How sure a rebuilt context is: `proven`, its digest is the one that was recorded; `contradicted`, it is another;
 * `unproven`, no digest was recorded.
 */
export type Proof = 'proven' | 'contradicted' | 'unproven'

/** Something that a record names and the store no longer has as it was. */
export interface Missing {
  /** The message in the context, from 0; `null` where the whole is meant. */
  readonly position: number | null
  readonly what: 'commit' | 'payload' | 'payload as it was' | 'edit' | 'entries' | 'order'
  /** The hash that was looked for; `null` where the record names none. */
  readonly hash: string | null
}

/** What was sent to a model at one call. */
export interface SentContext {
  readonly record: CompileRecordRow
  /** The context; `null` where a part of it that gives text is missing. */
  readonly context: Context | null
  readonly proof: Proof
  /** The recorded digest, or `null`. */
  readonly digest: string | null
  /** What is missing, by position; empty where nothing is. */
  readonly missing: readonly Missing[]
}

/**
 * The exact context that was sent, byte for byte. A record of another writer may keep neither entries nor digest: then
 * today's rules are applied at its head, and where they give other commits than it names, the commits it names with the
 * texts they were written with.
 *
 * @param options.render what made the messages when the record was written
 * @throws {@link UnknownRecordError}
 * @throws {@link DamagedRecordError} where the record contradicts itself
 */
export async function contextOf(
  store: Repositories,
  recordId: string,
  options: { readonly render?: Render } = {},
): Promise<SentContext> {
  const { render = renderMessages } = options
  const record = await store.compileRecords.getRecord(recordId)
  if (record === null) throw new UnknownRecordError(recordId)
  const digest = digestIn(record)
  const kept = entriesOf(record)
  const { entries, missing } =
    kept === null ? await entriesWithoutRecord(store, record) : await entriesAsKept(store, kept)
  const isWhole = entries.every((entry) => entry !== null)
  const context = isWhole ? contextOfEntries(headOf(record), entries, render) : null
  if (digest === null || context === null) return { record, context, digest, missing, proof: 'unproven' }
  return { record, context, digest, missing, proof: context.digest === digest ? 'proven' : 'contradicted' }
}

function headOf({ headHash }: CompileRecordRow): string | null {
  return headHash === '' ? null : headHash
}

interface Rebuilt {
  /** `null` stands for a message whose text is missing. */
  readonly entries: readonly (ContextEntry | null)[]
  readonly missing: readonly Missing[]
}

async function entriesAsKept(store: Repositories, kept: readonly RecordEntry[]): Promise<Rebuilt> {
  const commits = await store.commits.getMany([
    ...new Set(kept.flatMap(({ commit, edit }) => (edit === null ? [commit] : [commit, edit]))),
  ])
  const blobs = await store.blobs.getMany([...new Set(kept.map(({ content }) => content))])
  const missing: Missing[] = []
  const entries = kept.map((entry, position): ContextEntry | null => {
    const commit = commits.get(entry.commit)
    const edit = entry.edit === null ? null : (commits.get(entry.edit) ?? null)
    const payloadJson = blobs.get(entry.content)?.payloadJson
    if (commit === undefined) missing.push({ position, what: 'commit', hash: entry.commit })
    if (edit === null && entry.edit !== null) missing.push({ position, what: 'edit', hash: entry.edit })
    if (payloadJson === undefined) missing.push({ position, what: 'payload', hash: entry.content })
    if (commit === undefined || payloadJson === undefined) return null
    if (!isPayloadOf(entry.content, payloadJson)) {
      missing.push({ position, what: 'payload as it was', hash: entry.content })
    }
    const type = textMember(membersOf(payloadJson), 'content_type') ?? commit.contentType
    return {
      ...{ commit, edit, contentHash: entry.content, payloadJson, tokens: entry.tokens },
      ...spokenOf(type, payloadJson),
      priority: priorityOf(commit, undefined),
    }
  })
  return { entries, missing }
}

async function entriesWithoutRecord(store: Repositories, record: CompileRecordRow): Promise<Rebuilt> {
  const links = await store.compileRecords.getEffectives(record.recordId)
  const hashes = links.map(({ commitHash }) => commitHash)
  const unsaid: Missing = { position: null, what: 'entries', hash: null }
  const atHead = await readContext(store, headOf(record))
  const same =
    atHead.entries.length === hashes.length &&
    atHead.entries.every(({ commit }, index) => commit.commitHash === hashes[index])
  if (same) return { entries: atHead.entries, missing: hashes.length === 0 ? [] : [unsaid] }
  const commits = await store.commits.getMany(hashes)
  const rebuilt = await entriesAsKept(
    store,
    hashes.map((commit) => {
      const { contentHash: content = '', tokenCount: tokens = 0 } = commits.get(commit) ?? {}
      return { commit, content, edit: null, role: '', tokens }
    }),
  )
  return { entries: rebuilt.entries, missing: [unsaid, ...rebuilt.missing] }
}
