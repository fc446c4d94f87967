import { RefConflictError, type Repositories, type Store } from '@tract/repositories'
import { aBlob } from '../builders/blob.js'
import { aCommit } from '../builders/commit.js'
import { A_TRACT } from '../builders/seeded.js'

/** Puts a commit on top of main: reads where it stands, and moves it on. */
async function append(store: Repositories, commitHash: string): Promise<void> {
  const head = await store.refs.getBranch(A_TRACT, 'main')
  const { contentHash } = await store.blobs.saveIfAbsent(aBlob())
  if ((await store.commits.get(commitHash)) !== null) await store.commits.delete(commitHash)
  await store.commits.save(aCommit({ commitHash, contentHash, parentHash: head }))
  await store.refs.compareAndSetRef(A_TRACT, 'refs/heads/main', head, commitHash)
}

export function appendInTransaction(store: Store, commitHash: string): Promise<void> {
  return store.transaction((tx) => append(tx, commitHash))
}

export async function appendWithRetry(store: Store, commitHash: string): Promise<void> {
  for (;;) {
    try {
      return await append(store, commitHash)
    } catch (error) {
      if (!(error instanceof RefConflictError)) throw error
    }
  }
}

export async function chainLength(store: Store): Promise<number> {
  const head = await store.refs.getBranch(A_TRACT, 'main')
  return head === null ? 0 : (await store.commits.getAncestors(head)).length
}
