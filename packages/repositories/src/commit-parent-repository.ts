import type { CommitParentRow } from '@tract/schema'

/** The parents of merges: all of them, the first included. */
export abstract class CommitParentRepository {
  /**
   * Links one parent.
   *
   * @throws {@link AlreadyExistsError} where the two are linked
   * @throws {@link MissingReferenceError} where either commit does not exist
   */
  abstract addParent(commitHash: string, parentHash: string, position: number): Promise<void>

  /** Links all parents in one step; the position is the index. Throws as {@link addParent} does. */
  abstract addParents(commitHash: string, parentHashes: readonly string[]): Promise<void>

  /** The links by position; empty for a commit with a single parent. */
  abstract getParents(commitHash: string): Promise<readonly CommitParentRow[]>

  /** The links of each of these commits that has some, by position; by commit hash, in the order of the question. */
  abstract getMany(commitHashes: readonly string[]): Promise<Map<string, readonly CommitParentRow[]>>
}
