import type { Repositories } from '@tract/repositories'
import type { CommitRow, OperationEventRow } from '@tract/schema'
import { groupBy } from '../group.js'
import { checkStore } from '../input.js'
import { commitOf } from '../resolve.js'
import { type Walk, walk } from './steps.js'
import { type LineageNode, nodesOf, treeOf } from './tree.js'

/** Where a commit comes from. */
export interface Origins {
  readonly commit: CommitRow
  /** From the commit back to the original messages, through each event and spawned tract. */
  readonly tree: LineageNode
  /** The original messages, oldest first; the commit itself where it is one. */
  readonly originals: readonly CommitRow[]
  /** Hashes on the way whose commits are gone, so that what they came from is not known. */
  readonly lost: readonly string[]
  /** Every event on the way, oldest first. */
  readonly events: readonly OperationEventRow[]
  /** The events between one of the originals and the commit, oldest first. */
  wayOf(original: string): readonly OperationEventRow[]
}

/**
 * The original messages that a commit comes from, through any number of compressions, reorganizations, imports and
 * spawned tracts. A few queries for each generation of tracts and each spawned tract on the way, whatever the size of the
 * store.
 *
 * @param hash a commit, by hash or prefix
 * @throws {@link UnknownHashError}, {@link AmbiguousPrefixError}
 */
export async function originsOf(store: Repositories, hash: string): Promise<Origins> {
  checkStore(store)
  const commit = await commitOf(store, hash)
  const found = await walk(store, [commit.commitHash], 'origins')
  const tree = treeOf(commit.commitHash, found, 'origins')
  const ends = nodesOf(tree).filter(({ ways }) => ways.length === 0)
  return {
    ...{ commit, tree },
    originals: ends.flatMap((node) => node.commit ?? []).sort(byTime),
    lost: ends.filter((node) => node.commit === null).map((node) => node.hash),
    events: [...found.events.values()].sort(byTime),
    wayOf: (original) => wayOf(original, found),
  }
}

/** Older before newer; `sort` keeps the order of what is of one moment. */
export function byTime(left: { readonly createdAt: string }, right: { readonly createdAt: string }): number {
  return left.createdAt < right.createdAt ? -1 : left.createdAt > right.createdAt ? 1 : 0
}

function wayOf(original: string, { steps, events }: Walk): readonly OperationEventRow[] {
  const bySource = groupBy(steps, ({ source }) => source)
  const met = new Set([original])
  const way = new Set<OperationEventRow>()
  // A set hands out what is added while it is walked.
  for (const hash of met) {
    for (const { result, eventId } of bySource.get(hash) ?? []) {
      const event = eventId === null ? undefined : events.get(eventId)
      if (event !== undefined) way.add(event)
      met.add(result)
    }
  }
  return [...way].sort(byTime)
}
