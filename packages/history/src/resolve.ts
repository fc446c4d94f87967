import type { Repositories } from '@tract/repositories'
import type { CommitRow } from '@tract/schema'
import { UnknownHashError, UnknownTractError } from './errors.js'

const SHORTEST_PREFIX = 4

/**
 * The commit with a hash, or the only one whose hash begins so.
 *
 * @throws {@link UnknownHashError} where there is none
 * @throws {@link AmbiguousPrefixError} where several begin so
 */
export async function commitOf(
  repositories: Repositories,
  hashOrPrefix: string,
  tractId?: string,
): Promise<CommitRow> {
  const exact = await repositories.commits.get(hashOrPrefix)
  return fitting(exact, tractId) ?? (await byPrefix(repositories, hashOrPrefix, tractId))
}

/** The commits with these hashes or prefixes, in the order given; whole hashes are read in one query. */
export async function commitsOf(
  repositories: Repositories,
  hashesOrPrefixes: readonly string[],
  tractId?: string,
): Promise<readonly CommitRow[]> {
  const known = await repositories.commits.getMany(hashesOrPrefixes)
  const commits: CommitRow[] = []
  for (const hash of hashesOrPrefixes) {
    commits.push(fitting(known.get(hash) ?? null, tractId) ?? (await byPrefix(repositories, hash, tractId)))
  }
  return commits
}

/**
 * The tract that is meant, or all: what looks through a misspelt one would find nothing wrong.
 *
 * @throws {@link UnknownTractError} where no row names it
 */
export async function tractsOf(
  { commits }: Repositories,
  tractId: string | undefined,
): Promise<readonly string[]> {
  const all = await commits.getTractIds()
  if (tractId === undefined) return all
  if (!all.includes(tractId)) throw new UnknownTractError(tractId)
  return [tractId]
}

function fitting(commit: CommitRow | null, tractId: string | undefined): CommitRow | null {
  return commit !== null && (tractId === undefined || commit.tractId === tractId) ? commit : null
}

async function byPrefix(repositories: Repositories, prefix: string, tractId?: string): Promise<CommitRow> {
  const commit =
    prefix.length < SHORTEST_PREFIX ? null : await repositories.commits.getByPrefix(prefix, tractId)
  if (commit === null) throw new UnknownHashError(prefix, tractId ?? null)
  return commit
}
