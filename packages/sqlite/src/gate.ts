/**
 * Lets one caller in at a time, in the order of their arrival. A free gate is entered without waiting, so that
 * synchronous work behind it stays synchronous.
 */
export class Gate {
  readonly #waiting: (() => void)[] = []
  #isHeld = false

  /** Whether nobody is inside. */
  get isFree(): boolean {
    return !this.#isHeld
  }

  /** Enters; `undefined` where that happened at once, otherwise a promise of the turn. */
  enter(): Promise<void> | undefined {
    if (!this.#isHeld) {
      this.#isHeld = true
      return undefined
    }
    return new Promise((resolve) => this.#waiting.push(resolve))
  }

  /** Leaves, and hands the turn to whoever has waited longest. */
  leave(): void {
    const next = this.#waiting.shift()
    if (next === undefined) this.#isHeld = false
    else next()
  }
}
