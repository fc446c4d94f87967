import type { ReclaimedSpace, Store, Transaction } from '@tract/repositories'
import { SpaceNotReclaimedError } from '../errors.js'
import { checkFlag, checkOptionalText, checkStore, readOptions } from '../input.js'
import { chunksOf, PAYLOADS_AT_ONCE } from '../verify/reading.js'
import { type Keep, type Kept, reachability, readKeep } from './reachable.js'
import { unlink } from './unlink.js'

/** What {@link collect} does. */
export interface CollectOptions {
  /** Only this tract's commits; what other tracts need of them is kept. All tracts unless given. */
  readonly tractId?: string
  readonly keep?: Keep
  /**
   * Only say what would be done: it is done and rolled back, so that the numbers are those of the deed. `false` unless
   * given.
   */
  readonly dryRun?: boolean
  /** Give the space back to the file system afterwards. `false` unless given: the store then uses it again itself. */
  readonly reclaim?: boolean
}

const OPTIONS = ['tractId', 'keep', 'dryRun', 'reclaim'] as const

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
 * @throws {@link InvalidInputError} for a misspelt option, which would be one not given
 * @throws {@link SpaceNotReclaimedError} where all was collected and only its space could not be given back
 */
export async function collect(store: Store, options: CollectOptions = {}): Promise<Collection> {
  checkStore(store)
  const { tractId, keep = {}, dryRun = false, reclaim = false } = readOptions('options', options, OPTIONS)
  checkOptionalText('options.tractId', tractId)
  checkFlag('options.dryRun', dryRun)
  checkFlag('options.reclaim', reclaim)
  const kept = readKeep(keep)
  let done: Omit<Collection, 'reclaimed' | 'dryRun'> | undefined
  try {
    await store.transaction(async (tx) => {
      done = await remove(tx, tractId, kept)
      if (dryRun) throw new OnlyPlanned()
    })
  } catch (error) {
    if (!(error instanceof OnlyPlanned)) throw error
  }
  if (done === undefined) throw new Error('a transaction ended without its work')
  const collection = { ...done, dryRun, reclaimed: null }
  if (!reclaim || dryRun) return collection
  try {
    return { ...collection, reclaimed: await store.reclaimSpace() }
  } catch (error) {
    throw new SpaceNotReclaimedError(collection, { cause: error })
  }
}

/** Rolls a transaction back whose numbers are known. */
class OnlyPlanned extends Error {}

async function remove(tx: Transaction, tractId: string | undefined, keep: Kept) {
  const tracts = tractId === undefined ? await tx.commits.getTractIds() : [tractId]
  const { commits: looked, garbage: commits } = await reachability(tx, tracts, keep)
  const events = keep.eventSources ? [] : await unlink(tx, commits)
  const orphans = new Set<string>()
  for (const some of chunksOf(commits)) {
    for (const { contentHash } of (await tx.commits.getMany(some)).values()) orphans.add(contentHash)
  }
  for (const commitHash of commits) await tx.commits.delete(commitHash)
  if (tractId === undefined) for (const hash of await tx.blobs.getOrphanHashes()) orphans.add(hash)
  let payloads = 0
  let payloadBytes = 0
  for (const some of chunksOf([...orphans], PAYLOADS_AT_ONCE)) {
    for (const [hash, { payloadJson, createdAt }] of await tx.blobs.getMany(some)) {
      const isRecent = keep.since !== undefined && createdAt >= keep.since
      if (isRecent || !(await tx.blobs.deleteIfOrphaned(hash))) continue
      payloads++
      payloadBytes += Buffer.byteLength(payloadJson)
    }
  }
  return { looked, commits, payloads, payloadBytes, events }
}
