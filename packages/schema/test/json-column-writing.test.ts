import { InvalidValueError, type JsonValue, jsonCodec } from '@tract/schema'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { jsonObject } from './arbitraries.js'

const written = (value: JsonValue): string | null => jsonCodec.to({ v: value })

describe('text', () => {
  it.each([
    ['é中', '"\\u00e9\\u4e2d"'],
    ['😀', '"\\ud83d\\ude00"'],
    ['\u007f', '"\\u007f"'],
    ['\u2028', '"\\u2028"'],
    ['\n\r\t\b\f', '"\\n\\r\\t\\b\\f"'],
    ['\u0000\u001f', '"\\u0000\\u001f"'],
    ['"\\/', '"\\"\\\\/"'],
  ])('%j is written as Python writes it', (value, expected) => {
    expect(written(value)).toBe(`{"v": ${expected}}`)
  })

  it.each(['\ud800', 'a\udfff', '\udc00\ud800'])('a lone surrogate is refused (%j)', (value) => {
    expect(() => written(value)).toThrow(InvalidValueError)
    expect(() => jsonCodec.to({ [value]: 1 })).toThrow('a lone surrogate')
  })
})

describe('numbers', () => {
  it.each([
    [1, '1'],
    [-0, '-0.0'],
    [0.1, '0.1'],
    [0.0001, '0.0001'],
    [0.00001, '1e-05'],
    [1e-7, '1e-07'],
    [-2.5e-10, '-2.5e-10'],
    [5e-324, '5e-324'],
    [1e15, '1000000000000000'],
    [9007199254740991, '9007199254740991'],
    [9007199254740992, '9007199254740992.0'],
    [1e16, '1e+16'],
    [123456789012345680, '1.2345678901234568e+17'],
    [1e21, '1e+21'],
    [1.7976931348623157e308, '1.7976931348623157e+308'],
    [0.30000000000000004, '0.30000000000000004'],
    [9007199254740993n, '9007199254740993'],
    [-(2n ** 63n), '-9223372036854775808'],
    [10n ** 30n, '1000000000000000000000000000000'],
    [7n, '7'],
  ])('%s is written as Python writes it', (value, expected) => {
    expect(written(value)).toBe(`{"v": ${expected}}`)
  })

  it.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])('%s is refused', (value) => {
    expect(() => written(value)).toThrow(InvalidValueError)
  })
})

describe('structure', () => {
  it('keys keep their order, with ", " and ": " between the parts', () => {
    expect(jsonCodec.to({ zebra: 1, apple: [1, [], {}, null], é: true })).toBe(
      '{"zebra": 1, "apple": [1, [], {}, null], "\\u00e9": true}',
    )
    expect(jsonCodec.to({})).toBe('{}')
  })

  it('a field named __proto__ is a field', () => {
    expect(jsonCodec.to(JSON.parse('{"__proto__": 1}'))).toBe('{"__proto__": 1}')
  })

  it('an object without a prototype is plain', () => {
    expect(jsonCodec.to(Object.assign(Object.create(null), { a: 1 }))).toBe('{"a": 1}')
  })

  it('no value is SQL NULL', () => {
    expect([jsonCodec.to(null), jsonCodec.to(undefined)]).toEqual([null, null])
  })

  it.each([[[]], ['text'], [1], [true], [1n]])('%s alone is refused: a column holds an object', (value) => {
    expect(() => jsonCodec.to(value)).toThrow('expected a JSON object or null')
  })

  it.each([
    ['undefined', { a: { b: [1, undefined] } }, '$.a.b[1]: found undefined'],
    ['a function', { a: () => 1 }, '$.a: found a function'],
    ['a symbol', { a: Symbol('s') }, '$.a: found a symbol'],
    ['a Date', { a: new Date(0) }, '$.a: found Date 1970-01-01T00:00:00.000Z'],
    ['a Map', { a: new Map() }, '$.a: found a Map'],
    ['a hole in an array', { a: Array(2) }, '$.a[0]: found undefined'],
    ['an instance of a class', { a: new URL('http://localhost') }, '$.a: found a URL'],
  ])('%s is refused with its place', (_what, value, message) => {
    expect(() => jsonCodec.to(value)).toThrow(message)
    expect(() => jsonCodec.to(value)).toThrow(InvalidValueError)
  })

  it('an object that throws when it is read is refused with its place and the cause', () => {
    const thief = new Error('mine')
    const value = {
      a: {
        get b(): never {
          throw thief
        },
      },
    }
    expect(() => jsonCodec.to(value)).toThrow(
      expect.objectContaining({ code: 'invalid_value', path: '$.a.b', cause: thief }),
    )
  })

  it('500 levels are written, 501 refused; a cycle is refused', () => {
    const nested = (levels: number): JsonValue => (levels === 0 ? 1 : [nested(levels - 1)])
    expect(written(nested(499))).toMatch(/^\{"v": \[+1\]+\}$/)
    expect(() => written(nested(500))).toThrow('nesting beyond 500 levels')
    const cycle: Record<string, unknown> = {}
    cycle.again = cycle
    expect(() => jsonCodec.to(cycle)).toThrow('or a cycle')
  })

  it('the way to a deep place is cut where it is long', () => {
    const deep = Array.from({ length: 40 }).reduce<unknown>((inner) => ({ k: inner }), Number.NaN)
    expect(() => jsonCodec.to(deep)).toThrow(/^\$(\.k){12}…: found NaN/)
  })
})

it('writes nothing but printable ASCII, and always what JSON.parse reads', () => {
  fc.assert(
    fc.property(jsonObject, (value) => {
      const stored = jsonCodec.to(value)
      expect(stored).toMatch(/^[ -~]*$/)
      expect(() => JSON.parse(stored ?? '')).not.toThrow()
    }),
  )
})
