/** What an argument is to be, by the name of the rule that the contract gives it. */
export type Kind = keyof typeof HOSTILE

const throwing = () => {
  throw new Error('this getter throws')
}

function withGetter(field: string): object {
  return Object.defineProperty({}, field, { enumerable: true, get: throwing })
}

function cyclic(): object {
  const value: Record<string, unknown> = {}
  value.self = { list: [value] }
  return value
}

function nested(depth: number): object {
  let value = {}
  for (let level = 0; level < depth; level++) value = { value }
  return value
}

class Instance {
  readonly field = 1
}

/** An array whose first entry throws. */
function throwingList(): unknown {
  return Object.defineProperty([], 0, { enumerable: true, get: throwing })
}

const NO_TEXT: readonly unknown[] = [
  5,
  1n,
  true,
  {},
  [],
  ['text'],
  Symbol('text'),
  () => 'text',
  Number.NaN,
  new String('text'),
  { toString: () => 'text' },
]
const ILL_FORMED: readonly unknown[] = ['a\0b', '\0', 'a\ud800', '\udc00b', '\ude00\ud83d']
const NO_WHOLE_NUMBER: readonly unknown[] = [
  0.5,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  2 ** 53,
  '1',
  '',
  1n,
  true,
  [],
  {},
  new Number(1),
]
const NO_OBJECT: readonly unknown[] = ['text', '{}', 5, 0, true, 1n, [], [{}], Symbol('object'), () => ({})]
const NO_JSON: readonly unknown[] = [
  ...NO_OBJECT,
  { a: undefined },
  { a: Number.NaN },
  { a: [Number.POSITIVE_INFINITY] },
  { a: Number.NEGATIVE_INFINITY },
  { a: '\ud800' },
  { '\udfff': 1 },
  { a: () => 1 },
  { a: Symbol('a') },
  { a: new Date() },
  { a: new Map([[1, 2]]) },
  { a: Buffer.from('text') },
  { a: [1, undefined] },
  // biome-ignore lint/suspicious/noSparseArray: a hole is what is tried
  { a: [1, , 3] },
  new Instance(),
  new Date(),
  cyclic(),
  nested(600),
  withGetter('a'),
  { deep: { deeper: [withGetter('a')] } },
]
const NO_ID: readonly unknown[] = [...NO_TEXT, ...ILL_FORMED, '', 'x'.repeat(65), '😀'.repeat(65)]
const NO_TIME: readonly unknown[] = [
  '',
  'yesterday',
  '2026-02-10',
  '2026-02-10T19:05:34Z',
  '2026-02-10 19:05:34.000001',
  '2026-02-30T00:00:00.000000Z',
  0,
  1_770_000_000_000,
  new Date(Number.NaN),
  new Date(-1e14),
  {},
  [],
  true,
]
const NO_VALUE_OF_ENUMERATION: readonly unknown[] = [
  '',
  'unknown',
  'APPEND',
  'toString',
  '__proto__',
  'constructor',
  5,
  true,
  {},
  ['append'],
  ['compress'],
  ['source'],
  ['approved'],
  { toString: () => 'append' },
]
const NO_LIST: readonly unknown[] = [
  'text',
  5,
  {},
  new Set(['a']),
  true,
  { length: 1, 0: 'a' },
  () => [],
  throwingList(),
]

function notNull(values: readonly unknown[]): readonly unknown[] {
  return [null, undefined, ...values]
}

/** Values that break each rule. */
export const HOSTILE = {
  id: notNull(NO_ID),
  'id or nothing': NO_ID,
  'id or null': [undefined, ...NO_ID],
  'id or empty': notNull([...NO_TEXT, ...ILL_FORMED, 'x'.repeat(65)]),
  ids: notNull([...NO_LIST, ...NO_ID.map((id) => ['good', id]), [null], [undefined]]),
  'text of 50': notNull([...NO_TEXT, ...ILL_FORMED, 'x'.repeat(51)]),
  'text of 50 or nothing': [...NO_TEXT, ...ILL_FORMED, 'x'.repeat(51)],
  'text of 100': notNull([...NO_TEXT, ...ILL_FORMED, '😀'.repeat(101)]),
  'text of 255 or nothing': [...NO_TEXT, ...ILL_FORMED, '中'.repeat(256)],
  text: notNull([...NO_TEXT, ...ILL_FORMED]),
  'text or nothing': [...NO_TEXT, ...ILL_FORMED],
  'text or undefined': [null, ...NO_TEXT, ...ILL_FORMED],
  'ref name': notNull([...NO_TEXT, ...ILL_FORMED, '', 'x'.repeat(256)]),
  'branch name': notNull([...NO_TEXT, ...ILL_FORMED, '', 'x'.repeat(245)]),
  prefix: notNull([...NO_TEXT, ...ILL_FORMED, '', 'abc', '😀😀', 'x'.repeat(65)]),
  count: notNull([-1, ...NO_WHOLE_NUMBER]),
  'count or nothing': [-1, ...NO_WHOLE_NUMBER],
  'limit or undefined': [null, 0, -1, -5, ...NO_WHOLE_NUMBER],
  time: notNull(NO_TIME),
  'time or nothing': NO_TIME,
  'time or undefined': [null, ...NO_TIME],
  enumeration: notNull(NO_VALUE_OF_ENUMERATION),
  'enumeration or nothing': NO_VALUE_OF_ENUMERATION,
  'enumeration or undefined': [null, ...NO_VALUE_OF_ENUMERATION],
  'json or nothing': NO_JSON,
  'stored rows': notNull([
    ...NO_LIST,
    ['text'],
    [null],
    [undefined],
    [5],
    [[]],
    [{}],
    [{ tract_id: 'tract' }],
    [{ tract_id: 'tract', ref_name: 'ref', color: 'red' }],
    [{ tract_id: null, ref_name: 'ref' }],
    ...[Number.NaN, 2n ** 63n, true, {}, ['text'], Symbol('text'), new Date(), ...ILL_FORMED].map((name) => [
      { tract_id: 'tract', ref_name: name },
    ]),
    [withGetter('ref_name')],
  ]),
  conditions: notNull([
    ...NO_LIST,
    ['text'],
    [null],
    [undefined],
    [5],
    [[]],
    [{}],
    [{ field: 'a', operator: '=' }],
    [{ field: 'a', operator: '=', value: undefined }],
    [{ field: 5, operator: '=', value: 1 }],
    [{ field: 'a', operator: '==', value: 1 }],
    [{ field: 'a', operator: 'like', value: 'x' }],
    [{ field: 'a', operator: 'toString', value: 1 }],
    [{ field: 'a', operator: 'in', value: 1 }],
    [{ field: 'a', operator: 'in', value: 'text' }],
    [{ field: 'a', operator: '=', value: 1, extra: 1 }],
    [withGetter('field')],
    [Object.assign(withGetter('value'), { field: 'a', operator: '=' })],
  ]),
} as const satisfies Record<string, readonly unknown[]>

/** Values that are no object with known fields, for an argument that is to be one. */
export const NO_FIELDS: readonly unknown[] = [
  null,
  ...NO_OBJECT,
  { unknown: 1 },
  { constructor: 1 },
  JSON.parse('{"__proto__": 1}'),
  withGetter('unknown'),
]

/** The same object with one field that throws when it is read. */
export function throwingAt(value: object, field: string): object {
  return Object.defineProperty({ ...value }, field, { enumerable: true, get: throwing })
}
