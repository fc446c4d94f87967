/**
 * What each commit stands on, for a million of them: commits are numbers here, and most have one that they stand on.
 */
export class CommitGraph {
  readonly #numbers = new Map<string, number>()
  readonly #hashes: string[] = []
  /** What a commit stands on; `undefined` for one that is only named. */
  readonly #needs: (number | readonly number[] | undefined)[] = []
  #size = 0

  /** How many commits were added. */
  get size(): number {
    return this.#size
  }

  add(hash: string, needs: readonly string[]): void {
    const numbers = [...new Set(needs)].map((needed) => this.#numberOf(needed))
    const [only = numbers] = numbers.length === 1 ? numbers : []
    this.#needs[this.#numberOf(hash)] = only
    this.#size++
  }

  /** Marks commits and all they stand on as reached. */
  reach(roots: Iterable<string>, reached: Reached): void {
    const open: number[] = []
    for (const hash of roots) open.push(this.#numberOf(hash))
    for (let number = open.pop(); number !== undefined; number = open.pop()) {
      if (reached.has(number)) continue
      reached.add(number)
      open.push(...this.#needsOf(number))
    }
  }

  isReached(hash: string, reached: Reached): boolean {
    return reached.has(this.#numberOf(hash))
  }

  /**
   * The commits that were added and not reached, each before what it stands on: deleting a commit empties the fields by
   * which others stand on it. What stands on itself, which only damage makes, is left out.
   */
  unreached(reached: Reached): readonly string[] {
    const standing = new Map<number, number>()
    for (const number of this.#hashes.keys()) {
      if (reached.has(number) || this.#needs[number] === undefined) continue
      standing.set(number, standing.get(number) ?? 0)
      for (const needed of this.#needsOf(number)) standing.set(needed, (standing.get(needed) ?? 0) + 1)
    }
    const open = [...standing].flatMap(([number, count]) => (count === 0 ? number : []))
    const garbage: string[] = []
    for (let number = open.pop(); number !== undefined; number = open.pop()) {
      garbage.push(this.#hashes[number] ?? '')
      for (const needed of this.#needsOf(number)) {
        const left = (standing.get(needed) ?? 0) - 1
        standing.set(needed, left)
        if (left === 0 && !reached.has(needed) && this.#needs[needed] !== undefined) open.push(needed)
      }
    }
    return garbage
  }

  #needsOf(number: number): readonly number[] {
    const needs = this.#needs[number] ?? []
    return typeof needs === 'number' ? [needs] : needs
  }

  #numberOf(hash: string): number {
    const known = this.#numbers.get(hash)
    if (known !== undefined) return known
    this.#numbers.set(hash, this.#hashes.length)
    this.#needs.push(undefined)
    return this.#hashes.push(hash) - 1
  }
}

/** Numbers of commits that were reached. */
export type Reached = Set<number>
