import type { CommitRow } from '@tract/schema'
import type { Session } from '../session.js'
import { ANCESTORS_WITH_ID } from './chain.js'
import { RowIds } from './row-ids.js'

/** Commits read at a time: enough that a statement's own cost does not count, few enough to be gone while they are young. */
const COMMITS = 100
/** Hashes read at a time. */
const HASHES = 1_000

const HASHES_BEHIND = `
  SELECT commit_hash AS hash, created_at AS createdAt, rowid AS id FROM commits
  WHERE tract_id = ? AND created_at >= ? AND (created_at > ? OR rowid > ?)
  ORDER BY created_at, rowid LIMIT ${HASHES}`

interface Place {
  readonly hash: string
  readonly createdAt: string | number
  readonly id: number | bigint
}

const BEFORE_ALL: Pick<Place, 'createdAt' | 'id'> = { createdAt: Number.NEGATIVE_INFINITY, id: 0 }

/** The commits of a chain, newest first, read in stretches. A cycle ends the walk where it comes round. */
export async function* iterateChain(
  session: Session,
  commitHash: string,
  isWanted: (commit: CommitRow) => boolean,
): AsyncGenerator<CommitRow, void, undefined> {
  const met = new RowIds()
  let next: string | null = commitHash
  while (next !== null) {
    const start: string = next
    const [commits, ids] = await session.read((db) => db.commits.allWith(ANCESTORS_WITH_ID, start, COMMITS))
    next = null
    for (const [place, commit] of commits.entries()) {
      if (!met.add(ids[place])) return
      if (isWanted(commit)) yield commit
      if (place === COMMITS - 1) next = commit.parentHash
    }
  }
}

/** The hashes of a tract's commits, oldest first, read in stretches. */
export async function* iterateHashes(
  session: Session,
  tractId: string,
): AsyncGenerator<string, void, undefined> {
  let last: Place | undefined
  do {
    const { createdAt, id }: Pick<Place, 'createdAt' | 'id'> = last ?? BEFORE_ALL
    const stretch: readonly Place[] = await session.read((db) =>
      db.rows<Place>(HASHES_BEHIND, tractId, createdAt, createdAt, id),
    )
    for (const { hash } of stretch) yield hash
    last = stretch.length < HASHES ? undefined : stretch.at(-1)
  } while (last !== undefined)
}
