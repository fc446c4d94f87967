import { type AnnotationInput, AnnotationRepository } from '@tract/repositories'
import type { AnnotationRow } from '@tract/schema'
import { assertCommit, handOut, idFor, latest, oldestFirst, pick, timeFor } from './rules.js'
import type { ModelState } from './state.js'

export class ModelAnnotationRepository extends AnnotationRepository {
  readonly #state: ModelState

  constructor(state: ModelState) {
    super()
    this.#state = state
  }

  override async save(annotation: AnnotationInput): Promise<AnnotationRow> {
    assertCommit(this.#state, 'annotation', 'targetHash', annotation.targetHash)
    const { reason = null } = annotation
    const id = idFor(this.#state, 'annotation', this.#state.annotations, annotation.id)
    const row = { ...annotation, id, reason, createdAt: timeFor(annotation) }
    this.#state.annotations.push(row)
    return handOut(row)
  }

  override async getLatest(targetHash: string): Promise<AnnotationRow | null> {
    return handOut(latest(this.#of(targetHash)))
  }

  override async getHistory(targetHash: string): Promise<readonly AnnotationRow[]> {
    return handOut(oldestFirst(this.#of(targetHash)))
  }

  override async batchGetLatest(targetHashes: readonly string[]): Promise<Map<string, AnnotationRow>> {
    return pick(targetHashes, (targetHash) => latest(this.#of(targetHash)))
  }

  #of(targetHash: string): AnnotationRow[] {
    return this.#state.annotations.filter((annotation) => annotation.targetHash === targetHash)
  }
}
