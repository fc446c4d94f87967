const HEX = /^[0-9a-f]{64}$/
/** Numbers of 32 bits that are kept of a hash, each of two of its parts: hashes that agree in all are the same one. */
const WORDS = 4
const FIRST_PLACES = 1024

/** A set of hashes in little memory: of millions it takes some ten bytes each. Other texts are kept as they are. */
export class Hashes {
  readonly #others = new Set<string>()
  #words = new Uint32Array(FIRST_PLACES * WORDS)
  #count = 0
  #hasZero = false

  /** Adds one. Returns whether it was new. */
  add(hash: string): boolean {
    if (!HEX.test(hash)) {
      const { size } = this.#others
      return this.#others.add(hash).size > size
    }
    const words = wordsOf(hash)
    if (isZero(words)) {
      const isNew = !this.#hasZero
      this.#hasZero = true
      return isNew
    }
    if ((this.#count + 1) * WORDS * 2 > this.#words.length) this.#grow()
    const at = this.#placeOf(words)
    if (this.#isTaken(at)) return false
    this.#words.set(words, at)
    this.#count++
    return true
  }

  has(hash: string): boolean {
    if (!HEX.test(hash)) return this.#others.has(hash)
    const words = wordsOf(hash)
    return isZero(words) ? this.#hasZero : this.#isTaken(this.#placeOf(words))
  }

  /** Where the words stand, or the free place where they would. */
  #placeOf(words: readonly number[]): number {
    const places = this.#words.length / WORDS
    // Hashes are spread evenly by themselves.
    for (let place = (words[0] ?? 0) % places; ; place = (place + 1) % places) {
      const at = place * WORDS
      if (!this.#isTaken(at) || words.every((word, index) => this.#words[at + index] === word)) return at
    }
  }

  #isTaken(at: number): boolean {
    for (let index = 0; index < WORDS; index++) if (this.#words[at + index] !== 0) return true
    return false
  }

  #grow(): void {
    const before = this.#words
    this.#words = new Uint32Array(before.length * 2)
    for (let at = 0; at < before.length; at += WORDS) {
      const words = [...before.subarray(at, at + WORDS)]
      if (!isZero(words)) this.#words.set(words, this.#placeOf(words))
    }
  }
}

function wordsOf(hash: string): readonly number[] {
  return Array.from(
    { length: WORDS },
    (_, index) => (partOf(hash, index) ^ partOf(hash, index + WORDS)) >>> 0,
  )
}

function partOf(hash: string, index: number): number {
  return Number.parseInt(hash.slice(index * 8, index * 8 + 8), 16)
}

function isZero(words: readonly number[]): boolean {
  return words.every((word) => word === 0)
}
