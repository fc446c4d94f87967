import type { Repositories } from '@tract/repositories'
import type { CommitRow, OperationEventRow, SpawnPointerRow } from '@tract/schema'
import { groupBy } from '../group.js'
import { inheritedBy, inheritedFrom } from './spawned.js'

/** One way from a commit to one that came of it. */
export interface Step {
  readonly source: string
  readonly result: string
  /** The event that made the result; `null` where a spawned tract took the source over. */
  readonly eventId: string | null
  readonly spawn: SpawnPointerRow | null
}

/** Which way a walk goes: back to what a commit comes from, or forward to what came of it. */
export type Direction = 'origins' | 'fate'

/** Everything that a walk met. */
export interface Walk {
  readonly steps: readonly Step[]
  /** The commits that exist, by hash. */
  readonly commits: ReadonlyMap<string, CommitRow>
  readonly events: ReadonlyMap<string, OperationEventRow>
}

/** Walks through events, one query for all of them, and on through spawned tracts, generation by generation. */
export async function walk(
  store: Repositories,
  hashes: readonly string[],
  direction: Direction,
): Promise<Walk> {
  const steps = new Map<string, Step>()
  const commits = new Map<string, CommitRow>()
  const asked = new Set<string>()
  for (let open = [...hashes]; open.length > 0; ) {
    for (const step of await store.operationEvents.getLineage(open, direction)) {
      const { eventId, sourceHash: source, resultHash: result } = step
      steps.set(`${eventId} ${source} ${result}`, { source, result, eventId, spawn: null })
    }
    const fresh = reached(steps.values(), hashes).filter((hash) => !asked.has(hash))
    for (const hash of fresh) asked.add(hash)
    const rows = await store.commits.getMany(fresh)
    for (const [hash, row] of rows) commits.set(hash, row)
    const spawned =
      direction === 'origins' ? await inheritedFrom(store, rows) : await inheritedBy(store, rows)
    for (const step of spawned) steps.set(`${step.source} ${step.result}`, step)
    open = spawned.map(({ source, result }) => (direction === 'origins' ? source : result))
    open = [...new Set(open)].filter((hash) => !asked.has(hash))
  }
  const eventIds = new Set([...steps.values()].flatMap(({ eventId }) => eventId ?? []))
  return { steps: [...steps.values()], commits, events: await store.operationEvents.getMany([...eventIds]) }
}

function reached(steps: Iterable<Step>, start: readonly string[]): string[] {
  const hashes = new Set(start)
  for (const { source, result } of steps) hashes.add(source).add(result)
  return [...hashes]
}

/** Whether a step leaves the text as it was: every step but that of a compression, where the payload is the same. */
export function isCopy({ source, result, eventId }: Step, { commits, events }: Walk): boolean {
  const isCompression = eventId !== null && events.get(eventId)?.eventType === 'compress'
  const from = commits.get(source)?.contentHash
  return !isCompression && from !== undefined && from === commits.get(result)?.contentHash
}

/** A commit and its copies, and theirs. */
export function copiesOf(hash: string, found: Walk): ReadonlySet<string> {
  const unchanged = groupBy(
    found.steps.filter((step) => isCopy(step, found)),
    ({ source }) => source,
  )
  const copies = new Set([hash])
  // A set hands out what is added while it is walked.
  for (const one of copies) for (const { result } of unchanged.get(one) ?? []) copies.add(result)
  return copies
}
