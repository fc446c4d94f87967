import { type JsonValue, jsonCodec, UnreadableValueError } from '@tract/schema'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { jsonObject, jsonValue } from './arbitraries.js'

describe('what other writers leave', () => {
  it.each<[string, JsonValue]>([
    ['null', null],
    [' null\n', null],
    ['{}', {}],
    ['{"a": null}', { a: null }],
    ['{"a":1,"b":[true,false,"x"]}', { a: 1, b: [true, false, 'x'] }],
    ['"bare"', 'bare'],
    ['true', true],
    ['[1]', [1]],
    ['{"é": "中😀"}', { é: '中😀' }],
    ['{"e": "\\u00e9\\ud83d\\ude00"}', { e: 'é😀' }],
    ['1.5', 1.5],
  ])('%s is read as it stands', (stored, expected) => {
    expect(jsonCodec.from(stored)).toEqual(expected)
  })

  it.each<[string, JsonValue]>([
    ['NaN', Number.NaN],
    ['[Infinity, -Infinity]', [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]],
    ['{"loss": NaN, "note": "NaN, Infinity"}', { loss: Number.NaN, note: 'NaN, Infinity' }],
    ['{"NaN": 1, "Infinity": "-Infinity"}', { NaN: 1, Infinity: '-Infinity' }],
  ])('the tokens of Python are numbers: %s', (stored, expected) => {
    expect(jsonCodec.from(stored)).toEqual(expected)
  })

  it.each<[string, JsonValue]>([
    ['9007199254740991', 9007199254740991],
    ['-9007199254740991', -9007199254740991],
    ['9007199254740993', 9007199254740993n],
    ['-9007199254740993', -9007199254740993n],
    ['{"id": 12345678901234567890, "small": 1}', { id: 12345678901234567890n, small: 1 }],
    ['[1234567890123456789012345678901234567890]', [1234567890123456789012345678901234567890n]],
    ['[1e16, 1.0, 12345678901234567890.5, 1E400]', [1e16, 1, 12345678901234567000, Number.POSITIVE_INFINITY]],
    ['["12345678901234567890"]', ['12345678901234567890']],
  ])('no integer is rounded: %s', (stored, expected) => {
    expect(jsonCodec.from(stored)).toEqual(expected)
  })

  it('-0.0 keeps its sign', () => {
    expect(jsonCodec.from('-0.0')).toBe(-0)
    expect(jsonCodec.from('[-0.0, 9007199254740993]')).toEqual([-0, 9007199254740993n])
  })
})

describe('what SQLite makes of a bare number in a column declared JSON', () => {
  it.each<[unknown, JsonValue]>([
    [5, 5],
    [1.5, 1.5],
    [5n, 5],
    [9007199254740993n, 9007199254740993n],
    [-(2n ** 63n), -(2n ** 63n)],
  ])('%s is that number', (stored, expected) => {
    expect(jsonCodec.from(stored)).toBe(expected)
  })

  it('bytes are unreadable', () => {
    expect(() => jsonCodec.from(Buffer.from('{}'))).toThrow(UnreadableValueError)
  })
})

/** Each with and without something that asks for the exact reader. */
const BROKEN = [
  '',
  ' ',
  '{',
  '[1',
  '[1,]',
  '[,1]',
  '[1 2]',
  '{"a" 1}',
  '{"a":}',
  '{"a":1,}',
  '{a: 1}',
  '{null: 1}',
  '{1: 1}',
  '[1}',
  '{"a":1]',
  '01',
  '1.',
  '.5',
  '+1',
  '-',
  '1e',
  '"open',
  '"bad \\x escape"',
  '"raw \n newline"',
  "{'a': 1}",
  'nul',
  'undefined',
  '[1]]',
  '{} {}',
  '\u00a01',
  '1\u00a0',
  '\ufeff1',
  '[1]\u2028',
]

describe('what is not JSON', () => {
  it.each(BROKEN)('%j is unreadable', (stored) => {
    expect(() => jsonCodec.from(stored)).toThrow(UnreadableValueError)
  })

  it.each([
    ...BROKEN.map((stored) => `[9007199254740993, ${stored}]`),
    ...BROKEN.filter((stored) => stored.trim() !== '').map((stored) => `{"n": NaN, "a": ${stored}}`),
    '9007199254740993\u00a0',
    'NaN\ufeff',
    '[NaN]]',
    'NaNNaN',
    '--Infinity',
    '+Infinity',
    '[nan]',
    '{"a": NaN "b": 1}',
    '{NaN: 1}',
    '{9007199254740993: 1}',
    '09007199254740993',
  ])('%j is unreadable to the exact reader as well', (stored) => {
    expect(() => jsonCodec.from(stored)).toThrow(UnreadableValueError)
  })

  it('long text is cut in the message, and the parser is the cause', () => {
    const stored = `{"a": ${'x'.repeat(10_000)}`
    expect(() => jsonCodec.from(stored)).toThrow(
      expect.objectContaining({ code: 'unreadable_value', cause: expect.any(Error) }),
    )
    expect(() => jsonCodec.from(stored)).toThrow(/^.{1,200}$/)
  })
})

describe('size and shape', () => {
  it.each([1, 9007199254740993n])('a nesting of 100,000 levels around %s is read', (inner) => {
    const levels = 100_000
    let value = jsonCodec.from(`${'['.repeat(levels)}${inner}${']'.repeat(levels)}`)
    for (let level = 0; level < levels; level++) value = Array.isArray(value) ? value[0] : null
    expect(value).toBe(inner)
  })

  it('a string of 10 MB beside a large integer is read', () => {
    const long = 'a\\"'.repeat(3_500_000)
    const value = jsonCodec.from(`{"text": "${long}", "n": 9007199254740993}`)
    expect(value).toEqual({ text: 'a"'.repeat(3_500_000), n: 9007199254740993n })
  })

  it.each(['{"__proto__": {"admin": true}}', '{"__proto__": {"admin": true}, "n": 9007199254740993}'])(
    'a field named __proto__ is a field: %s',
    (stored) => {
      const value = jsonCodec.from(stored)
      expect(Object.keys(value ?? {})).toContain('__proto__')
      expect(Object.getPrototypeOf(value)).toBe(Object.prototype)
      expect((value as Record<string, unknown>).admin).toBeUndefined()
    },
  )

  it.each(['{"a": 1, "a": 2}', '{"a": 9007199254740993, "a": 2}'])(
    'the last of equal keys counts: %s',
    (stored) => {
      expect(jsonCodec.from(stored)).toEqual({ a: 2 })
    },
  )
})

it('gives back every object as it was written', () => {
  fc.assert(
    fc.property(jsonObject, (value) => {
      expect(jsonCodec.from(jsonCodec.to(value))).toEqual(value)
    }),
    { numRuns: 500 },
  )
})

it('both readers agree: a large integer beside a value does not change how the value is read', () => {
  fc.assert(
    fc.property(jsonValue, (value) => {
      const alone = jsonCodec.to({ value }) ?? ''
      const beside = `{"n": 9007199254740993, ${alone.slice(1)}`
      expect(jsonCodec.from(beside)).toEqual({ n: 9007199254740993n, ...(jsonCodec.from(alone) as object) })
    }),
    { numRuns: 300 },
  )
})

it('both readers agree on white space, escapes and numbers of any JSON text', () => {
  fc.assert(
    fc.property(fc.json(), fc.constantFrom('', ' ', '\n\t'), (text, gap) => {
      fc.pre(!/\d{16}/.test(text))
      expect(jsonCodec.from(`[NaN,${gap}${text}${gap}]`)).toEqual([Number.NaN, JSON.parse(text)])
    }),
    { numRuns: 300 },
  )
})

it('declares the type that the file declares', () => {
  expect(jsonCodec.declaredType).toBe('JSON')
})
