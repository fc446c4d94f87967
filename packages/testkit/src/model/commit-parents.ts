import { CommitParentRepository } from '@tract/repositories'
import type { CommitParentRow } from '@tract/schema'
import { assertCommit, assertNew, byPosition, handOut, pickLists } from './rules.js'
import type { ModelState } from './state.js'

const TERM = 'commit parent'

export class ModelCommitParentRepository extends CommitParentRepository {
  readonly #state: ModelState

  constructor(state: ModelState) {
    super()
    this.#state = state
  }

  override async addParent(commitHash: string, parentHash: string, position: number): Promise<void> {
    this.#link(commitHash, parentHash, position)
  }

  override async addParents(commitHash: string, parentHashes: readonly string[]): Promise<void> {
    const before = [...this.#state.commitParents]
    try {
      for (const [position, parentHash] of parentHashes.entries())
        this.#link(commitHash, parentHash, position)
    } catch (error) {
      this.#state.commitParents = before
      throw error
    }
  }

  override async getParents(commitHash: string): Promise<readonly CommitParentRow[]> {
    return handOut(byPosition(this.#state.commitParents.filter((link) => link.commitHash === commitHash)))
  }

  override getMany(commitHashes: readonly string[]): Promise<Map<string, readonly CommitParentRow[]>> {
    return pickLists(commitHashes, (commitHash) => this.getParents(commitHash))
  }

  #link(commitHash: string, parentHash: string, position: number): void {
    assertNew(TERM, this.#state.commitParents, { commitHash, parentHash })
    assertCommit(this.#state, TERM, 'commitHash', commitHash)
    assertCommit(this.#state, TERM, 'parentHash', parentHash)
    this.#state.commitParents.push({ commitHash, parentHash, position })
  }
}
