import type { CommitRow } from '@tract/schema'
import type { Session } from '../session.js'
import { CHAIN_LINKS } from './chain.js'
import { RowIds } from './row-ids.js'

/** Rows read at a time: enough that a statement's own cost does not count, few enough to stay small. */
const STRETCH = 1_000

const BY_ROW_ID = `
  SELECT commits.* FROM json_each(?) AS wanted CROSS JOIN commits ON commits.rowid = wanted.value`
const HASHES_BEHIND = `
  SELECT commit_hash AS hash, created_at AS createdAt, rowid AS id FROM commits
  WHERE tract_id = ? AND created_at >= ? AND (created_at > ? OR rowid > ?)
  ORDER BY created_at, rowid LIMIT ${STRETCH}`

interface Link {
  readonly id: number | bigint
  readonly parentHash: string | null
}

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
    const links = await session.read((db) => db.rows<Link>(CHAIN_LINKS, start, STRETCH))
    const fresh = links.filter(({ id }) => met.add(id))
    const ids = `[${fresh.map(({ id }) => id).join()}]`
    const commits = await session.read((db) => db.commits.all(BY_ROW_ID, ids))
    for (const commit of commits) if (isWanted(commit)) yield commit
    next = fresh.length < STRETCH ? null : (fresh.at(-1)?.parentHash ?? null)
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
    last = stretch.length < STRETCH ? undefined : stretch.at(-1)
  } while (last !== undefined)
}
