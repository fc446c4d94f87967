import type { Repositories } from '@tract/repositories'
import type { CommitRow, OperationEventRow } from '@tract/schema'
import { checkStore, readOptions } from '../input.js'
import { commitOf } from '../resolve.js'
import { tipOf } from '../write/merge.js'
import { editsAt, shownAt } from './edits.js'
import { byTime } from './origins.js'
import { copiesOf, type Walk, walk } from './steps.js'
import { type LineageNode, treeOf } from './tree.js'

/**
 * How a head holds a message: as it was written, with another text, inside a summary, or not at all. A message that is
 * skipped is not held.
 */
export type Standing = 'verbatim' | 'edited' | 'summarised' | 'absent'

/** What became of a message. */
export interface Fate {
  readonly commit: CommitRow
  /** From the commit forward to what came of it, through each event and spawned tract. */
  readonly tree: LineageNode
  /** The events it went into, and those that took it further, oldest first. */
  readonly events: readonly OperationEventRow[]
  /** Every commit that came of it, oldest first. */
  readonly descendants: readonly CommitRow[]
  /** The head that was looked at; `null` where the tract has none. */
  readonly headHash: string | null
  /** How that head holds it. */
  readonly standing: Standing
  /** The commits by which that head holds it: itself, a copy, or summaries. Oldest first. */
  readonly standsAs: readonly CommitRow[]
}

/**
 * What became of a message.
 *
 * @param hash a commit, by hash or prefix
 * @param options.at the commit or branch to look at; the head of the commit's own tract unless given
 * @throws {@link UnknownHashError}, {@link AmbiguousPrefixError}
 */
export async function fateOf(
  store: Repositories,
  hash: string,
  options: { readonly at?: string } = {},
): Promise<Fate> {
  checkStore(store)
  const { at } = readOptions('options', options, ['at'])
  const commit = await commitOf(store, hash)
  const { tractId, commitHash } = commit
  const headHash = at === undefined ? await store.refs.getHead(tractId) : await tipOf(store, tractId, at)
  const found = await walk(store, [commitHash], 'fate')
  const descendants = [...found.commits.values()].filter((row) => row.commitHash !== commitHash).sort(byTime)
  const held = headHash === null ? ABSENT : await standingAt(store, headHash, commit, found)
  return {
    ...{ commit, headHash, descendants, ...held },
    tree: treeOf(commitHash, found, 'fate'),
    events: [...found.events.values()].sort(byTime),
  }
}

interface Held {
  readonly standing: Standing
  readonly standsAs: readonly CommitRow[]
}

const ABSENT: Held = { standing: 'absent', standsAs: [] }

async function standingAt(
  store: Repositories,
  headHash: string,
  commit: CommitRow,
  found: Walk,
): Promise<Held> {
  const shown = await shownAt(store, headHash, [...found.commits.values()])
  const copies = copiesOf(commit.commitHash, found)
  const asItself = shown.filter(({ commitHash }) => copies.has(commitHash))
  if (commit.operation === 'edit') return standingOfEdit(store, headHash, shown, asItself, commit)
  if (asItself.length > 0) {
    const edits = await editsAt(store, headHash, hashesOf(asItself))
    const isEdited = asItself.every(({ commitHash }) => edits.has(commitHash))
    return { standing: isEdited ? 'edited' : 'verbatim', standsAs: asItself }
  }
  return shown.length > 0 ? { standing: 'summarised', standsAs: shown } : ABSENT
}

/** An edit is held while it gives a text, and goes the way of what it edits. */
async function standingOfEdit(
  store: Repositories,
  headHash: string,
  all: readonly CommitRow[],
  onHead: readonly CommitRow[],
  commit: CommitRow,
): Promise<Held> {
  const targets = await store.commits.getMany(onHead.flatMap(({ responseTo }) => responseTo ?? []))
  const shown = await shownAt(store, headHash, [...targets.values()])
  const edits = await editsAt(store, headHash, hashesOf([...shown, ...onHead]))
  // Taken over from elsewhere it is a message of its own, which edits may have changed.
  const given = onHead.filter(({ commitHash, responseTo, operation }) =>
    operation === 'edit' ? edits.get(responseTo ?? '')?.commitHash === commitHash : !edits.has(commitHash),
  )
  if (given.length > 0) return { standing: 'verbatim', standsAs: given }
  if (shown.length > 0) return { standing: 'edited', standsAs: shown }
  const summaries = all.filter(({ operation }) => operation !== 'edit')
  if (summaries.length > 0) return { standing: 'summarised', standsAs: summaries }
  const target = commit.responseTo === null ? null : await store.commits.get(commit.responseTo)
  if (target === null || target.operation === 'edit') return ABSENT
  const held = await standingAt(store, headHash, target, await walk(store, [target.commitHash], 'fate'))
  return held.standing === 'summarised' ? held : ABSENT
}

function hashesOf(commits: readonly CommitRow[]): readonly string[] {
  return commits.map(({ commitHash }) => commitHash)
}
