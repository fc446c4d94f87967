import { expect } from 'vitest'

/** Zones on either side of UTC, one of them with an offset of half an hour; minutes to UTC in January. */
const MINUTES_TO_UTC = {
  UTC: 0,
  'America/New_York': 300,
  'Asia/Kolkata': -330,
  'Pacific/Kiritimati': -840,
} as const

type Zone = keyof typeof MINUTES_TO_UTC

export const ZONES = Object.keys(MINUTES_TO_UTC) as readonly Zone[]

/** Runs with the local time of another zone; Node follows the variable at once. */
export async function inZone<Result>(zone: Zone, work: () => Result | Promise<Result>): Promise<Result> {
  const before = process.env.TZ
  process.env.TZ = zone
  try {
    expect(new Date(2026, 0, 1).getTimezoneOffset()).toBe(MINUTES_TO_UTC[zone])
    return await work()
  } finally {
    if (before === undefined) delete process.env.TZ
    else process.env.TZ = before
  }
}
