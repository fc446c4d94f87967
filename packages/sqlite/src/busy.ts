import { setTimeout as sleep } from 'node:timers/promises'
import type { LockHolder } from '@tract/repositories'
import { isBusy, translated } from './sqlite-error.js'

/** Where waiting for a lock ends. */
export interface Patience {
  /** The database's name for messages. */
  readonly location: string
  /** The longest wait, in milliseconds. */
  readonly busyTimeoutMs: number
  /** Who holds the lock; somebody elsewhere where this is not given. */
  readonly holder?: () => LockHolder
}

/** The longest pause between two tries, in milliseconds. */
const LONGEST_PAUSE = 20

/**
 * Tries until another connection lets go of the lock. better-sqlite3's own waiting blocks the event loop, and with it
 * the very transaction of another store in this process that would end the wait. Where the first try succeeds the result
 * is there at once.
 *
 * @throws {@link StoreBusyError} when the time is over; every other driver error as the contract's
 */
export function whenNotBusy<Result>(attempt: () => Result, patience: Patience): Result | Promise<Result> {
  try {
    return attempt()
  } catch (error) {
    if (!isBusy(error)) throw translated(error, patience.location)
    return retry(attempt, patience, error)
  }
}

/** The same for an attempt that is asynchronous itself. */
export async function untilNotBusy<Result>(
  attempt: () => Promise<Result>,
  patience: Patience,
): Promise<Result> {
  try {
    return await attempt()
  } catch (error) {
    if (!isBusy(error)) throw translated(error, patience.location)
    return retry(attempt, patience, error)
  }
}

async function retry<Result>(
  attempt: () => Result | Promise<Result>,
  { location, busyTimeoutMs, holder }: Patience,
  firstError: unknown,
): Promise<Result> {
  const start = performance.now()
  let lastError = firstError
  for (let pause = 1; ; pause = Math.min(pause * 2, LONGEST_PAUSE)) {
    const waitedMs = performance.now() - start
    if (waitedMs >= busyTimeoutMs) {
      throw translated(lastError, location, Math.round(waitedMs), holder?.())
    }
    // A random share of the pause keeps two waiting processes from trying in step.
    await sleep(Math.min(pause * (0.5 + Math.random()), busyTimeoutMs - waitedMs))
    try {
      return await attempt()
    } catch (error) {
      if (!isBusy(error)) throw translated(error, location)
      lastError = error
    }
  }
}
