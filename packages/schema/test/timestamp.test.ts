import { InvalidValueError, isTimestamp, Timestamp } from '@tract/schema'
import fc from 'fast-check'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { microseconds } from './arbitraries.js'
import { inZone, ZONES } from './in-zone.js'

/** The text of a moment, made without Timestamp. */
function textOf(micros: bigint): string {
  const rest = ((micros % 1000n) + 1000n) % 1000n
  const milliseconds = Number((micros - rest) / 1000n)
  return `${new Date(milliseconds).toISOString().slice(0, 23)}${String(rest).padStart(3, '0')}Z`
}

describe('Timestamp.from', () => {
  it.each([
    ['2026-02-20T15:39:08.123456Z', '2026-02-20T15:39:08.123456Z'],
    ['2026-02-20T15:39:08.123456+00:00', '2026-02-20T15:39:08.123456Z'],
    ['2026-02-20 15:39:08.1Z', '2026-02-20T15:39:08.100000Z'],
    ['2026-02-20T15:39:08Z', '2026-02-20T15:39:08.000000Z'],
    ['2026-02-20T15:39Z', '2026-02-20T15:39:00.000000Z'],
    ['2026-02-20t15:39:08,5z', '2026-02-20T15:39:08.500000Z'],
    ['2026-02-20T15:39:08.123456000Z', '2026-02-20T15:39:08.123456Z'],
    ['2026-02-20T15:39:08.000001-05:30', '2026-02-20T21:09:08.000001Z'],
    ['2026-01-01T00:30:00.999999+0100', '2025-12-31T23:30:00.999999Z'],
    ['2024-02-29T12:00:00Z', '2024-02-29T12:00:00.000000Z'],
    ['0001-01-01T00:00:00Z', '0001-01-01T00:00:00.000000Z'],
    ['9999-12-31T23:59:59.999999Z', '9999-12-31T23:59:59.999999Z'],
    ['9999-12-31T23:59:59.999999+00:01', '9999-12-31T23:58:59.999999Z'],
  ])('reads %s', (given, expected) => {
    expect(Timestamp.from(given)).toBe(expected)
  })

  it.each([
    ['no zone', '2026-02-20T15:39:08.123456'],
    ['a day alone', '2026-02-20'],
    ['digits below the microsecond', '2026-02-20T15:39:08.1234567Z'],
    ['a day that no calendar has', '2026-02-30T00:00:00Z'],
    ['29 February of a common year', '2025-02-29T00:00:00Z'],
    ['month 13', '2026-13-01T00:00:00Z'],
    ['hour 24', '2026-01-01T24:00:00Z'],
    ['second 60', '2016-12-31T23:59:60Z'],
    ['an offset of a day', '2026-01-01T00:00:00+24:00'],
    ['an offset of 60 minutes past the hour', '2026-01-01T00:00:00+01:60'],
    ['year 0', '0000-12-31T23:59:59Z'],
    ['a moment before year 1', '0001-01-01T00:00:00+00:01'],
    ['a moment after year 9999', '9999-12-31T23:59:59Z'.replace('Z', '-00:01')],
    ['a long year', '+010000-01-01T00:00:00Z'],
    ['other text behind it', '2026-02-20T15:39:08.123456Z\n'],
    ['empty text', ''],
  ])('refuses %s', (_what, given) => {
    expect(() => Timestamp.from(given)).toThrow(InvalidValueError)
  })

  it('takes a Date, with zeros for the digits that a Date lacks', () => {
    expect(Timestamp.from(new Date(Date.UTC(2026, 1, 20, 15, 39, 8, 123)))).toBe(
      '2026-02-20T15:39:08.123000Z',
    )
  })

  it.each([
    ['an invalid Date', new Date(Number.NaN)],
    ['a Date of year 10000', new Date('+010000-01-01T00:00:00Z')],
    ['a Date of year 0', new Date('0000-12-31T23:59:59.999Z')],
  ])('refuses %s', (_what, given) => {
    expect(() => Timestamp.from(given)).toThrow(InvalidValueError)
  })

  it.each([null, undefined, 0, {}, []])('refuses %j, whatever the types say', (given) => {
    expect(() => Timestamp.from(given as never)).toThrow(InvalidValueError)
  })

  it('names what it found and what it takes', () => {
    expect(() => Timestamp.from('yesterday')).toThrow(
      '$: found "yesterday", expected an ISO-8601 time with its zone',
    )
  })

  it('gives every moment the text of that moment, whichever zone its text is in', () => {
    const offset = fc.integer({ min: -1439, max: 1439 })
    fc.assert(
      fc.property(microseconds, offset, (micros, minutes) => {
        const local = micros + BigInt(minutes) * 60_000_000n
        fc.pre(local >= EARLIEST && local <= LATEST)
        const hours = String(Math.floor(Math.abs(minutes) / 60)).padStart(2, '0')
        const rest = String(Math.abs(minutes) % 60).padStart(2, '0')
        const zone = `${minutes < 0 ? '-' : '+'}${hours}:${rest}`
        expect(Timestamp.from(textOf(local).replace('Z', zone))).toBe(textOf(micros))
      }),
    )
  })
})

const EARLIEST = BigInt(Date.parse('0001-01-01T00:00:00Z')) * 1000n
const LATEST = BigInt(Date.parse('9999-12-31T23:59:59.999Z')) * 1000n + 999n

describe('Timestamp.toDate', () => {
  it('cuts to milliseconds and never rounds up', () => {
    const date = Timestamp.toDate(Timestamp.from('2026-02-20T15:39:08.999999Z'))
    expect(date.toISOString()).toBe('2026-02-20T15:39:08.999Z')
  })

  it('is the way back from a Date', () => {
    fc.assert(
      fc.property(
        fc.date({ min: new Date(Number(EARLIEST / 1000n)), max: DATE_9999, noInvalidDate: true }),
        (date) => {
          expect(Timestamp.toDate(Timestamp.from(date))).toEqual(date)
        },
      ),
    )
  })

  it('refuses text that is no Timestamp', () => {
    expect(() => Timestamp.toDate('2026-02-20' as Timestamp)).toThrow(InvalidValueError)
  })
})

const DATE_9999 = new Date('9999-12-31T23:59:59.999Z')

describe('Timestamps as text', () => {
  it('order as the moments do', () => {
    fc.assert(
      fc.property(microseconds, microseconds, (left, right) => {
        const [a, b] = [Timestamp.from(textOf(left)), Timestamp.from(textOf(right))]
        expect(a < b).toBe(left < right)
      }),
    )
  })

  it.each([
    '2026-02-20T15:39:08.123456',
    '2026-02-20T15:39:08.123Z',
    '2026-02-20 15:39:08.123456Z',
    '2026-02-30T15:39:08.123456Z',
    '2026-02-20T15:39:08.123456Z ',
    1,
    null,
    new Date(0),
  ])('are nothing like %j', (value) => {
    expect(isTimestamp(value)).toBe(false)
  })
})

describe('Timestamp.now', () => {
  afterEach(() => vi.useRealTimers())

  it('is the present, with microseconds', () => {
    const before = Date.now()
    const now = Timestamp.now()
    expect(isTimestamp(now)).toBe(true)
    expect(Timestamp.toDate(now).getTime()).toBeGreaterThanOrEqual(before - 3)
    expect(Timestamp.toDate(now).getTime()).toBeLessThanOrEqual(Date.now() + 3)
  })

  it('has digits below the millisecond', () => {
    const digits = Array.from({ length: 50 }, () => Timestamp.now().slice(23, 26))
    expect(new Set(digits).size).toBeGreaterThan(1)
  })

  it('never gives the same moment twice, nor an earlier one', () => {
    let last = Timestamp.now()
    for (let call = 0; call < 100_000; call++) {
      const now = Timestamp.now()
      if (now <= last) expect.fail(`${now} follows ${last}`)
      last = now
    }
  })

  it('goes on where the clock stands still', () => {
    vi.useFakeTimers({ toFake: ['Date', 'performance'] })
    const times = [Timestamp.now(), Timestamp.now(), Timestamp.now()]
    expect([...new Set(times)].sort()).toEqual(times)
  })

  it('goes on where the clock is set back, and follows it where it is set forward', () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    const start = Date.now()
    const before = Timestamp.now()
    vi.setSystemTime(start - 3_600_000)
    const after = Timestamp.now()
    expect(after > before).toBe(true)
    expect(Timestamp.toDate(after).getTime() - start).toBeLessThan(1_000)
    vi.setSystemTime(start + 60_000)
    expect(Timestamp.toDate(Timestamp.now()).getTime() - start).toBeGreaterThanOrEqual(60_000)
  })
})

it.each(ZONES)('nothing changes in the zone %s', (zone) =>
  inZone(zone, () => {
    // 2:30 on the day in March when clocks in New York go from 2 to 3.
    expect(Timestamp.from('2026-03-08T02:30:00.000001Z')).toBe('2026-03-08T02:30:00.000001Z')
    expect(Timestamp.from(new Date(Date.UTC(2026, 2, 8, 2, 30)))).toBe('2026-03-08T02:30:00.000000Z')
    expect(Timestamp.toDate(Timestamp.from('2026-03-08T02:30:00Z')).getTime()).toBe(
      Date.UTC(2026, 2, 8, 2, 30),
    )
    expect(Math.abs(Timestamp.toDate(Timestamp.now()).getTime() - Date.now())).toBeLessThan(70_000)
  }),
)
