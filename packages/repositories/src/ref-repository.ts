import type { RefRow } from '@tract/schema'

/**
 * Branches and HEAD. HEAD is the ref `HEAD`: attached while it is symbolic (to `refs/heads/main`, say), detached while
 * it holds a commit. Branch `x` is the ref `refs/heads/x`.
 *
 * Every method that stores a commit's hash throws {@link MissingReferenceError} where that commit does not exist.
 */
export abstract class RefRepository {
  /** The commit that HEAD stands at, through its branch; `null` where HEAD or the branch does not exist. */
  abstract getHead(tractId: string): Promise<string | null>

  /**
   * Moves HEAD: an attached one by its branch, which is created where it is unborn; a detached one by itself. Without
   * a HEAD, creates it attached to `refs/heads/main` and sets that branch.
   */
  abstract updateHead(tractId: string, commitHash: string): Promise<void>

  /** The branch's commit, or `null`. */
  abstract getBranch(tractId: string, branchName: string): Promise<string | null>

  /** Creates or moves a branch. One that was symbolic becomes direct. */
  abstract setBranch(tractId: string, branchName: string, commitHash: string): Promise<void>

  /** The names of the tract's branches, ordered by code point. */
  abstract listBranches(tractId: string): Promise<readonly string[]>

  /** Whether HEAD holds a commit; `false` where no HEAD exists. */
  abstract isDetached(tractId: string): Promise<boolean>

  /** Attaches HEAD to a branch, which need not exist yet. */
  abstract attachHead(tractId: string, branchName: string): Promise<void>

  /** Points HEAD at a commit. */
  abstract detachHead(tractId: string, commitHash: string): Promise<void>

  /** All refs of the tract, by the code points of their names. */
  abstract getAll(tractId: string): Promise<readonly RefRow[]>

  /** The commit that a ref holds, by the ref's full name; `null` where it does not exist or is symbolic. */
  abstract getRef(tractId: string, refName: string): Promise<string | null>

  /** Creates or moves a ref by its full name. One that was symbolic becomes direct. */
  abstract setRef(tractId: string, refName: string, commitHash: string): Promise<void>

  /** Removes a ref; an absent one is no error. */
  abstract deleteRef(tractId: string, refName: string): Promise<void>

  /** Makes a ref stand for another, by full names. */
  abstract setSymbolicRef(tractId: string, refName: string, target: string): Promise<void>

  /** The full name that a symbolic ref stands for; `null` where the ref is direct or absent. */
  abstract getSymbolicRef(tractId: string, refName: string): Promise<string | null>

  /** The name of the branch that HEAD is attached to; `null` when it is detached or absent. */
  abstract getCurrentBranch(tractId: string): Promise<string | null>

  /**
   * Moves a ref only from where the caller last saw it, so that of two that race none is lost.
   *
   * @param expected the commit the ref is at; `null` where it must not exist yet
   * @throws {@link RefConflictError} where it is elsewhere
   * @throws {@link SymbolicRefError} where it is symbolic
   */
  abstract compareAndSetRef(
    tractId: string,
    refName: string,
    expected: string | null,
    next: string,
  ): Promise<void>
}
