import { RefConflictError, RefRepository, SymbolicRefError } from '@tract/repositories'
import type { RefRow } from '@tract/schema'
import { assertCommit, compareText, handOut } from './rules.js'
import type { ModelState } from './state.js'

const HEAD = 'HEAD'
const BRANCHES = 'refs/heads/'
const FIRST_BRANCH = 'refs/heads/main'

export class ModelRefRepository extends RefRepository {
  readonly #state: ModelState

  constructor(state: ModelState) {
    super()
    this.#state = state
  }

  override async getHead(tractId: string): Promise<string | null> {
    const head = this.#find(tractId, HEAD)
    if (head === undefined) return null
    const target = head.symbolicTarget
    return target === null ? head.commitHash : (this.#find(tractId, target)?.commitHash ?? null)
  }

  override async updateHead(tractId: string, commitHash: string): Promise<void> {
    assertCommit(this.#state, 'ref', 'commitHash', commitHash)
    const head = this.#find(tractId, HEAD)
    if (head === undefined) this.#put(tractId, HEAD, null, FIRST_BRANCH)
    const isDetached = head !== undefined && head.symbolicTarget === null
    this.#put(tractId, isDetached ? HEAD : (head?.symbolicTarget ?? FIRST_BRANCH), commitHash, null)
  }

  override getBranch(tractId: string, branchName: string): Promise<string | null> {
    return this.getRef(tractId, BRANCHES + branchName)
  }

  override setBranch(tractId: string, branchName: string, commitHash: string): Promise<void> {
    return this.setRef(tractId, BRANCHES + branchName, commitHash)
  }

  override async listBranches(tractId: string): Promise<readonly string[]> {
    return this.#state.refs
      .filter((ref) => ref.tractId === tractId && ref.refName.startsWith(BRANCHES))
      .map((ref) => ref.refName.slice(BRANCHES.length))
      .sort(compareText)
  }

  override async isDetached(tractId: string): Promise<boolean> {
    return this.#find(tractId, HEAD)?.symbolicTarget === null
  }

  override attachHead(tractId: string, branchName: string): Promise<void> {
    return this.setSymbolicRef(tractId, HEAD, BRANCHES + branchName)
  }

  override detachHead(tractId: string, commitHash: string): Promise<void> {
    return this.setRef(tractId, HEAD, commitHash)
  }

  override async getAll(tractId: string): Promise<readonly RefRow[]> {
    const refs = this.#state.refs.filter((ref) => ref.tractId === tractId)
    return handOut(refs.sort((left, right) => compareText(left.refName, right.refName)))
  }

  override async getRef(tractId: string, refName: string): Promise<string | null> {
    return this.#find(tractId, refName)?.commitHash ?? null
  }

  override async setRef(tractId: string, refName: string, commitHash: string): Promise<void> {
    assertCommit(this.#state, 'ref', 'commitHash', commitHash)
    this.#put(tractId, refName, commitHash, null)
  }

  override async deleteRef(tractId: string, refName: string): Promise<void> {
    this.#state.refs = this.#state.refs.filter((ref) => ref.tractId !== tractId || ref.refName !== refName)
  }

  override async setSymbolicRef(tractId: string, refName: string, target: string): Promise<void> {
    this.#put(tractId, refName, null, target)
  }

  override async getSymbolicRef(tractId: string, refName: string): Promise<string | null> {
    return this.#find(tractId, refName)?.symbolicTarget ?? null
  }

  override async getCurrentBranch(tractId: string): Promise<string | null> {
    const target = await this.getSymbolicRef(tractId, HEAD)
    return target?.startsWith(BRANCHES) ? target.slice(BRANCHES.length) : null
  }

  override async compareAndSetRef(
    tractId: string,
    refName: string,
    expected: string | null,
    next: string,
  ): Promise<void> {
    const ref = this.#find(tractId, refName)
    const target = ref?.symbolicTarget ?? null
    if (target !== null) throw new SymbolicRefError(tractId, refName, target)
    const actual = ref?.commitHash ?? null
    if (actual !== expected) throw new RefConflictError(tractId, refName, expected, actual)
    assertCommit(this.#state, 'ref', 'commitHash', next)
    this.#put(tractId, refName, next, null)
  }

  #find(tractId: string, refName: string): RefRow | undefined {
    return this.#state.refs.find((ref) => ref.tractId === tractId && ref.refName === refName)
  }

  #put(tractId: string, refName: string, commitHash: string | null, symbolicTarget: string | null): void {
    const ref = this.#find(tractId, refName)
    if (ref === undefined) this.#state.refs.push({ tractId, refName, commitHash, symbolicTarget })
    else Object.assign(ref, { commitHash, symbolicTarget })
  }
}
