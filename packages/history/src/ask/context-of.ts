import type { Repositories } from '@tract/repositories'
import type { CompileEffectiveRow, CompileRecordRow } from '@tract/schema'
import {
  type Context,
  type ContextEntry,
  type ContextPart,
  contextOfEntries,
  partsAt,
  priorityOf,
  type Render,
  renderMessages,
} from '../context.js'
import { UnknownRecordError } from '../errors.js'
import { checkFunction, checkStore, readOptions } from '../input.js'
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
  readonly what: 'commit' | 'payload' | 'payload as it was' | 'edit' | 'head' | 'entries'
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
  checkStore(store)
  const { render = renderMessages } = readOptions('options', options, ['render'])
  checkFunction('options.render', render)
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

/** An entry of a record; its payload is not known where the commit is gone and the record does not name it. */
type NamedEntry = Omit<RecordEntry, 'content'> & { readonly content: string | null }

interface Rebuilt {
  /** `null` stands for a message whose text is missing. */
  readonly entries: readonly (ContextEntry | null)[]
  readonly missing: readonly Missing[]
}

async function entriesAsKept(store: Repositories, kept: readonly NamedEntry[]): Promise<Rebuilt> {
  const commits = await store.commits.getMany([
    ...new Set(kept.flatMap(({ commit, edit }) => (edit === null ? [commit] : [commit, edit]))),
  ])
  const blobs = await store.blobs.getMany([...new Set(kept.flatMap(({ content }) => content ?? []))])
  const missing: Missing[] = []
  const entries = kept.map((entry, position): ContextEntry | null => {
    const commit = commits.get(entry.commit)
    const edit = entry.edit === null ? null : (commits.get(entry.edit) ?? null)
    const content = entry.content ?? ''
    const payloadJson = blobs.get(content)?.payloadJson
    if (commit === undefined) missing.push({ position, what: 'commit', hash: entry.commit })
    if (edit === null && entry.edit !== null) missing.push({ position, what: 'edit', hash: entry.edit })
    if (payloadJson === undefined && entry.content !== null) {
      missing.push({ position, what: 'payload', hash: entry.content })
    }
    if (commit === undefined || payloadJson === undefined) return null
    if (!isPayloadOf(content, payloadJson)) {
      missing.push({ position, what: 'payload as it was', hash: entry.content })
    }
    return {
      ...{ commit, edit, contentHash: content, payloadJson, tokens: entry.tokens },
      ...spokenOf((edit ?? commit).contentType, payloadJson),
      priority: priorityOf(commit, undefined),
    }
  })
  return { entries, missing }
}

async function entriesWithoutRecord(store: Repositories, record: CompileRecordRow): Promise<Rebuilt> {
  const links = await store.compileRecords.getEffectives(record.recordId)
  const head = headOf(record)
  const atHead = head === null ? [] : await partsAt(store, head)
  const isAtHead =
    atHead.length === links.length &&
    atHead.every(({ commit }, index) => commit.commitHash === links[index]?.commitHash)
  const rebuilt = await entriesAsKept(store, isAtHead ? atHead.map(entryOf) : await asWritten(store, links))
  const missing: Missing[] = []
  if (head !== null && (await store.commits.get(head)) === null) {
    missing.push({ position: null, what: 'head', hash: head })
  }
  if (links.length > 0) missing.push({ position: null, what: 'entries', hash: null })
  return { entries: rebuilt.entries, missing: [...missing, ...rebuilt.missing] }
}

function entryOf({ commit, edit }: ContextPart): RecordEntry {
  const { contentHash: content, tokenCount: tokens } = edit ?? commit
  return { commit: commit.commitHash, content, edit: edit?.commitHash ?? null, role: '', tokens }
}

/** Commits with the texts that they were written with. */
async function asWritten(
  store: Repositories,
  links: readonly CompileEffectiveRow[],
): Promise<readonly NamedEntry[]> {
  const commits = await store.commits.getMany(links.map(({ commitHash }) => commitHash))
  return links.map(({ commitHash }) => {
    const commit = commits.get(commitHash)
    if (commit !== undefined) return entryOf({ commit, edit: null, priority: 'normal' })
    return { commit: commitHash, content: null, edit: null, role: '', tokens: 0 }
  })
}
