/** Somebody who waits for the turn. */
interface Waiter {
  /** When it came, in milliseconds of `performance.now()`; without end for one that waits as long as it takes. */
  readonly since: number
  readonly admit: () => void
  readonly refuse: (reason: unknown) => void
}

/**
 * Lets one caller in at a time, in the order of their arrival. A free gate is entered without waiting, so that
 * synchronous work behind it stays synchronous.
 */
export class Gate {
  /** Who waits, from {@link #first} on: taking the first of a long array away would move all that follow. */
  #waiting: Waiter[] = []
  #first = 0
  #isHeld = false

  /** Whether nobody is inside. */
  get isFree(): boolean {
    return !this.#isHeld
  }

  /** Since when the one has waited that came first; `undefined` where nobody waits. */
  get waitingSince(): number | undefined {
    return this.#waiting[this.#first]?.since
  }

  /**
   * Enters; `undefined` where that happened at once, otherwise a promise of the turn.
   *
   * @param isPatient waits as long as it takes: {@link refuseEarlier} passes it by
   */
  enter(isPatient = false): Promise<void> | undefined {
    if (!this.#isHeld) {
      this.#isHeld = true
      return undefined
    }
    const since = isPatient ? Number.POSITIVE_INFINITY : performance.now()
    return new Promise((admit, refuse) => this.#waiting.push({ since, admit, refuse }))
  }

  /** Leaves, and hands the turn to whoever has waited longest. */
  leave(): void {
    const next = this.#waiting[this.#first]
    if (next === undefined) {
      this.#isHeld = false
      return
    }
    this.#first++
    if (this.#first * 2 > this.#waiting.length) this.#setWaiting(this.#waiting.slice(this.#first))
    next.admit()
  }

  /** Sends away everybody who waits. */
  refuseAll(reason: unknown): void {
    const sent = this.#waiting.slice(this.#first)
    this.#setWaiting([])
    for (const { refuse } of sent) refuse(reason)
  }

  /** Sends away who came at a moment or before it. */
  refuseEarlier(moment: number, reasonFor: (since: number) => unknown): void {
    const waiting = this.#waiting.slice(this.#first)
    const late = waiting.filter(({ since }) => since <= moment)
    this.#setWaiting(waiting.filter(({ since }) => since > moment))
    for (const { since, refuse } of late) refuse(reasonFor(since))
  }

  #setWaiting(waiting: Waiter[]): void {
    this.#waiting = waiting
    this.#first = 0
  }
}
