import type { Repositories } from '@tract/repositories'
import type { CommitRow, JsonObject, JsonValue, Priority } from '@tract/schema'
import { pinInstruction, writeCommit } from './write-commit.js'

/** The end of a chain that was copied, and what became of each commit on it. */
export interface CopiedChain {
  readonly last: CommitRow | null
  /** By the hash of the commit that was copied. */
  readonly copies: ReadonlyMap<string, CommitRow>
}

/**
 * Writes commits anew, one behind the other: their text, words, settings and priority stay, edits and answers follow
 * what they belong to.
 *
 * @param parent what the first is put behind
 * @param tractId the tract to write in
 */
export async function copyChain(
  repositories: Repositories,
  commits: readonly CommitRow[],
  parent: CommitRow | null,
  tractId: string,
): Promise<CopiedChain> {
  const hashes = commits.map(({ commitHash }) => commitHash)
  const annotations = await repositories.annotations.batchGetLatest(hashes)
  const parents = await repositories.commitParents.getMany(hashes)
  const copies = new Map<string, CommitRow>()
  let last = parent
  for (const commit of commits) {
    const others = (parents.get(commit.commitHash) ?? []).map(({ parentHash }) => parentHash)
    const copy: CommitRow = await writeCommit(repositories, {
      ...copyable(commit, tractId),
      parent: last,
      responseTo: copies.get(commit.responseTo ?? '')?.commitHash ?? commit.responseTo,
      extraParents: others.filter((hash) => hash !== commit.parentHash && hash !== last?.commitHash),
    })
    const latest = annotations.get(commit.commitHash)
    if (latest === undefined) await pinInstruction(repositories, copy)
    else await annotateCopy(repositories, copy, latest.priority as Priority, latest.reason)
    copies.set(commit.commitHash, copy)
    last = copy
  }
  return { last, copies }
}

/** What a copy takes over. */
export function copyable(commit: CommitRow, tractId: string) {
  const { contentHash, contentType, message, tokenCount } = commit
  return {
    ...{ tractId, contentHash, contentType, message, tokenCount },
    operation: commit.operation === 'edit' ? 'edit' : 'append',
    metadataJson: objectOrNull(commit.metadataJson),
    generationConfigJson: objectOrNull(commit.generationConfigJson),
  } as const
}

/** A file may hold a bare number or text where an object belongs; such a value cannot be written again. */
function objectOrNull(value: JsonValue): JsonObject | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : null
}

async function annotateCopy(
  { annotations }: Repositories,
  { tractId, commitHash: targetHash, createdAt }: CommitRow,
  priority: Priority,
  reason: string | null,
): Promise<void> {
  await annotations.save({ tractId, targetHash, priority, reason, createdAt })
}
