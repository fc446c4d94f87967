import type { Repositories } from '@tract/repositories'
import type { CommitRow, Priority } from '@tract/schema'
import { pinInstruction, type StoredSettings, writeCommit } from './write-commit.js'

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
  const settings = await settingsOf(repositories, hashes)
  const copies = new Map<string, CommitRow>()
  let last = parent
  for (const commit of commits) {
    const others = (parents.get(commit.commitHash) ?? []).map(({ parentHash }) => parentHash)
    const draft = {
      ...copyable(commit, tractId),
      parent: last,
      responseTo: copies.get(commit.responseTo ?? '')?.commitHash ?? commit.responseTo,
      extraParents: others.filter((hash) => hash !== commit.parentHash && hash !== last?.commitHash),
    }
    const copy: CommitRow = await writeCommit(repositories, draft, settings.get(commit.commitHash))
    const latest = annotations.get(commit.commitHash)
    if (latest === undefined) await pinInstruction(repositories, copy)
    else await annotateCopy(repositories, copy, latest.priority as Priority, latest.reason)
    copies.set(commit.commitHash, copy)
    last = copy
  }
  return { last, copies }
}

/** What a copy takes over besides its settings. */
export function copyable(
  { contentHash, contentType, message, tokenCount, operation }: CommitRow,
  tractId: string,
) {
  return {
    ...{ tractId, contentHash, contentType, message, tokenCount },
    operation: operation === 'edit' ? 'edit' : 'append',
  } as const
}

/** The metadata and settings of commits as they are stored, by hash. */
export async function settingsOf(
  { storedRows }: Repositories,
  hashes: readonly string[],
): Promise<ReadonlyMap<string, StoredSettings>> {
  const rows = await storedRows.read('commits', 'commit_hash', hashes)
  return new Map(
    rows.map(
      ({ commit_hash: hash, metadata_json: metadata = null, generation_config_json: config = null }) => [
        String(hash),
        { metadata_json: metadata, generation_config_json: config },
      ],
    ),
  )
}

async function annotateCopy(
  { annotations }: Repositories,
  { tractId, commitHash: targetHash, createdAt }: CommitRow,
  priority: Priority,
  reason: string | null,
): Promise<void> {
  await annotations.save({ tractId, targetHash, priority, reason, createdAt })
}
