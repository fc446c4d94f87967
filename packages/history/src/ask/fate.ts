import type { Repositories } from '@tract/repositories'
import type { CommitRow, OperationEventRow } from '@tract/schema'
import { commitOf } from '../resolve.js'
import { tipOf } from '../write/merge.js'
import { byTime } from './origins.js'
import { isCopy, type Walk, walk } from './steps.js'
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
  const commit = await commitOf(store, hash)
  const { tractId, commitHash } = commit
  const headHash =
    options.at === undefined ? await store.refs.getHead(tractId) : await tipOf(store, tractId, options.at)
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
  if (commit.operation === 'edit') return standingOfEdit(store, headHash, asItself, commit)
  if (asItself.length > 0) {
    const edits = await editsAt(store, headHash, asItself)
    const isEdited = asItself.every(({ commitHash }) => edits.has(commitHash))
    return { standing: isEdited ? 'edited' : 'verbatim', standsAs: asItself }
  }
  return shown.length > 0 ? { standing: 'summarised', standsAs: shown } : ABSENT
}

/** An edit is held while it gives a text, and goes the way of what it edits. */
async function standingOfEdit(
  store: Repositories,
  headHash: string,
  onHead: readonly CommitRow[],
  commit: CommitRow,
): Promise<Held> {
  const targets = await store.commits.getMany(onHead.flatMap(({ responseTo }) => responseTo ?? []))
  const shown = await shownAt(store, headHash, [...targets.values()])
  const edits = await editsAt(store, headHash, shown)
  const given = onHead.filter(
    ({ commitHash, responseTo }) => edits.get(responseTo ?? '')?.commitHash === commitHash,
  )
  if (given.length > 0) return { standing: 'verbatim', standsAs: given }
  if (shown.length > 0) return { standing: 'edited', standsAs: shown }
  const target = commit.responseTo === null ? null : await store.commits.get(commit.responseTo)
  if (target === null || target.operation === 'edit') return ABSENT
  const held = await standingAt(store, headHash, target, await walk(store, [target.commitHash], 'fate'))
  return held.standing === 'summarised' ? held : ABSENT
}

/** Those of the commits that are on the chain of a head and not skipped. */
async function shownAt(
  store: Repositories,
  headHash: string,
  commits: readonly CommitRow[],
): Promise<readonly CommitRow[]> {
  const hashes = commits.map(({ commitHash }) => commitHash)
  if (hashes.length === 0) return []
  const onChain = await store.commits.getOnChain(headHash, hashes)
  const annotations = await store.annotations.batchGetLatest([...onChain])
  return commits
    .filter(({ commitHash }) => onChain.has(commitHash) && annotations.get(commitHash)?.priority !== 'skip')
    .sort(byTime)
}

/** The edit that gives each of the commits its text at a head. */
async function editsAt(
  store: Repositories,
  headHash: string,
  commits: readonly CommitRow[],
): Promise<ReadonlyMap<string, CommitRow>> {
  const responses = await store.commits.getResponses(commits.map(({ commitHash }) => commitHash))
  const edits = await shownAt(
    store,
    headHash,
    responses.filter(({ operation }) => operation === 'edit'),
  )
  return new Map(edits.map((edit) => [edit.responseTo ?? '', edit]))
}

function copiesOf(hash: string, found: Walk): ReadonlySet<string> {
  const copies = new Set([hash])
  const unchanged = found.steps.filter((step) => isCopy(step, found))
  for (let size = 0; size < copies.size; ) {
    size = copies.size
    for (const { source, result } of unchanged) if (copies.has(source)) copies.add(result)
  }
  return copies
}
