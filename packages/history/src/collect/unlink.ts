import type { Repositories, StoredRow, Transaction } from '@tract/repositories'
import { groupBy } from '../group.js'
import { chunksOf } from '../verify/reading.js'

/** The types of event in which each result comes from the source of its rank. */
const PAIRING = new Set(['reorganize', 'import'])

/** An event that names commits which go, and what is left of it. */
export interface Unlinking {
  readonly eventId: string
  readonly event: StoredRow
  /** The links that stay; where none does, the event goes too. */
  readonly left: readonly StoredRow[]
}

/**
 * What is left of each event that names some of the commits. Where an event pairs its commits a pair goes whole, for the
 * ones behind it would otherwise be paired with each other's.
 */
export async function* unlinkings(
  repositories: Repositories,
  commits: readonly string[],
): AsyncGenerator<Unlinking, void, undefined> {
  const gone = new Set(commits)
  const named = new Set<string>()
  for (const some of chunksOf(commits)) {
    for (const { by, id } of await repositories.commits.getUses(some)) if (by === 'event') named.add(id)
  }
  for (const some of chunksOf([...named])) {
    const events = await repositories.storedRows.read('operation_events', 'event_id', some)
    const links = await repositories.storedRows.read('operation_commits', 'event_id', some)
    const linksOf = groupBy(links, (link) => link.event_id)
    for (const event of events) {
      const left = linksLeft(String(event.event_type), linksOf.get(event.event_id ?? null) ?? [], gone)
      yield { eventId: String(event.event_id), event, left }
    }
  }
}

/** Takes commits out of the events that name them, and removes the events that then name none. */
export async function unlink(tx: Transaction, commits: readonly string[]): Promise<void> {
  for await (const { eventId, event, left } of unlinkings(tx, commits)) {
    await tx.operationEvents.deleteEvent(eventId)
    if (left.length === 0) continue
    await tx.storedRows.insert('operation_events', [event])
    await tx.storedRows.insert('operation_commits', left)
  }
}

function linksLeft(
  eventType: string,
  links: readonly StoredRow[],
  gone: ReadonlySet<string>,
): readonly StoredRow[] {
  const isLeft = (link: StoredRow | undefined) => link !== undefined && !gone.has(String(link.commit_hash))
  const byPlace = links.toSorted((one, other) => Number(one.position) - Number(other.position))
  const sources = byPlace.filter(({ role }) => role === 'source')
  const results = byPlace.filter(({ role }) => role === 'result')
  const left = links.filter(isLeft)
  if (!PAIRING.has(eventType) || sources.length !== results.length) return left
  const pairs = sources.flatMap((source, rank) => {
    const result = results[rank]
    return result !== undefined && isLeft(source) && isLeft(result) ? [source, result] : []
  })
  // Without any source nothing is paired, and the results still say that they were made by this event.
  return pairs.length > 0 || sources.some(isLeft) ? pairs : left
}
