import type { Repositories } from '@tract/repositories'
import { chunksOf } from '../verify/reading.js'

/** How many commits of a chain are read at once. */
const STRETCH = 1000

/** What a bundle holds. */
export interface Scope {
  readonly tracts: readonly string[]
  /** Commits by hash, each after what it stands on. */
  readonly commits: readonly string[]
  readonly events: readonly string[]
}

/**
 * The tracts and all that they stand on elsewhere: the commits that other tracts gave them, through imports and spawning,
 * with their own origins, so that every origin in the bundle can be told.
 */
export async function scopeOf(store: Repositories, tracts: readonly string[]): Promise<Scope> {
  const needs = new Map<string, readonly string[]>()
  const events = new Set<string>()
  const parentTracts = new Set<string>()
  let open: string[] = []
  const add = (hash: string) => open.push(hash)
  for (const tractId of tracts) {
    for await (const hash of store.commits.iterateHashes(tractId)) add(hash)
    const ids = await store.operationEvents.getAllIds(tractId)
    for (const eventId of ids) events.add(eventId)
    for (const pointer of await store.spawnPointers.getAll(tractId)) add(pointer.parentCommitHash ?? '')
    for (const some of chunksOf(ids)) for (const hash of await linked(store, some)) add(hash)
  }
  while (open.length > 0) {
    const fresh = new Set(open.filter((hash) => hash !== '' && !needs.has(hash)))
    open = []
    for (const hashes of chunksOf([...fresh])) {
      const commits = await store.commits.getMany(hashes)
      const merges = await store.commitParents.getMany(hashes)
      for (const { commitHash, parentHash, responseTo, tractId } of commits.values()) {
        const others = (merges.get(commitHash) ?? []).map((link) => link.parentHash)
        const below = [parentHash, responseTo, ...others].filter((hash) => hash !== null)
        needs.set(commitHash, below)
        for (const hash of below) add(hash)
        parentTracts.add(tractId)
        // A chain that leads out of the tracts is followed a stretch at once, not a commit a round.
        if (parentHash === null || fresh.has(parentHash) || needs.has(parentHash)) continue
        for (const row of await store.commits.getAncestors(parentHash, { limit: STRETCH }))
          add(row.commitHash)
      }
      const steps = await store.operationEvents.getLineage(hashes, 'origins')
      const met = [...new Set(steps.map(({ eventId }) => eventId))].filter((id) => !events.has(id))
      for (const eventId of met) events.add(eventId)
      for (const hash of await linked(store, met)) add(hash)
    }
    for (const pointer of (await store.spawnPointers.batchGetByChild([...parentTracts])).values()) {
      open.push(pointer.parentCommitHash ?? '')
    }
    open = open.filter((hash) => !needs.has(hash) && hash !== '')
    if (open.length > 0 && (await store.commits.getMany(open)).size === 0) break
  }
  return { tracts, commits: inOrder(needs), events: [...events] }
}

async function linked(store: Repositories, eventIds: readonly string[]): Promise<string[]> {
  const links = await store.operationEvents.batchGetCommits(eventIds)
  return [...links.values()].flat().map(({ commitHash }) => commitHash)
}

/** Each after what it stands on; a circle, which only damage makes, is cut where it is met. */
function inOrder(needs: ReadonlyMap<string, readonly string[]>): readonly string[] {
  const done = new Set<string>()
  const begun = new Set<string>()
  for (const start of needs.keys()) {
    const stack = [start]
    for (let hash = stack.at(-1); hash !== undefined; hash = stack.at(-1)) {
      if (begun.has(hash)) {
        done.add(hash)
        stack.pop()
        continue
      }
      begun.add(hash)
      for (const below of needs.get(hash) ?? []) if (!begun.has(below) && needs.has(below)) stack.push(below)
    }
  }
  return [...done]
}
