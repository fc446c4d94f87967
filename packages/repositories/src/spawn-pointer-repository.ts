import type { SpawnPointerRow } from '@tract/schema'
import type { SpawnPointerInput } from './inputs.js'

/** Which agent started which. */
export abstract class SpawnPointerRepository {
  /**
   * Stores one pointer and returns it with its id.
   *
   * @throws {@link AlreadyExistsError} where the child has a parent
   * @throws {@link MissingReferenceError} where the parent's commit does not exist
   */
  abstract save(pointer: SpawnPointerInput): Promise<SpawnPointerRow>

  /** The pointer, or `null`. */
  abstract get(id: number): Promise<SpawnPointerRow | null>

  /** The pointer to the child's parent, or `null`; the earliest where an old file holds several. */
  abstract getByChild(childTractId: string): Promise<SpawnPointerRow | null>

  /** The pointer that {@link getByChild} gives for each of these, by child, in the order of the question. */
  abstract batchGetByChild(childTractIds: readonly string[]): Promise<Map<string, SpawnPointerRow>>

  /** The pointers to what the parent started, oldest first. */
  abstract getChildren(parentTractId: string): Promise<readonly SpawnPointerRow[]>

  /** The pointers that name the tract as parent or child, oldest first. */
  abstract getAll(tractId: string): Promise<readonly SpawnPointerRow[]>

  /** Whether the tract is above the child: its parent, its parent's parent and so on. A cycle ends the walk. */
  abstract hasAncestor(childTractId: string, potentialAncestor: string): Promise<boolean>
}
