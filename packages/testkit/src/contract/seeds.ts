import type { CommitInput, Repositories } from '@tract/repositories'
import type { CommitRow } from '@tract/schema'
import { aBlob } from '../builders/blob.js'
import { aCommit } from '../builders/commit.js'
import { timeOf } from '../builders/seeded.js'

/** One time for rows whose order only insertion can decide. */
export const SAME_TIME = timeOf(500)

/** Saves a commit together with its blob. */
export async function saveCommit(
  store: Repositories,
  overrides: Partial<CommitInput> = {},
  seed = 1,
): Promise<CommitRow> {
  if (overrides.contentHash === undefined) await store.blobs.saveIfAbsent(aBlob({}, seed))
  return store.commits.save(aCommit(overrides, seed))
}

/** Saves commits with these hashes, one second apart, each the parent of the next unless told otherwise. */
export async function saveChain(
  store: Repositories,
  commitHashes: readonly string[],
  overrides: Partial<CommitInput> = {},
): Promise<readonly CommitRow[]> {
  const chain: CommitRow[] = []
  for (const [index, commitHash] of commitHashes.entries()) {
    const parentHash = chain.at(-1)?.commitHash ?? null
    chain.push(await saveCommit(store, { parentHash, ...overrides, commitHash }, index + 1))
  }
  return chain
}

/** Saves roots with these hashes, all of one time: only insertion orders them. */
export function saveTied(
  store: Repositories,
  commitHashes: readonly string[],
  overrides: Partial<CommitInput> = {},
): Promise<readonly CommitRow[]> {
  return saveChain(store, commitHashes, { parentHash: null, createdAt: SAME_TIME, ...overrides })
}
