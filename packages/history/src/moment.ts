import { Timestamp } from '@tract/schema'

/** The microsecond after a moment. */
export function afterMoment(moment: Timestamp): Timestamp {
  const micros = Number(moment.slice(20, 26)) + 1
  if (micros < 1_000_000) return `${moment.slice(0, 20)}${String(micros).padStart(6, '0')}Z` as Timestamp
  return Timestamp.from(new Date(Timestamp.toDate(moment).getTime() + 1))
}

/** The present, or the microsecond after a commit that a clock ahead of ours has made: time runs along a branch. */
export function momentAfter(previous: Timestamp | null): Timestamp {
  const now = Timestamp.now()
  return previous !== null && previous >= now ? afterMoment(previous) : now
}
