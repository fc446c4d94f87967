import { Timestamp } from '@tract/schema'

const START = Date.parse('2026-02-10T08:00:00Z')

/** The moment of a step of a made-up history; some microseconds are zero, as in real files. */
export function timeAt(step: number): Timestamp {
  const micros = String((step * 7919) % 1000).padStart(3, '0')
  return Timestamp.from(new Date(START + step * 1237).toISOString().replace('Z', `${micros}Z`))
}
