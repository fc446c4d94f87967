import type { CommitRow } from '@tract/schema'
import type { Bound } from '../column.js'
import type { Connection } from '../connection.js'
import { inSnapshot, type Session } from '../session.js'
import { ANCESTOR_IDS, ANCESTORS_WITH_ID } from './chain.js'
import { outOfPlace } from './out-of-place.js'
import { RowIds } from './row-ids.js'

/** Commits read at a time: enough that a statement's own cost does not count, few enough to be gone while they are young. */
const COMMITS = 100
/** Hashes read at a time. */
const HASHES = 500

/**
 * Entries of the index by time, each with its row, in their order. A page in the place of another leads to entries that are
 * not those of their rows, or back to some that were met: whatever is behind the last one is there, or the index is damaged.
 */
const places = (isBehind: string, where: string) => `
  SELECT stored.commit_hash AS hash, stored.created_at AS createdAt, stored.rowid AS id,
    place.created_at IS stored.created_at AND place.tract_id IS stored.tract_id AND ${isBehind} AS isSound
  FROM commits AS place CROSS JOIN commits AS stored ON stored.rowid = place.rowid
  WHERE place.tract_id = ? ${where} LIMIT ${HASHES}`
const FROM_THE_FIRST = places('TRUE', 'ORDER BY place.created_at, place.rowid')
// Damaged text does not come back as it was read: the time of the last one is asked for by its bytes.
const TEXT_BYTES =
  "SELECT CASE typeof(created_at) WHEN 'text' THEN hex(created_at) END FROM commits WHERE rowid = ?"
const LAST_TIME = 'coalesce(CAST(unhex(?) AS TEXT), ?)'
// Two statements: one that says both conditions would go through everything of the last time for each stretch.
const REST_OF_TIME = places(
  'place.rowid > ?',
  `AND place.created_at = ${LAST_TIME} AND place.rowid > ? ORDER BY place.rowid`,
)
const LATER = places(
  `place.created_at > ${LAST_TIME}`,
  `AND place.created_at > ${LAST_TIME} ORDER BY place.created_at, place.rowid`,
)

interface Place {
  readonly hash: string
  readonly createdAt: string | number
  readonly id: number | bigint
  readonly isSound: 0 | 1
}

/** The last place of a stretch, with the bytes of its time in hexadecimal digits where that is text. */
interface End extends Place {
  readonly bytes: Bound
}

interface Stretch {
  readonly places: readonly Place[]
  /** `null` where there are no more. */
  readonly end: End | null
}

/** The commits of a chain, newest first, read in stretches. A cycle ends the walk where it comes round. */
export async function* iterateChain(
  session: Session,
  commitHash: string,
  isWanted: (commit: CommitRow) => boolean,
): AsyncGenerator<CommitRow, void, undefined> {
  const met = new MetCommits(session, commitHash)
  let next: string | null = commitHash
  while (next !== null) {
    const start: string = next
    const [commits, ids] = await session.read((db) => db.commits.allWith(ANCESTORS_WITH_ID, start, COMMITS))
    next = null
    for (const [place, commit] of commits.entries()) {
      const isNew = met.add(ids[place])
      // Waiting costs a turn, and there is nothing to wait for but once.
      if (!(typeof isNew === 'boolean' ? isNew : await isNew)) return
      if (isWanted(commit)) yield commit
      if (place === COMMITS - 1) next = commit.parentHash
    }
  }
}

/**
 * The commits that a walk has met. A commit is mostly stored after its parent, so that the row ids of a chain fall; as long
 * as they do, none can come again, and none is kept. Where one does not, those before it are read once more.
 */
class MetCommits {
  readonly #session: Session
  readonly #start: string
  #lowest = Number.POSITIVE_INFINITY
  #count = 0
  #ids: RowIds | null = null

  constructor(session: Session, start: string) {
    this.#session = session
    this.#start = start
  }

  /** Returns whether the commit was new. */
  add(id: Bound | undefined): boolean | Promise<boolean> {
    if (this.#ids !== null) return this.#ids.add(id)
    if (typeof id === 'number' && id < this.#lowest) {
      this.#lowest = id
      this.#count++
      return true
    }
    return this.#addToAll(id)
  }

  async #addToAll(id: Bound | undefined): Promise<boolean> {
    const ids = new RowIds()
    await this.#session.read((db) => {
      for (const met of db.each(ANCESTOR_IDS, this.#start, this.#count)) ids.add(met)
    })
    this.#ids = ids
    return ids.add(id)
  }
}

/** The hashes of a tract's commits, oldest first, read in stretches. */
export async function* iterateHashes(
  session: Session,
  tractId: string,
): AsyncGenerator<string, void, undefined> {
  for (let last: End | null = null; ; ) {
    const behind: End | null = last
    const stretch: Stretch = await session.read((db) =>
      inSnapshot(db, () => stretchBehind(db, tractId, behind)),
    )
    for (const { hash, isSound } of stretch.places) {
      if (isSound === 0) throw outOfPlace('commits by time')
      yield hash
    }
    last = stretch.end
    if (last === null) return
  }
}

/** The next places in the order of time. */
function stretchBehind(db: Connection, tractId: string, last: End | null): Stretch {
  const places = placesBehind(db, tractId, last)
  const end = places.at(-1)
  return { places, end: end === undefined ? null : { ...end, bytes: db.value(TEXT_BYTES, end.id) ?? null } }
}

function placesBehind(db: Connection, tractId: string, last: End | null): readonly Place[] {
  if (last === null) return db.rows<Place>(FROM_THE_FIRST, tractId)
  const { id, createdAt, bytes } = last
  const rest = db.rows<Place>(REST_OF_TIME, id, tractId, bytes, createdAt, id)
  return rest.length > 0 ? rest : db.rows<Place>(LATER, bytes, createdAt, tractId, bytes, createdAt)
}
