import type { Bound } from '../column.js'

const BITS = 32

/** A set of row ids in little memory: a bit an id where they are dense, as those of a table mostly are. */
export class RowIds {
  readonly #words = new Map<number, number>()
  /** Those that no number holds exactly. */
  readonly #far = new Set<Bound | undefined>()

  /** Adds an id: a number, or its text where a number would round it. Returns whether it was new. */
  add(id: Bound | undefined): boolean {
    if (typeof id !== 'number') {
      const { size } = this.#far
      return this.#far.add(id).size > size
    }
    const place = Math.floor(id / BITS)
    const bit = 1 << (id - place * BITS)
    const word = this.#words.get(place) ?? 0
    this.#words.set(place, word | bit)
    return (word & bit) === 0
  }
}
