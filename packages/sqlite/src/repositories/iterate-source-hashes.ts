import type { Session } from '../session.js'
import { outOfPlace } from './out-of-place.js'

/** Links read at a time. */
const STRETCH = 1_000

// The rest of the event that the last stretch ended in.
const REST = `
  SELECT commit_hash AS hash, ? AS event, rowid AS link FROM operation_commits
  WHERE event_id = (SELECT event_id FROM operation_events WHERE rowid = ?) AND rowid > ? AND role = 'source'
  ORDER BY rowid LIMIT ${STRETCH}`
const OF_NEXT_EVENTS = `
  SELECT link.commit_hash AS hash, event.rowid AS event, link.rowid AS link
  FROM operation_events AS event CROSS JOIN operation_commits AS link ON link.event_id = event.event_id
  WHERE event.tract_id = ? AND event.rowid > ? AND link.role = 'source'
  ORDER BY event.rowid, link.rowid LIMIT ${STRETCH}`

type RowId = number | bigint

interface SourceLink {
  readonly hash: string
  readonly event: RowId
  readonly link: RowId
}

/** Before every row id. */
const BEFORE_ALL = -(2n ** 63n)

/** The sources of a tract's events, event by event, read in stretches. */
export async function* iterateSourceHashes(
  session: Session,
  tractId: string,
): AsyncGenerator<string, void, undefined> {
  let last: SourceLink | undefined
  let isOver = false
  while (!isOver) {
    if (last !== undefined) {
      const { event, link }: SourceLink = last
      const rest = await session.read((db) => db.rows<SourceLink>(REST, event, event, link))
      yield* hashesOf(rest, link, (one) => one.link)
      if (rest.length === STRETCH) {
        last = rest.at(-1)
        continue
      }
    }
    const event: RowId = last?.event ?? BEFORE_ALL
    const links = await session.read((db) => db.rows<SourceLink>(OF_NEXT_EVENTS, tractId, event))
    yield* hashesOf(links, event, (one) => one.event)
    last = links.at(-1)
    isOver = links.length < STRETCH
  }
}

/**
 * The hashes of links whose row ids rise from one on.
 *
 * @throws {@link DamagedDataError} where they fall: a page in the place of another leads back to what was met, without end
 */
function* hashesOf(
  links: readonly SourceLink[],
  from: RowId,
  idOf: (link: SourceLink) => RowId,
): Generator<string, void, undefined> {
  let before = from
  for (const link of links) {
    if (idOf(link) < before) throw outOfPlace('events by tract')
    before = idOf(link)
    yield link.hash
  }
}
