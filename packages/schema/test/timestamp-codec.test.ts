import {
  InvalidValueError,
  isTimestamp,
  Timestamp,
  timestampCodec,
  UnreadableValueError,
} from '@tract/schema'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { inZone, ZONES } from './in-zone.js'

const moment = fc
  .date({ min: new Date('0001-01-01T00:00:00Z'), max: new Date('9999-12-31T23:59:59Z'), noInvalidDate: true })
  .chain((date) =>
    fc
      .integer({ min: 0, max: 999_999 })
      .map((micros) => `${date.toISOString().slice(0, 19)}.${String(micros).padStart(6, '0')}Z` as Timestamp),
  )

it('stores UTC without a zone, always 26 characters', () => {
  expect(timestampCodec.to(Timestamp.from('2026-02-10T19:05:34.000001Z'))).toBe('2026-02-10 19:05:34.000001')
  expect(timestampCodec.to(Timestamp.from('2026-02-10T19:05:34Z'))).toBe('2026-02-10 19:05:34.000000')
  expect(timestampCodec.to(new Date(Date.UTC(2026, 1, 10, 19, 5, 34)))).toBe('2026-02-10 19:05:34.000000')
})

it.each([
  ['2026-02-10 19:05:34.000001', '2026-02-10T19:05:34.000001Z'],
  ['2026-02-10 19:05:34', '2026-02-10T19:05:34.000000Z'],
  ['2026-02-10 19:05:34.1', '2026-02-10T19:05:34.100000Z'],
  ['2026-02-10 19:05:34.123', '2026-02-10T19:05:34.123000Z'],
  ['2026-02-10T19:05:34.5', '2026-02-10T19:05:34.500000Z'],
])('reads %s', (stored, expected) => {
  expect(timestampCodec.from(stored)).toBe(expected)
})

it.each([
  'yesterday',
  '',
  '2026-02-10',
  '2026-02-10 19:05',
  '2026-02-10 19:05:34.0000001',
  '2026-02-10 19:05:34.000001+00:00',
  1_770_750_334,
  1_770_750_334n,
  1.5,
  Buffer.from('2026-02-10 19:05:34.000001'),
])('finds %s unreadable', (stored) => {
  expect(() => timestampCodec.from(stored)).toThrow(UnreadableValueError)
})

it.each([
  '2026-13-01 00:00:00.000000',
  '2026-02-30 00:00:00.000000',
  '2026-02-10 25:61:61.000000',
  '2026-02-30 00:00:00',
])('never hands out %s, which names no moment, as a Timestamp', (stored) => {
  expect(() => timestampCodec.from(stored)).toThrow(UnreadableValueError)
})

it.each(['2026-02-10 19:05:34.000001', '2026-02-10T19:05:34Z', '', 0, {}, new Date(Number.NaN)])(
  'refuses to write %j',
  (value) => {
    expect(() => timestampCodec.to(value)).toThrow(InvalidValueError)
  },
)

it('leaves what is absent absent', () => {
  expect([timestampCodec.to(null), timestampCodec.to(undefined)]).toEqual([null, null])
  expect([timestampCodec.from(null), timestampCodec.from(undefined)]).toEqual([null, null])
})

it.each(ZONES)('gives back every Timestamp as it was written, in the zone %s', (zone) =>
  inZone(zone, () => {
    fc.assert(
      fc.property(moment, (timestamp) => {
        expect(isTimestamp(timestamp)).toBe(true)
        const stored = timestampCodec.to(timestamp)
        expect(stored).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}$/)
        expect(timestampCodec.from(stored)).toBe(timestamp)
      }),
    )
  }),
)

it('declares the type that the file declares', () => {
  expect(timestampCodec.declaredType).toBe('DATETIME')
})

it('whatever digits the file holds, what is handed out is a Timestamp', () => {
  const part = (max: number, width: number) =>
    fc.integer({ min: 0, max }).map((value) => String(value).padStart(width, '0'))
  const time = fc
    .tuple(part(9999, 4), part(13, 2), part(32, 2), part(25, 2), part(61, 2), part(61, 2), part(999_999, 6))
    .map(([y, m, d, h, min, s, f]) => `${y}-${m}-${d} ${h}:${min}:${s}.${f}`)
  fc.assert(
    fc.property(time, (stored) => {
      const expected = `${stored.replace(' ', 'T')}Z`
      if (isTimestamp(expected)) expect(timestampCodec.from(stored)).toBe(expected)
      else expect(() => timestampCodec.from(stored)).toThrow(UnreadableValueError)
    }),
    { numRuns: 2_000 },
  )
})
