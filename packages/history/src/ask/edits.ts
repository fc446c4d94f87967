import type { Repositories } from '@tract/repositories'
import type { CommitRow } from '@tract/schema'
import { byTime } from './origins.js'

/** Those of the commits that are on the chain of a head and not skipped, oldest first. */
export async function shownAt(
  store: Repositories,
  headHash: string,
  commits: readonly CommitRow[],
): Promise<readonly CommitRow[]> {
  const hashes = commits.map(({ commitHash }) => commitHash)
  if (hashes.length === 0) return []
  const onChain = await store.commits.getOnChain(headHash, hashes)
  const annotations = await store.annotations.batchGetLatest([...onChain])
  return commits
    .filter(({ commitHash }) => onChain.has(commitHash) && annotations.get(commitHash)?.priority !== 'skip')
    .toSorted(byTime)
}

/** The edit that gives each of the commits its text at a head, by the hash of the commit. */
export async function editsAt(
  store: Repositories,
  headHash: string,
  hashes: readonly string[],
): Promise<ReadonlyMap<string, CommitRow>> {
  const responses = await store.commits.getResponses(hashes)
  const edits = await shownAt(
    store,
    headHash,
    responses.filter(({ operation }) => operation === 'edit'),
  )
  return new Map(edits.map((edit) => [edit.responseTo ?? '', edit]))
}
