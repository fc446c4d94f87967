import type { AnnotationRow } from '@tract/schema'
import type { AnnotationInput } from './inputs.js'

/** Priorities of commits. Annotations are only ever added; the latest, by time and then by insertion, counts. */
export abstract class AnnotationRepository {
  /**
   * Adds one annotation and returns it with its id.
   *
   * @throws {@link MissingReferenceError} where the commit does not exist
   */
  abstract save(annotation: AnnotationInput): Promise<AnnotationRow>

  /** The annotation that counts for the commit, or `null`. */
  abstract getLatest(targetHash: string): Promise<AnnotationRow | null>

  /** All annotations of the commit, oldest first. */
  abstract getHistory(targetHash: string): Promise<readonly AnnotationRow[]>

  /** The annotation that counts for each commit that has one, by commit hash, in the order of the question. */
  abstract batchGetLatest(targetHashes: readonly string[]): Promise<Map<string, AnnotationRow>>
}
