import { hash } from 'node:crypto'
import { Timestamp } from '@tract/schema'

/** The tract that builders name unless another is given. */
export const A_TRACT = 'tract-1'

const START = Date.parse('2026-02-20T15:39:08Z')
const MICROSECONDS = 123_456

/** A time that grows with the seed: a second a step, with microseconds that no `Date` could hold. */
export function timeOf(seed: number): Timestamp {
  const seconds = new Date(START + seed * 1000).toISOString().slice(0, 19)
  const microseconds = String((MICROSECONDS + seed) % 1_000_000).padStart(6, '0')
  return Timestamp.from(`${seconds}.${microseconds}Z`)
}

/** An id as the original system writes them: 32 lower-case hex digits. */
export function idOf(term: string, seed: number): string {
  return hash('sha256', `${term} ${seed}`, 'hex').slice(0, 32)
}

/** Random numbers from 0 to below 1, the same for the same seed (mulberry32). */
export function randomOf(seed: number): () => number {
  let state = seed | 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000
  }
}
