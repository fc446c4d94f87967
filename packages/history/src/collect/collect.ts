import type { ReclaimedSpace, Store } from '@tract/repositories'
import { SpaceNotReclaimedError } from '../errors.js'
import { checkFlag, checkOptionalText, checkStore, checkWholeStore, readOptions } from '../input.js'
import { type Plan, planOf } from './plan.js'
import { type Keep, readKeep } from './reachable.js'
import { unlink } from './unlink.js'

/** What {@link collect} does. */
export interface CollectOptions {
  /** Only this tract's commits; what other tracts need of them is kept. All tracts unless given. */
  readonly tractId?: string
  readonly keep?: Keep
  /**
   * Only say what would be done. It only reads, so a store that is open for reading can be asked too, and its numbers are
   * those of the deed unless somebody writes in between. `false` unless given.
   */
  readonly dryRun?: boolean
  /**
   * Give the space back to the file system afterwards. `false` unless given: the store then uses it again itself. It cannot
   * be done inside a transaction; what was collected then belongs to that all the same.
   */
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
 * @throws {@link UnknownTractError} where no row names the tract
 * @throws {@link UnknownHashError} where a commit to keep does not exist
 * @throws {@link InsideTransactionError} where space is to be given back inside a transaction
 * @throws {@link InvalidInputError} for a misspelt option, which would be one not given
 * @throws {@link SpaceNotReclaimedError} where all was collected and only its space could not be given back
 */
export async function collect(store: Store, options: CollectOptions = {}): Promise<Collection> {
  checkStore(store)
  const { tractId, keep = {}, dryRun = false, reclaim = false } = readOptions('options', options, OPTIONS)
  checkOptionalText('options.tractId', tractId)
  checkFlag('options.dryRun', dryRun)
  checkFlag('options.reclaim', reclaim)
  if (reclaim) checkWholeStore(store, 'reclaimSpace')
  const kept = readKeep(keep)
  if (dryRun) return collectionOf(await planOf(store, tractId, kept), { dryRun, reclaimed: null })
  const plan = await store.transaction(async (tx) => {
    const found = await planOf(tx, tractId, kept)
    if (!kept.eventSources) await unlink(tx, found.commits)
    for (const commitHash of found.commits) await tx.commits.delete(commitHash)
    for (const contentHash of found.payloads) await tx.blobs.deleteIfOrphaned(contentHash)
    return found
  })
  const collection = collectionOf(plan, { dryRun, reclaimed: null })
  if (!reclaim) return collection
  try {
    return { ...collection, reclaimed: await store.reclaimSpace() }
  } catch (error) {
    throw new SpaceNotReclaimedError(collection, { cause: error })
  }
}

function collectionOf(
  { payloads, ...plan }: Plan,
  done: Pick<Collection, 'dryRun' | 'reclaimed'>,
): Collection {
  return { ...plan, ...done, payloads: payloads.length }
}
