import type { Gate } from './gate.js'

/** The longest time that a timer of Node's can be set to, in milliseconds. */
const LONGEST_TIMER = 2 ** 31 - 1

/** What a watch looks at. */
export interface Watched {
  readonly gate: Gate
  /** How long a call may wait behind one and the same transaction, in milliseconds. */
  readonly limitMs: number
  /** When the transaction began that is inside, in milliseconds of `performance.now()`; `undefined` where none has. */
  heldSince(): number | undefined
  /** What a call is told that waited too long. */
  refusal(waitedMs: number): unknown
}

/**
 * Ends the waiting of calls that stand behind one and the same transaction for too long. Where the turn passes on, their
 * time starts again: a queue that moves is waited for, however long it is.
 */
export class TurnWatch {
  readonly #watched: Watched
  #timer: NodeJS.Timeout | undefined

  constructor(watched: Watched) {
    this.#watched = watched
  }

  /** Looks on, from now that somebody waits. */
  start(): void {
    this.#timer ??= this.#lookIn(this.#watched.limitMs)
  }

  /** Ends looking where nobody waits any more. */
  stopIfIdle(): void {
    if (this.#timer === undefined || this.#watched.gate.waitingSince !== undefined) return
    clearTimeout(this.#timer)
    this.#timer = undefined
  }

  #lookIn(delayMs: number): NodeJS.Timeout {
    return setTimeout(() => this.#look(), Math.min(Math.max(Math.ceil(delayMs), 1), LONGEST_TIMER))
  }

  #look(): void {
    const { gate, limitMs, refusal } = this.#watched
    const now = performance.now()
    // One that waits for the lock itself has not begun, and ends by itself.
    const heldSince = this.#watched.heldSince() ?? now
    if (now - heldSince >= limitMs)
      gate.refuseEarlier(now - limitMs, (since) => refusal(Math.round(now - since)))
    const next = Math.max(heldSince, gate.waitingSince ?? Number.POSITIVE_INFINITY)
    this.#timer = Number.isFinite(next) ? this.#lookIn(next + limitMs - now) : undefined
  }
}
