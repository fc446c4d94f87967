import type { Repositories } from '@tract/repositories'
import { tractsOf } from '../resolve.js'
import { chunksOf, PAYLOADS_AT_ONCE } from '../verify/reading.js'
import { type Kept, reachability } from './reachable.js'
import { unlinkings } from './unlink.js'

/** What is to be removed. */
export interface Plan {
  /** Commits that were looked at. */
  readonly looked: number
  /** Commits that nothing needs, each before what it stands on. */
  readonly commits: readonly string[]
  /** Payloads that then no commit refers to. */
  readonly payloads: readonly string[]
  readonly payloadBytes: number
  /** Events that then name no commit. */
  readonly events: readonly string[]
}

/** Finds what nothing needs, in some tracts or, where none is named, in the whole store; writes nothing. */
export async function planOf(
  repositories: Repositories,
  tractId: string | undefined,
  keep: Kept,
): Promise<Plan> {
  const tracts = await tractsOf(repositories, tractId)
  const { commits: looked, garbage: commits } = await reachability(repositories, tracts, keep)
  const events: string[] = []
  if (!keep.eventSources) {
    for await (const { eventId, left } of unlinkings(repositories, commits)) {
      if (left.length === 0) events.push(eventId)
    }
  }
  const named = new Set<string>()
  for (const some of chunksOf(commits)) {
    for (const { contentHash } of (await repositories.commits.getMany(some)).values()) named.add(contentHash)
  }
  const gone = new Set(commits)
  const orphans = tractId === undefined ? await repositories.blobs.getOrphanHashes() : []
  const payloads: string[] = []
  let payloadBytes = 0
  for (const some of chunksOf([...new Set([...named, ...orphans])], PAYLOADS_AT_ONCE)) {
    const inUse = await contentsInUse(repositories, some, gone)
    for (const [hash, { payloadJson, createdAt }] of await repositories.blobs.getMany(some)) {
      const isRecent = keep.since !== undefined && createdAt >= keep.since
      if (isRecent || inUse.has(hash)) continue
      payloads.push(hash)
      payloadBytes += Buffer.byteLength(payloadJson)
    }
  }
  return { looked, commits, payloads, payloadBytes, events }
}

/** Those of some payloads that a commit refers to which stays, in whatever tract. */
async function contentsInUse(
  { storedRows }: Repositories,
  contentHashes: readonly string[],
  gone: ReadonlySet<string>,
): Promise<ReadonlySet<string>> {
  const users = await storedRows.read('commits', 'content_hash', contentHashes)
  return new Set(
    users.filter((row) => !gone.has(String(row.commit_hash))).map((row) => String(row.content_hash)),
  )
}
