import { setTimeout as sleep } from 'node:timers/promises'
import type { Child } from './child.js'
import type { Random } from './random.js'

/** When a process is killed: so long after it has said so many lines. */
export interface KillInstant {
  readonly lines: number
  readonly delayMs: number
  /** Whether the process is asked to come to its end before the delay, so that it may be killed while it closes. */
  readonly asked?: boolean
}

/** An instant of a seed's. */
export function killInstant(random: Random, mostLines: number, longestDelayMs: number): KillInstant {
  return { lines: 1 + random.below(mostLines), delayMs: random.fraction() * longestDelayMs }
}

/** Kills a process at an instant. Returns whether it was still running. */
export async function killAt(child: Child, { lines, delayMs, asked = false }: KillInstant): Promise<boolean> {
  const reached = new Promise<void>((resolve) => {
    const look = () => child.lines.length >= lines && resolve()
    child.onLine(look)
    look()
  })
  await Promise.race([reached, child.ended])
  if (asked) child.stop()
  await sleep(delayMs)
  child.kill()
  const { signal } = await child.ended
  return signal === 'SIGKILL'
}
