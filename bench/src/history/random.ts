/** Numbers that look random and are the same in every run (https://github.com/bryc/code/blob/master/jshash/PRNGs.md, sfc32). */
export class Random {
  #a: number
  #b = 0x9e3779b9
  #c = 0x243f6a88
  #counter = 1

  constructor(seed: number) {
    this.#a = seed | 0
    for (let round = 0; round < 12; round++) this.#next()
  }

  /** A whole number from 0 to below the bound. */
  below(bound: number): number {
    return Math.floor((this.#next() / 0x1_0000_0000) * bound)
  }

  /** One item of a list that is not empty. */
  pick<Item>(items: readonly Item[]): Item {
    const item = items[this.below(items.length)]
    if (item === undefined) throw new RangeError('found an empty list, expected something to pick from')
    return item
  }

  /** So many lower-case hex digits; a multiple of 8. */
  hex(digits: number): string {
    let text = ''
    while (text.length < digits) text += this.#next().toString(16).padStart(8, '0')
    return text
  }

  #next(): number {
    const sum = (this.#a + this.#b + this.#counter) | 0
    this.#counter = (this.#counter + 1) | 0
    this.#a = this.#b ^ (this.#b >>> 9)
    this.#b = (this.#c + (this.#c << 3)) | 0
    this.#c = ((this.#c << 21) | (this.#c >>> 11)) + sum
    return sum >>> 0
  }
}

let seeds = 1_000_000

/** Numbers that no other caller of this process gets: ids of what is written must be new each time. */
export function freshRandom(): Random {
  return new Random(seeds++)
}
