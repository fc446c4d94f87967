import { type SpawnPointerInput, SpawnPointerRepository } from '@tract/repositories'
import type { SpawnPointerRow } from '@tract/schema'
import { assertCommit, assertNew, handOut, idFor, oldestFirst, pick, timeFor } from './rules.js'
import type { ModelState } from './state.js'

export class ModelSpawnPointerRepository extends SpawnPointerRepository {
  readonly #state: ModelState

  constructor(state: ModelState) {
    super()
    this.#state = state
  }

  override async save(pointer: SpawnPointerInput): Promise<SpawnPointerRow> {
    const { childTractId, parentCommitHash = null, displayName = null } = pointer
    assertNew('spawn pointer', this.#state.spawnPointers, { childTractId })
    assertCommit(this.#state, 'spawn pointer', 'parentCommitHash', parentCommitHash)
    const id = idFor(this.#state, 'spawn pointer', this.#state.spawnPointers, pointer.id)
    const row = { ...pointer, id, parentCommitHash, displayName, createdAt: timeFor(pointer) }
    this.#state.spawnPointers.push(row)
    return handOut(row)
  }

  override async get(id: number): Promise<SpawnPointerRow | null> {
    return handOut(this.#state.spawnPointers.find((pointer) => pointer.id === id) ?? null)
  }

  override async getByChild(childTractId: string): Promise<SpawnPointerRow | null> {
    return handOut(this.#state.spawnPointers.find((pointer) => pointer.childTractId === childTractId) ?? null)
  }

  override async batchGetByChild(childTractIds: readonly string[]): Promise<Map<string, SpawnPointerRow>> {
    return pick(childTractIds, (childTractId) =>
      this.#state.spawnPointers.find((pointer) => pointer.childTractId === childTractId),
    )
  }

  override async getChildren(parentTractId: string): Promise<readonly SpawnPointerRow[]> {
    return this.#oldestFirst((pointer) => pointer.parentTractId === parentTractId)
  }

  override async getAll(tractId: string): Promise<readonly SpawnPointerRow[]> {
    return this.#oldestFirst(
      (pointer) => pointer.parentTractId === tractId || pointer.childTractId === tractId,
    )
  }

  override async hasAncestor(childTractId: string, potentialAncestor: string): Promise<boolean> {
    const met = new Set<string>()
    let above = await this.getByChild(childTractId)
    while (above !== null && !met.has(above.parentTractId)) {
      if (above.parentTractId === potentialAncestor) return true
      met.add(above.parentTractId)
      above = await this.getByChild(above.parentTractId)
    }
    return false
  }

  #oldestFirst(belongs: (pointer: SpawnPointerRow) => boolean): SpawnPointerRow[] {
    return handOut(oldestFirst(this.#state.spawnPointers.filter(belongs)))
  }
}
