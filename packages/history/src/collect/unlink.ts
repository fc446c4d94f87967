import type { StoredRow, Transaction } from '@tract/repositories'
import { groupBy } from '../group.js'
import { chunksOf } from '../verify/reading.js'

/** The types of event in which each result comes from the source of its rank. */
const PAIRING = new Set(['reorganize', 'import'])

/**
 * Takes commits out of the events that name them. Where an event pairs its commits a pair goes whole, for the ones behind
 * it would otherwise be paired with each other's. Returns the events that then name none; they are removed.
 */
export async function unlink(tx: Transaction, commits: readonly string[]): Promise<readonly string[]> {
  const gone = new Set(commits)
  const named = new Set<string>()
  for (const some of chunksOf(commits)) {
    for (const { by, id } of await tx.commits.getUses(some)) if (by === 'event') named.add(id)
  }
  const emptied: string[] = []
  for (const some of chunksOf([...named])) {
    const events = await tx.storedRows.read('operation_events', 'event_id', some)
    const links = await tx.storedRows.read('operation_commits', 'event_id', some)
    const linksOf = groupBy(links, (link) => link.event_id)
    for (const event of events) {
      const left = linksLeft(String(event.event_type), linksOf.get(event.event_id ?? null) ?? [], gone)
      await tx.operationEvents.deleteEvent(String(event.event_id))
      if (left.length === 0) emptied.push(String(event.event_id))
      else {
        await tx.storedRows.insert('operation_events', [event])
        await tx.storedRows.insert('operation_commits', left)
      }
    }
  }
  return emptied
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
