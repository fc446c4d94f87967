import { setTimeout as sleep } from 'node:timers/promises'
import { isBusy } from './database-error.js'
import { MigrationAbortedError, MigrationWaitTimeoutError } from './errors.js'

/** The longest pause between two tries, in milliseconds. */
const LONGEST_PAUSE = 50

/** How long is waited for others altogether, unless given: five minutes, in milliseconds. */
export const DEFAULT_WAIT_MS = 300_000

/** Waits for other connections without blocking the event loop, up to a limit that all its waits share. */
export class Patience {
  readonly #location: string
  readonly #waitMs: number
  readonly #signal: AbortSignal | undefined
  readonly #onWait: () => void
  #waitedMs = 0

  constructor(location: string, waitMs: number, signal?: AbortSignal, onWait: () => void = () => {}) {
    this.#location = location
    this.#waitMs = waitMs
    this.#signal = signal
    this.#onWait = onWait
  }

  /**
   * Tries until another connection lets go of the lock.
   *
   * @throws {@link MigrationWaitTimeoutError} when the time is over
   */
  async whenNotBusy<Result>(attempt: () => Promise<Result>): Promise<Result> {
    for (let pause = 1; ; pause = Math.min(pause * 2, LONGEST_PAUSE)) {
      try {
        return await attempt()
      } catch (error) {
        if (!isBusy(error)) throw error
        // A random share of the pause keeps two waiting processes from trying in step.
        await this.pause(pause * (0.5 + Math.random()), error)
      }
    }
  }

  /** Lets time pass. @throws {@link MigrationWaitTimeoutError} when there is none left */
  async pause(ms: number, cause?: unknown): Promise<void> {
    if (this.#waitedMs >= this.#waitMs) {
      throw new MigrationWaitTimeoutError(this.#location, Math.round(this.#waitedMs), { cause })
    }
    this.#onWait()
    const start = performance.now()
    await sleep(Math.min(ms, Math.max(1, this.#waitMs - this.#waitedMs)))
    this.#waitedMs += performance.now() - start
    this.checkSignal()
  }

  /** @throws {@link MigrationAbortedError} when the caller has given up */
  checkSignal(): void {
    if (this.#signal?.aborted) {
      throw new MigrationAbortedError(this.#location, { cause: this.#signal.reason })
    }
  }
}
