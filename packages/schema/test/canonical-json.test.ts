import { canonicalJson, type JsonObject, payloadJson } from '@tract/schema'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { jsonObject, jsonValue, text } from './arbitraries.js'

it('the canonical form has sorted keys at every level, raw Unicode and no white space', () => {
  expect(canonicalJson({ b: [{ z: 1, a: 'é 😀' }], a: null })).toBe('{"a":null,"b":[{"a":"é 😀","z":1}]}')
})

it('a payload is stored with sorted keys, raw Unicode, ", " and ": "', () => {
  expect(payloadJson({ role: 'user', content_type: 'dialogue', text: 'é\u007f\u2028中😀"\\/\n\u0001' })).toBe(
    '{"content_type": "dialogue", "role": "user", "text": "é\u007f\u2028中😀\\"\\\\/\\n\\u0001"}',
  )
})

describe('keys', () => {
  it('are sorted by code point: U+FF5E before 😀, which JavaScript puts the other way round', () => {
    expect(['😀', '～'].sort()).toEqual(['😀', '～'])
    expect(canonicalJson({ '😀': 1, '～': 2 })).toBe('{"～":2,"😀":1}')
  })

  it.each<[string, JsonObject, string]>([
    ['a shorter one before the one that begins with it', { ab: 1, a: 2, '': 3 }, '{"":3,"a":2,"ab":1}'],
    ['upper case before lower case', { a: 1, B: 2, Z: 3 }, '{"B":2,"Z":3,"a":1}'],
    ['digits as text', { '10': 1, '9': 2, '1': 3 }, '{"1":3,"10":1,"9":2}'],
    ['two astral ones by their code points', { '\u{1f601}': 1, '\u{1f600}': 2 }, '{"😀":2,"😁":1}'],
    ['U+E000 before every astral one', { '\u{10000}': 1, '\ue000': 2 }, '{"\ue000":2,"\u{10000}":1}'],
    ['U+D7FF before U+E000', { '\ue000': 1, '\ud7ff': 2 }, '{"\ud7ff":2,"\ue000":1}'],
  ])('%s', (_what, value, expected) => {
    expect(canonicalJson(value)).toBe(expected)
  })

  it('are in the order of their UTF-8 bytes, which is that of code points', () => {
    fc.assert(
      fc.property(fc.uniqueArray(text, { maxLength: 8 }), (keys) => {
        const expected = [...keys].sort((left, right) =>
          Buffer.compare(Buffer.from(left), Buffer.from(right)),
        )
        const value = Object.fromEntries(keys.map((key) => [key, 0]))
        expect(canonicalJson(value)).toBe(`{${expected.map((key) => `${JSON.stringify(key)}:0`).join(',')}}`)
      }),
      { numRuns: 500 },
    )
  })
})

it('the order in which keys were put does not matter', () => {
  fc.assert(
    fc.property(jsonObject, (value) => {
      const reversed = Object.fromEntries(Object.entries(value).reverse())
      expect(canonicalJson(reversed)).toBe(canonicalJson(value))
    }),
  )
})

it('any value has a canonical form, of which nothing is lost', () => {
  fc.assert(
    fc.property(jsonValue, (value) => {
      const text = canonicalJson(value)
      const withNumbers = JSON.parse(text, (_key, part) => part)
      expect(JSON.parse(canonicalJson(withNumbers))).toEqual(withNumbers)
    }),
  )
})

it.each([Number.NaN, '\ud800', undefined, { a: new Date(0) }])('%s has no canonical form', (value) => {
  expect(() => canonicalJson(value as never)).toThrow(expect.objectContaining({ code: 'invalid_value' }))
})

it('a number, a list and a bare text have a canonical form too', () => {
  expect([canonicalJson(1.5), canonicalJson([1, 'a']), canonicalJson('é'), canonicalJson(null)]).toEqual([
    '1.5',
    '[1,"a"]',
    '"é"',
    'null',
  ])
})
