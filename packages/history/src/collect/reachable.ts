import type { CommitUse, Repositories } from '@tract/repositories'
import type { CommitRow, Timestamp } from '@tract/schema'
import { entriesOf } from '../ask/record-entries.js'
import { beginningsOf } from '../ask/spawned.js'
import { DamagedRecordError } from '../errors.js'
import { groupBy } from '../group.js'
import { checkFlag, readHashes, readMoment, readOptions } from '../input.js'
import { commitsOf } from '../resolve.js'
import { chunksAsTheyCome, chunksOf } from '../verify/reading.js'
import { CommitGraph, type Reached } from './commit-graph.js'

/** What is kept beyond what provenance needs. */
export interface Keep {
  /**
   * Whether what operation events name is kept, sources and results alike: `true` unless given. Without it summaries stay,
   * and their origins are forgotten.
   */
  readonly eventSources?: boolean
  /** Commits to keep with all they stand on, by hash or prefix. */
  readonly commits?: readonly string[]
  /** Keep commits and payloads that were written at this moment or later. */
  readonly since?: Timestamp | Date
}

/** A question for the uses of commits looks at every compile record, so it is asked of many at once. */
const COMMITS_AT_ONCE = 4000

/** A caller's wishes, each given. */
export interface Kept {
  readonly eventSources: boolean
  readonly commits: readonly string[]
  readonly since: Timestamp | undefined
}

/** @throws {@link InvalidInputError}: what is misspelt here would be deleted */
export function readKeep(keep: Keep): Kept {
  const fields = readOptions('keep', keep, ['eventSources', 'commits', 'since'])
  const { eventSources = true, commits = [] } = fields
  checkFlag('keep.eventSources', eventSources)
  const since = readMoment('keep.since', fields.since)
  return { eventSources, commits: readHashes('keep.commits', commits), since }
}

/** The commits of some tracts, and which of them nothing needs. */
export interface Reachability {
  /** How many commits were looked at. */
  readonly commits: number
  /** The hashes of what nothing needs, each before what it stands on. */
  readonly garbage: readonly string[]
}

/** Finds what no ref, record, event, spawn, merge or commit elsewhere leads to. */
export async function reachability(
  store: Repositories,
  tractIds: readonly string[],
  { eventSources, commits: wanted, since }: Kept,
): Promise<Reachability> {
  const tracts = new Set(tractIds)
  const graph = new CommitGraph()
  const roots = new Set((await commitsOf(store, wanted)).map(({ commitHash }) => commitHash))
  // Without the commits that a tract began with, others would be taken for what its parent gave it.
  for (const hash of await beginningsOf(store, tractIds)) roots.add(hash)
  const edits: CommitRow[] = []
  for await (const hashes of chunksAsTheyCome(hashesOf(store, tracts), COMMITS_AT_ONCE)) {
    const merges = await store.commitParents.getMany(hashes)
    for (const commit of (await store.commits.getMany(hashes)).values()) {
      const { commitHash, parentHash, responseTo, createdAt } = commit
      const others = (merges.get(commitHash) ?? []).map((link) => link.parentHash)
      const needs = [parentHash, responseTo, ...others].filter((hash) => hash !== null)
      graph.add(commitHash, needs)
      if (commit.operation === 'edit') edits.push(commit)
      if (since !== undefined && createdAt >= since) roots.add(commitHash)
    }
    for (const use of await store.commits.getUses(hashes)) if (isRoot(use)) roots.add(use.commitHash)
  }
  const reached: Reached = new Set()
  graph.reach(roots, reached)
  const left = edits.filter(({ commitHash }) => !graph.isReached(commitHash, reached))
  graph.reach(await textsGiven(store, left, isRoot), reached)
  return { commits: graph.size, garbage: graph.unreached(reached) }

  function isRoot({ by, tractId }: CommitUse): boolean {
    if (by === 'event') return eventSources || !tracts.has(tractId)
    const isCommit = by === 'child' || by === 'response' || by === 'merge'
    return !isCommit || !tracts.has(tractId)
  }
}

/** The hashes of all commits of some tracts. */
async function* hashesOf(
  store: Repositories,
  tracts: Iterable<string>,
): AsyncGenerator<string, void, undefined> {
  for (const tractId of tracts) yield* store.commits.iterateHashes(tractId)
}

/**
 * Of edits on chains that were left, those which gave a text that is kept: to a source that was summarised, or to a
 * message that was sent.
 */
async function textsGiven(
  store: Repositories,
  edits: readonly CommitRow[],
  isRoot: (use: CommitUse) => boolean,
): Promise<readonly string[]> {
  const given: string[] = []
  for (const some of chunksOf(edits)) {
    const uses = groupBy(
      await store.commits.getUses(some.flatMap(({ responseTo }) => responseTo ?? [])),
      ({ commitHash }) => commitHash,
    )
    const recordIds = [...uses.values()].flat().flatMap(({ by, id }) => (by === 'effective' ? id : []))
    const named = await editsNamedBy(store, [...new Set(recordIds)])
    for (const { commitHash, responseTo } of some) {
      const wasSource = (uses.get(responseTo ?? '') ?? []).some((use) => use.by === 'event' && isRoot(use))
      if (wasSource || named.has(commitHash)) given.push(commitHash)
    }
  }
  return given
}

async function editsNamedBy(store: Repositories, recordIds: readonly string[]): Promise<ReadonlySet<string>> {
  const named = new Set<string>()
  for (const some of chunksOf(recordIds)) {
    for (const record of (await store.compileRecords.getMany(some)).values()) {
      try {
        for (const { edit } of entriesOf(record) ?? []) if (edit !== null) named.add(edit)
      } catch (error) {
        // What a damaged record meant cannot be told; verify reports it.
        if (!(error instanceof DamagedRecordError)) throw error
      }
    }
  }
  return named
}
