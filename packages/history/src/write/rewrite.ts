import { randomUUID } from 'node:crypto'
import { InvalidInputError, type Repositories } from '@tract/repositories'
import type { CommitRow, JsonObject, OperationEventType } from '@tract/schema'
import { OutsideChainError } from '../errors.js'
import { commitsOf } from '../resolve.js'
import type { Position } from './position.js'

/** An id as the format makes them: a UUID without dashes. */
export function newId(): string {
  return randomUUID().replaceAll('-', '')
}

/** Commits that are named by the caller, each on the chain and named once. */
export async function namedOnChain(
  repositories: Repositories,
  field: string,
  hashes: readonly string[],
  chain: readonly CommitRow[],
  { tractId, head }: Position,
): Promise<readonly CommitRow[]> {
  const onChain = new Set(chain.map(({ commitHash }) => commitHash))
  const named = await commitsOf(repositories, hashes, tractId)
  const met = new Set<string>()
  for (const [index, { commitHash, operation, responseTo }] of named.entries()) {
    if (!onChain.has(commitHash)) throw new OutsideChainError(commitHash, head)
    const place = `${field}[${index}]`
    if (operation === 'edit') {
      throw new InvalidInputError(place, `the edit ${commitHash}`, `the commit it edits, ${responseTo}`)
    }
    if (met.has(commitHash)) throw new InvalidInputError(place, commitHash, 'each commit once')
    met.add(commitHash)
  }
  return named
}

/** What an event changed. */
export interface Change {
  readonly eventType: OperationEventType
  readonly sources: readonly CommitRow[]
  readonly results: readonly CommitRow[]
  readonly originalTokens: number
  readonly compressedTokens: number
  readonly paramsJson: JsonObject | null
}

/** Records what was changed, and returns the event's id. */
export async function recordChange(
  repositories: Repositories,
  { tractId, branchName }: Position,
  { sources, results, ...event }: Change,
): Promise<string> {
  const eventId = newId()
  await repositories.operationEvents.saveEventWithCommits({
    ...{ eventId, tractId, branchName, ...event },
    sources: sources.map(({ commitHash }) => commitHash),
    results: results.map(({ commitHash }) => commitHash),
  })
  return eventId
}

/** The tokens of commits. */
export function tokensOfAll(commits: readonly CommitRow[]): number {
  return commits.reduce((sum, { tokenCount }) => sum + tokenCount, 0)
}
