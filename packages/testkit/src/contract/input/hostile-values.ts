/** Values of which no rule of the contract takes any. */
const NO_TEXT = [null, 0, 1, 1n, true, {}, ['text'], Symbol('text'), () => 'text', Object('text')]
const BROKEN_TEXT = ['\0', 'nul \0 inside', '\ud800', 'high \ud83d alone', '\ude00 low alone']

/** What is no text of at most so many code points. */
export function noText(longest: number): readonly unknown[] {
  return [...NO_TEXT, ...BROKEN_TEXT, ...(longest < Number.POSITIVE_INFINITY ? tooLong(longest) : [])]
}

/** What is no name of at most so many code points. */
export function noName(longest: number): readonly unknown[] {
  return [...noText(longest), '']
}

/** What is no id. */
export const NO_ID: readonly unknown[] = noName(64)

/** What is no list of ids. */
export const NO_IDS: readonly unknown[] = [
  null,
  'hash',
  1,
  {},
  { 0: 'hash', length: 1 },
  new Set(['hash']),
  new Map([['hash', 1]]),
  ...NO_ID.map((value) => ['hash', value]),
  ['hash', undefined],
]

/** What is no token count, size or position. */
export const NO_COUNT: readonly unknown[] = [
  null,
  -1,
  0.5,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  2 ** 53,
  '1',
  1n,
  true,
  {},
  [1],
]

/** What is no limit. */
export const NO_LIMIT: readonly unknown[] = [0, ...NO_COUNT]

/** What is no time. */
export const NO_TIME: readonly unknown[] = [
  0,
  1771602008000,
  true,
  '',
  'yesterday',
  '2026-02-20',
  '2026-02-20T15:39:08',
  '2026-02-20 15:39:08.123456',
  '2026-02-30T15:39:08.123456Z',
  '2026-02-20T25:39:08.123456Z',
  '+010000-01-01T00:00:00.000000Z',
  new Date(Number.NaN),
  new Date(8.64e15),
  new Date(-8.64e15),
  {},
  { toISOString: () => '2026-02-20T15:39:08.123Z' },
]

/** What is no value of an enumeration, whatever its values are. */
export function noValueOf(values: readonly string[]): readonly unknown[] {
  const [first = ''] = values
  return [...NO_TEXT, '', first.toUpperCase(), ` ${first}`, `${first}\0`, 'unknown', 'toString', '__proto__']
}

class Instance {
  readonly field = 1
}

/** What is no JSON object, at its top or somewhere inside. */
export function noJson(): readonly unknown[] {
  const cycle: Record<string, unknown> = {}
  cycle.self = { cycle }
  const cyclicList: unknown[] = []
  cyclicList.push(cyclicList)
  const sparse = new Array<number>(3)
  sparse[2] = 1
  return [
    ...[
      0,
      1n,
      true,
      '',
      '{"a": 1}',
      [],
      [{}],
      Symbol('json'),
      () => ({}),
      new Date(0),
      new Map(),
      new Instance(),
    ],
    ...[
      undefined,
      Number.NaN,
      Number.POSITIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
      Symbol('json'),
      () => 1,
    ].map((value) => ({ a: { b: [value] } })),
    { field: undefined },
    { time: new Date(0) },
    { map: new Map() },
    { instance: new Instance() },
    { text: 'high \ud83d alone' },
    { 'key \ude00 alone': 1 },
    { sparse },
    cycle,
    { cyclicList },
    {
      get field() {
        throw new Error('a getter that throws')
      },
    },
  ]
}

function tooLong(longest: number): readonly string[] {
  return ['x'.repeat(longest + 1), '😀'.repeat(longest + 1), 'x'.repeat(1_000_000)]
}
