const BITS = 32

/** A set of row ids in little memory: a bit an id where they are dense, as those of a table mostly are. */
export class RowIds {
  readonly #words = new Map<number, number>()
  /** Those that a number does not hold exactly. */
  readonly #far = new Set<bigint>()

  /** Adds an id. Returns whether it was new. */
  add(id: number | bigint): boolean {
    if (typeof id === 'bigint') {
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
