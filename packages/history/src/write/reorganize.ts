import { InvalidInputError, type Repositories } from '@tract/repositories'
import type { CommitRow } from '@tract/schema'
import { groupBy } from '../group.js'
import { readHashes, readOptions } from '../input.js'
import { copyChain } from './copy-chain.js'
import { headOf, type Position } from './position.js'
import { namedOnChain, recordChange, tokensOfAll } from './rewrite.js'

/** The order that a chain is brought into. */
export interface Reorganization {
  /** Commits of the head's chain, by hash or prefix, oldest first. Those that are left out are not in the new chain. */
  readonly commits: readonly string[]
}

/** What a reorganization made. */
export interface Reorganized {
  /** `null` where nothing was written anew: the chain had that order, or only its end was left out. */
  readonly eventId: string | null
  readonly headHash: string
  /** What was written anew, by the hash of the commit that it stands for. */
  readonly copies: ReadonlyMap<string, CommitRow>
}

/** Builds a chain of the commits in the order given, each followed by its edits. What stands right already stays. */
export async function reorganizeAt(
  repositories: Repositories,
  position: Position,
  reorganization: Reorganization,
): Promise<Reorganized> {
  const hashes = readHashes('commits', readOptions('reorganization', reorganization, ['commits']).commits)
  const head = headOf(position)
  if (hashes.length === 0) throw new InvalidInputError('commits', 'none', 'at least one')
  const chain = (await repositories.commits.getAncestors(head)).toReversed()
  const order = await namedOnChain(repositories, 'commits', hashes, chain, position)
  const edits = groupBy(
    chain.filter(({ operation }) => operation === 'edit'),
    ({ responseTo }) => responseTo,
  )
  const wanted = order.flatMap((commit) => [commit, ...(edits.get(commit.commitHash) ?? [])])
  let same = 0
  while (same < wanted.length && wanted[same]?.commitHash === chain[same]?.commitHash) same++
  const moved = wanted.slice(same)
  const parent = chain[same - 1] ?? null
  const { last, copies } = await copyChain(repositories, moved, parent, position.tractId)
  const headHash = last?.commitHash ?? head
  if (moved.length === 0) return { eventId: null, headHash, copies }
  const tokens = tokensOfAll(moved)
  const eventId = await recordChange(repositories, position, {
    eventType: 'reorganize',
    ...{ sources: moved, results: [...copies.values()], originalTokens: tokens, compressedTokens: tokens },
    paramsJson: position.branchName === null ? null : { target_branch: position.branchName },
  })
  return { eventId, headHash, copies }
}
