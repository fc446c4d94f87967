import { types } from 'node:util'
import { describe, InvalidValueError } from './errors.js'

declare const timestampBrand: unique symbol

/**
 * A moment in UTC as ISO-8601 text with exactly six fraction digits: `2026-02-20T15:39:08.123456Z`.
 * Files hold microseconds and commit hashes cover them; a `Date` would drop them. Timestamps of the
 * years 0001 to 9999 compare as text in the order of time.
 */
export type Timestamp = string & { readonly [timestampBrand]: true }

const TIMESTAMP = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/
/** One whose day every month has: it needs no look at the calendar. */
const ORDINARY_TIMESTAMP =
  /^(?!0000)\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{6}Z$/
const ISO_WITH_ZONE =
  /^(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d+))?)?(?:Z|([+-])(\d\d):?(\d\d))$/i
const EXPECTED = 'an ISO-8601 time with its zone, of the years 0001 to 9999, no finer than microseconds'
const EARLIEST = Date.parse('0001-01-01T00:00:00Z')
const LATEST = Date.parse('9999-12-31T23:59:59.999Z')

/** Whether the value is text in the exact form of a {@link Timestamp}, naming a day and time that exist. */
export function isTimestamp(value: unknown): value is Timestamp {
  if (typeof value !== 'string') return false
  return ORDINARY_TIMESTAMP.test(value) || (TIMESTAMP.test(value) && existsInCalendar(value))
}

/** `Date.parse` rolls 30 February over to March: a moment exists where the way back gives the same text. */
function existsInCalendar(text: string): boolean {
  const whole = `${text.slice(0, 19)}.000Z`
  const milliseconds = Date.parse(whole)
  return milliseconds >= EARLIEST && milliseconds <= LATEST && new Date(milliseconds).toISOString() === whole
}

function fromDate(date: Date): Timestamp {
  const milliseconds = Date.prototype.getTime.call(date)
  if (!(milliseconds >= EARLIEST && milliseconds <= LATEST)) {
    throw new InvalidValueError('$', describe(date), 'a Date of the years 0001 to 9999')
  }
  return new Date(milliseconds).toISOString().replace('Z', '000Z') as Timestamp
}

function fromText(text: string): Timestamp {
  const match = ISO_WITH_ZONE.exec(text)
  if (match === null) throw new InvalidValueError('$', describe(text), EXPECTED)
  const [, year, month, day, hour, minute, second = '00', fraction = '', sign, zoneHour, zoneMinute] = match
  const local = `${year}-${month}-${day}T${hour}:${minute}:${second}.000000Z`
  const finerThanMicroseconds = /[1-9]/.test(fraction.slice(6))
  const zoneExists = sign === undefined || (Number(zoneHour) < 24 && Number(zoneMinute) < 60)
  if (finerThanMicroseconds || !zoneExists || !existsInCalendar(local)) {
    throw new InvalidValueError('$', describe(text), EXPECTED)
  }
  const offsetMinutes = (Number(zoneHour ?? 0) * 60 + Number(zoneMinute ?? 0)) * (sign === '-' ? -1 : 1)
  const utc = Date.parse(local) - offsetMinutes * 60_000
  if (utc < EARLIEST || utc > LATEST) throw new InvalidValueError('$', describe(text), EXPECTED)
  const micros = fraction.slice(0, 6).padEnd(6, '0')
  return `${new Date(utc).toISOString().slice(0, 19)}.${micros}Z` as Timestamp
}

let lastMicroseconds = 0
let wallAtAnchor = Date.now()
let monotonicAtAnchor = performance.now()

/** The wall clock in microseconds: the monotonic clock gives the digits that `Date.now` lacks. */
function wallMicroseconds(): number {
  const monotonic = performance.now()
  const wall = Date.now()
  const derived = wallAtAnchor + (monotonic - monotonicAtAnchor)
  if (Math.abs(derived - wall) > 1.5) {
    wallAtAnchor = wall
    monotonicAtAnchor = monotonic
    return wall * 1000
  }
  return Math.floor(derived * 1000)
}

/** Makes and reads {@link Timestamp}s. */
export const Timestamp = {
  /** The present moment. Strictly increasing within a process, also where the clock stands still or is set back. */
  now(): Timestamp {
    lastMicroseconds = Math.max(lastMicroseconds + 1, wallMicroseconds())
    const milliseconds = Math.floor(lastMicroseconds / 1000)
    const rest = String(lastMicroseconds - milliseconds * 1000).padStart(3, '0')
    return `${new Date(milliseconds).toISOString().slice(0, 23)}${rest}Z` as Timestamp
  },

  /**
   * A `Date`, or ISO-8601 text that states its zone, as a Timestamp.
   *
   * @throws {@link InvalidValueError} for text without a zone, a time that does not exist, digits below
   * the microsecond, and times outside the years 0001 to 9999
   */
  from(value: Date | string): Timestamp {
    if (typeof value === 'string') return isTimestamp(value) ? value : fromText(value)
    if (types.isDate(value)) return fromDate(value)
    throw new InvalidValueError('$', describe(value), EXPECTED)
  },

  /** The same moment as a `Date`, cut to milliseconds. */
  toDate(timestamp: Timestamp): Date {
    if (!isTimestamp(timestamp)) throw new InvalidValueError('$', describe(timestamp), 'a Timestamp')
    return new Date(`${timestamp.slice(0, 23)}Z`)
  },
} as const
