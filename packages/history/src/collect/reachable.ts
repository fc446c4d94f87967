import type { CommitUse, Repositories } from '@tract/repositories'
import type { CommitRow, Timestamp } from '@tract/schema'
import { commitsOf } from '../resolve.js'
import { chunksOf } from '../verify/reading.js'

/** What is kept beyond what provenance needs. */
export interface Keep {
  /**
   * Whether what operation events name is kept, sources and results alike: `true` unless given. Without it summaries stay,
   * and their origins are forgotten.
   */
  readonly eventSources?: boolean
  /** Commits to keep with all they stand on, by hash or prefix. */
  readonly commits?: readonly string[]
  /** Keep what was written at this moment or later. */
  readonly since?: Timestamp
}

/** A commit of the tracts that are collected, and what it stands on: its hash covers these. */
interface Held {
  readonly contentHash: string
  readonly needs: readonly string[]
}

/** The commits of some tracts, and which of them nothing needs. */
export interface Reachability {
  /** How many commits were looked at. */
  readonly commits: number
  /** What nothing needs, each before what it stands on. */
  readonly garbage: readonly { readonly commitHash: string; readonly contentHash: string }[]
}

/** Finds what no ref, record, event, spawn, merge or commit elsewhere leads to. */
export async function reachability(
  store: Repositories,
  tractIds: readonly string[],
  keep: Keep,
): Promise<Reachability> {
  const { eventSources = true, commits: wanted = [], since } = keep
  const tracts = new Set(tractIds)
  const held = new Map<string, Held>()
  const roots = new Set((await commitsOf(store, wanted)).map(({ commitHash }) => commitHash))
  const uses: CommitUse[] = []
  const edits: CommitRow[] = []
  for (const tractId of tracts) {
    for (const hashes of chunksOf(await store.commits.getHashes(tractId))) {
      const merges = await store.commitParents.getMany(hashes)
      for (const commit of (await store.commits.getMany(hashes)).values()) {
        const { commitHash, parentHash, responseTo, contentHash, createdAt } = commit
        const others = (merges.get(commitHash) ?? []).map((link) => link.parentHash)
        const needs = [parentHash, responseTo, ...others].filter((hash) => hash !== null)
        held.set(commitHash, { contentHash, needs: [...new Set(needs)] })
        if (commit.operation === 'edit') edits.push(commit)
        if (since !== undefined && createdAt >= since) roots.add(commitHash)
      }
      uses.push(...(await store.commits.getUses(hashes)))
    }
  }
  for (const use of uses) if (isRoot(use)) roots.add(use.commitHash)
  // An edit on a chain that was left gave a source the text that was summarised.
  const linked = new Set(uses.filter(({ by }) => by === 'event').map(({ commitHash }) => commitHash))
  for (const { commitHash, responseTo } of edits) {
    if (responseTo !== null && linked.has(responseTo) && roots.has(responseTo)) roots.add(commitHash)
  }
  return { commits: held.size, garbage: inOrder(held, reach(held, roots)) }

  function isRoot({ by, id, tractId }: CommitUse): boolean {
    if (by === 'event') return eventSources || !tracts.has(tractId)
    const isCommit = by === 'child' || by === 'response' || by === 'merge'
    return !isCommit || !held.has(id)
  }
}

function reach(held: ReadonlyMap<string, Held>, roots: Iterable<string>): ReadonlySet<string> {
  const reached = new Set(roots)
  // A set hands out what is added while it is walked.
  for (const hash of reached) for (const needed of held.get(hash)?.needs ?? []) reached.add(needed)
  return reached
}

/** Deleting a commit empties the fields by which others stand on it: those go first. What stands on itself stays. */
function inOrder(held: ReadonlyMap<string, Held>, reached: ReadonlySet<string>): Reachability['garbage'] {
  const standing = new Map<string, number>()
  for (const [hash, { needs }] of held) {
    if (reached.has(hash)) continue
    standing.set(hash, standing.get(hash) ?? 0)
    for (const needed of needs) standing.set(needed, (standing.get(needed) ?? 0) + 1)
  }
  const open = [...standing].flatMap(([hash, count]) => (count === 0 ? hash : []))
  const garbage = []
  for (let hash = open.pop(); hash !== undefined; hash = open.pop()) {
    const { contentHash = '', needs = [] } = held.get(hash) ?? {}
    garbage.push({ commitHash: hash, contentHash })
    for (const needed of needs) {
      const left = (standing.get(needed) ?? 0) - 1
      standing.set(needed, left)
      if (left === 0 && held.has(needed) && !reached.has(needed)) open.push(needed)
    }
  }
  return garbage
}
