import type { JsonObject, JsonValue } from '@tract/schema'
import { describe, expect } from 'vitest'
import type { ContractTest } from '../fixture.js'
import { ROW_INPUTS, saveReferred } from './row-inputs.js'

/** Objects that come back as they went in, to the last digit. */
const OBJECTS: readonly JsonObject[] = [
  {},
  { text: '', list: [], object: {}, nothing: null, yes: true, no: false },
  { nested: [[{ deep: [1, ['two', { three: null }]] }]] },
  { z: 1, a: 2, m: 3 },
  { zero: 0, negative: -1, minusZero: -0, fraction: 0.1, tiny: 5e-324, huge: 1.7976931348623157e308 },
  { safe: Number.MAX_SAFE_INTEGER, least: Number.MIN_SAFE_INTEGER, double: 1e21, even: 2 ** 53, odd: 1e16 },
  {
    beyond: 9007199254740993n,
    below: -9007199254740993n,
    int64: 2n ** 63n,
    uint64: 2n ** 64n - 1n,
    large: 10n ** 40n,
  },
  {
    quotes: '"\\/',
    control: '\b\f\n\r\t\u0001\u001f\u007f',
    separators: '\u2028\u2029',
    scripts: 'é 中 ～ 😀 \u{10ffff}',
  },
  {
    looksLikeJson: '{"a": 1}',
    looksLikeNull: 'null',
    looksLikeNumber: '1e5',
    looksLikeNaN: 'NaN',
    digits: '12345678901234567890',
  },
  { '': 1, 'a.b': 2, $: 3, é: 4, '😀': 5, '"': 6, constructor: 7, toString: 8, hasOwnProperty: 9 },
  JSON.parse('{"__proto__": {"polluted": true}, "nested": {"__proto__": 1}, "big": 1}') as JsonObject,
  { ...(JSON.parse('{"__proto__": 1}') as JsonObject), exact: 12345678901234567890n },
  { long: '😀'.repeat(50_000), list: Array.from({ length: 1000 }, (_, index) => index) },
  nested(200),
]

/** JSON objects in every field that holds one. */
export function jsonContract(test: ContractTest): void {
  for (const row of ROW_INPUTS) {
    const fields = Object.keys(row.fields).filter((name) => row.fields[name]?.kind === 'json')
    for (const field of fields) {
      describe(`${field} of ${row.name}`, () => {
        test('comes back as it was given, from saving and from reading', async ({ store }) => {
          await saveReferred(store)
          for (const [number, value] of OBJECTS.entries()) {
            const saved = await row.save(store, { ...row.valid(number), [field]: value } as never)
            expect(exact(fieldOf(saved, field))).toBe(exact(value))
            expect(exact(fieldOf(await row.read(store, saved as never), field))).toBe(exact(value))
          }
        })

        test('is null where it was null and where it was left out', async ({ store }) => {
          await saveReferred(store)
          const { [field]: _, ...without } = row.valid(1)
          for (const input of [{ ...row.valid(2), [field]: null }, without]) {
            const saved = await row.save(store, input as never)
            expect(fieldOf(saved, field)).toBeNull()
            expect(fieldOf(await row.read(store, saved as never), field)).toBeNull()
          }
        })

        test('gives a bigint that a number holds exactly as that number', async ({ store }) => {
          await saveReferred(store)
          const saved = await row.save(store, { ...row.valid(1), [field]: { n: 5n } } as never)
          expect(fieldOf(saved, field)).toEqual({ n: 5 })
          expect(fieldOf(await row.read(store, saved as never), field)).toEqual({ n: 5 })
        })

        test('is nobody else’s: changing what was given or read changes nothing that is stored', async ({
          store,
        }) => {
          await saveReferred(store)
          const given = { list: [1] }
          const saved = await row.save(store, { ...row.valid(1), [field]: given } as never)
          given.list.push(2)
          const read = await row.read(store, saved as never)
          for (const value of [fieldOf(saved, field), fieldOf(read, field)]) {
            expect(value).toEqual({ list: [1] })
            Object.assign(value as object, { list: [3] })
          }
          expect(fieldOf(await row.read(store, saved as never), field)).toEqual({ list: [1] })
        })
      })
    }
  }
}

function nested(depth: number): JsonObject {
  let value: JsonObject = { depth: 0 }
  for (let level = 1; level < depth; level++) value = { value }
  return value
}

function fieldOf(row: object | null | undefined, field: string): JsonValue {
  return (row as Readonly<Record<string, JsonValue>>)[field] ?? null
}

/** A text that is equal for values that are equal to the last bit: type, sign, order of keys. */
function exact(value: JsonValue): string {
  if (typeof value === 'bigint') return `${value}n`
  if (typeof value === 'number') return Object.is(value, -0) ? '-0' : String(value)
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  if (Array.isArray(value)) return `[${value.map(exact).join()}]`
  if (Object.getPrototypeOf(value) !== Object.prototype) return 'an object of another prototype'
  const fields = Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}:${exact(item)}`)
  return `{${fields.join()}}`
}
