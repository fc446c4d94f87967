import { RefConflictError, type Repositories } from '@tract/repositories'
import type { Position } from './position.js'

/** How many places of a ref are remembered: one transaction of the caller's may move it as often and take all of it back. */
const LONGEST_MEMORY = 1000

/** Where a ref was when a history looked at it or moved it. */
interface Sighting {
  readonly head: string | null
  /** Whether the history moved the ref to a commit that was there before, which stays when that is taken back. */
  readonly isReset: boolean
}

/** Where each ref was when one history last saw it. */
export class Sightings {
  readonly #byRef = new Map<string, Sighting[]>()

  /** Notes where a ref is. */
  note(refName: string, head: string | null, isReset = false): void {
    const known = this.#byRef.get(refName) ?? []
    if (known.at(-1)?.head === head) return
    known.push({ head, isReset })
    if (known.length > LONGEST_MEMORY) known.shift()
    this.#byRef.set(refName, known)
  }

  forget(refName: string): void {
    this.#byRef.delete(refName)
  }

  /**
   * A transaction around what this history did may have been rolled back: then the commits that it made are gone, and the
   * ref is rightly where it was before them.
   *
   * @throws {@link RefConflictError} where somebody else moved the ref since it was last seen
   */
  async assertUnmoved(repositories: Repositories, { tractId, refName, head }: Position): Promise<void> {
    const known = this.#byRef.get(refName) ?? []
    const last = known.at(-1)
    if (last === undefined || last.head === head) return
    const hashes = known.flatMap((sighting) => sighting.head ?? [])
    const there = await repositories.commits.getMany(hashes)
    const wasTakenBack = (one: Sighting) => one.isReset || (one.head !== null && !there.has(one.head))
    let length = known.length
    for (
      let one: Sighting | undefined = last;
      one !== undefined && one.head !== head;
      one = known[--length - 1]
    ) {
      if (!wasTakenBack(one)) throw new RefConflictError(tractId, refName, last.head, head)
    }
    known.length = length
  }
}
