import type { ReclaimedSpace, Store, Transaction } from '@tract/repositories'
import { chunksOf } from '../verify/reading.js'
import { type Keep, reachability } from './reachable.js'

/** What {@link collect} does. */
export interface CollectOptions {
  /** Only this tract's commits; what other tracts need of them is kept. All tracts unless given. */
  readonly tractId?: string
  readonly keep?: Keep
  /** Only say what would be done: everything is rolled back. `false` unless given. */
  readonly dryRun?: boolean
  /** Give the space back to the file system afterwards. `false` unless given: the store then uses it again itself. */
  readonly reclaim?: boolean
}

/** What {@link collect} did, or would do. */
export interface Collection {
  readonly dryRun: boolean
  /** Commits that were looked at. */
  readonly looked: number
  /** The hashes of the commits that nothing needs, each before what it stands on. */
  readonly commits: readonly string[]
  /** Payloads that no commit refers to any more. */
  readonly payloads: number
  /** Their size in bytes: at least so much can be given back. */
  readonly payloadBytes: number
  /** Events that name no commit any more and went with them; only where event sources are not kept. */
  readonly events: readonly string[]
  /** The size of the database before and after, where space was given back. */
  readonly reclaimed: ReclaimedSpace | null
}

/**
 * Removes the commits that nothing needs: no ref, compile record, operation event, spawned tract, merge, and no commit
 * that does stay. A parent that a hash covers is never taken away. One transaction: all of it or nothing.
 *
 * @throws {@link UnknownHashError} where a commit to keep does not exist
 */
export async function collect(store: Store, options: CollectOptions = {}): Promise<Collection> {
  const { tractId, keep = {}, dryRun = false, reclaim = false } = options
  let done: Omit<Collection, 'reclaimed' | 'dryRun'> | undefined
  try {
    await store.transaction(async (tx) => {
      done = await remove(tx, tractId, keep)
      if (dryRun) throw new OnlyPlanned()
    })
  } catch (error) {
    if (!(error instanceof OnlyPlanned)) throw error
  }
  if (done === undefined) throw new Error('a transaction ended without its work')
  return { ...done, dryRun, reclaimed: reclaim && !dryRun ? await store.reclaimSpace() : null }
}

/** Rolls a transaction back whose numbers are known. */
class OnlyPlanned extends Error {}

async function remove(tx: Transaction, tractId: string | undefined, keep: Keep) {
  const tracts = tractId === undefined ? await tx.commits.getTractIds() : [tractId]
  const { commits: looked, garbage } = await reachability(tx, tracts, keep)
  const commits = garbage.map(({ commitHash }) => commitHash)
  const events = keep.eventSources === false ? await unlink(tx, commits) : []
  for (const commitHash of commits) await tx.commits.delete(commitHash)
  const orphans = new Set(garbage.map(({ contentHash }) => contentHash))
  if (tractId === undefined) for (const hash of await tx.blobs.getOrphanHashes()) orphans.add(hash)
  let payloads = 0
  let payloadBytes = 0
  for (const some of chunksOf([...orphans])) {
    for (const [hash, { payloadJson }] of await tx.blobs.getMany(some)) {
      if (!(await tx.blobs.deleteIfOrphaned(hash))) continue
      payloads++
      payloadBytes += Buffer.byteLength(payloadJson)
    }
  }
  return { looked, commits, payloads, payloadBytes, events }
}

/** Takes commits out of the events that name them, and the events that then name none. */
async function unlink(tx: Transaction, commits: readonly string[]): Promise<readonly string[]> {
  const named = new Set<string>()
  for (const some of chunksOf(commits)) {
    for (const { by, id } of await tx.commits.getUses(some)) if (by === 'event') named.add(id)
  }
  for (const commitHash of commits) await tx.operationEvents.deleteCommit(commitHash)
  const emptied: string[] = []
  for (const some of chunksOf([...named])) {
    const links = await tx.operationEvents.batchGetCommits(some)
    emptied.push(...some.filter((id) => !links.has(id)))
  }
  for (const eventId of emptied) await tx.operationEvents.deleteEvent(eventId)
  return emptied
}
