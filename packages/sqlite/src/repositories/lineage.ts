import type { LineageStep } from '@tract/repositories'
import type { Connection } from '../connection.js'

/** The role of the commits that a walk comes from, and of those that it goes to. */
export const LINEAGE = {
  origins: { near: 'result', far: 'source' },
  fate: { near: 'source', far: 'result' },
} as const

/** The types of event in which each result comes from the source of its rank, where there are as many. */
const PAIRING = new Set(['reorganize', 'import'])

const VISITS = `
  SELECT link.event_id AS eventId, link.commit_hash AS hash FROM json_each(?) AS wanted
  CROSS JOIN operation_commits AS link ON link.commit_hash = wanted.value AND link.role = ?`
const EVENTS = `
  SELECT event.event_id AS eventId, event.event_type AS eventType FROM json_each(?) AS wanted
  CROSS JOIN operation_events AS event ON event.event_id = wanted.value
  ORDER BY event.created_at, event.event_id`
// An event may have thousands of links of which a walk follows one: lists cost a tenth of what rows cost.
const LINKS = `
  SELECT link.event_id AS eventId, link.role,
    json_group_array(link.commit_hash ORDER BY link.position, link.rowid) AS hashes,
    json_group_array(link.position ORDER BY link.position, link.rowid) AS positions
  FROM json_each(?) AS wanted
  CROSS JOIN operation_commits AS link ON link.event_id = wanted.value
  GROUP BY link.event_id, link.role`

/** The links of one event and one role, as JSON lists by rank. */
interface LinkLists {
  readonly eventId: string
  readonly role: string
  readonly hashes: string
  readonly positions: string
}

/** One side of an event, by rank. */
class Side {
  readonly hashes: readonly string[]
  readonly #lists: LinkLists
  #positions: readonly number[] | undefined

  constructor(lists: LinkLists) {
    this.#lists = lists
    this.hashes = JSON.parse(lists.hashes)
  }

  positionAt(rank: number): number {
    this.#positions ??= JSON.parse(this.#lists.positions) as number[]
    return this.#positions[rank] ?? rank
  }
}

/** An event that a walk met. */
interface Visited {
  readonly isPairing: boolean
  readonly sides: Map<string, Side>
  /** The rank of each commit that the walk may come from. */
  ranks: ReadonlyMap<string, number>
  readonly steps: LineageStep[]
}

/**
 * Walks along events, a generation at a time. Every commit is asked about once and every event read once, so that the cost
 * is that of the links of the events on the way: a single recursive query would rank the links of an event anew for each
 * commit that comes through it.
 */
export function walkLineage(
  db: Connection,
  commitHashes: readonly string[],
  direction: keyof typeof LINEAGE,
): readonly LineageStep[] {
  const { near, far } = LINEAGE[direction]
  const visited = new Map<string, Visited>()
  const reached = new Set(commitHashes)
  for (let open = [...reached]; open.length > 0; ) {
    const visits = db.rows<{ eventId: string; hash: string }>(VISITS, JSON.stringify(open), near)
    const fresh = new Set(visits.map(({ eventId }) => eventId).filter((eventId) => !visited.has(eventId)))
    readEvents(db, [...fresh], near, visited)
    open = []
    for (const { eventId, hash } of visits) {
      for (const to of visit(eventId, hash)) {
        if (!reached.has(to)) open.push(to)
        reached.add(to)
      }
    }
  }
  const order = db.rows<{ eventId: string }>(EVENTS, JSON.stringify([...visited.keys()]))
  return order.flatMap(({ eventId }) => visited.get(eventId)?.steps.sort(byPosition) ?? [])

  /** Notes the steps through an event by one commit, and returns where they lead. */
  function visit(eventId: string, hash: string): readonly string[] {
    const event = visited.get(eventId)
    const [from, to] = [event?.sides.get(near), event?.sides.get(far)]
    const rank = event?.ranks.get(hash)
    if (event === undefined || from === undefined || to === undefined || rank === undefined) return []
    const isPaired = event.isPairing && from.hashes.length === to.hashes.length
    const [first, end] = isPaired ? [rank, rank + 1] : [0, to.hashes.length]
    const led = to.hashes.slice(first, end)
    for (const [index, other] of led.entries()) {
      const here = { hash, position: from.positionAt(rank) }
      const there = { hash: other, position: to.positionAt(first + index) }
      const [source, result] = direction === 'origins' ? [there, here] : [here, there]
      event.steps.push({
        ...{ eventId, sourceHash: source.hash, sourcePosition: source.position },
        ...{ resultHash: result.hash, resultPosition: result.position },
      })
    }
    return led
  }
}

function readEvents(
  db: Connection,
  eventIds: readonly string[],
  near: string,
  visited: Map<string, Visited>,
): void {
  if (eventIds.length === 0) return
  const wanted = JSON.stringify(eventIds)
  for (const { eventId, eventType } of db.rows<{ eventId: string; eventType: string }>(EVENTS, wanted)) {
    const isPairing = PAIRING.has(eventType)
    visited.set(eventId, { isPairing, sides: new Map(), ranks: new Map(), steps: [] })
  }
  for (const lists of db.rows<LinkLists>(LINKS, wanted)) {
    const event = visited.get(lists.eventId)
    const side = new Side(lists)
    event?.sides.set(lists.role, side)
    if (event !== undefined && lists.role === near) {
      event.ranks = new Map(side.hashes.map((hash, rank) => [hash, rank]))
    }
  }
}

function byPosition(left: LineageStep, right: LineageStep): number {
  return (
    left.resultPosition - right.resultPosition ||
    left.sourcePosition - right.sourcePosition ||
    byCodePoint(left.resultHash, right.resultHash) ||
    byCodePoint(left.sourceHash, right.sourceHash)
  )
}

/** The order in which SQLite sorts text. */
function byCodePoint(left: string, right: string): number {
  return Buffer.compare(Buffer.from(left), Buffer.from(right))
}
