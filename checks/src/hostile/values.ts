/** Makes anew each time, since a call might change one. */
export type HostileValue = () => unknown

/** What functions and streams of a caller's throw: theirs, which passes as it is. */
export const OWN_ERROR = 'an error of the caller’s own'

const thrown = () => {
  throw new Error(OWN_ERROR)
}

/** What getters throw: bad input, which gets a typed error. */
const unreadable = () => {
  throw new Error('an error of a getter')
}

/** What throws whatever is done with it. */
function untouchable(target: object): object {
  const traps = [
    'get',
    'has',
    'ownKeys',
    'getPrototypeOf',
    'getOwnPropertyDescriptor',
    'defineProperty',
    'set',
  ]
  return new Proxy(target, Object.fromEntries(traps.map((trap) => [trap, unreadable])))
}

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  return proxy
}

function cyclic(): object {
  const value: Record<string, unknown> = { list: [] }
  value.self = value
  value.list = [value, [value]]
  return value
}

function nested(depth: number): unknown {
  let value: unknown = 'deep'
  for (let level = 0; level < depth; level++) value = level % 2 === 0 ? { value } : [value]
  return value
}

function withGetter(field: string | number, target: object = {}): object {
  return Object.defineProperty(target, field, { enumerable: true, configurable: true, get: unreadable })
}

/** An object that gives another value each time it is read. */
function fickle(): object {
  const answers: unknown[] = ['text', 1, null, {}, undefined]
  let reads = 0
  const next = () => answers[reads++ % answers.length]
  return Object.defineProperties(
    {},
    Object.fromEntries(
      ['text', 'limit', 'length', 'tractId'].map((name) => [name, { enumerable: true, get: next }]),
    ),
  )
}

async function* failingStream(): AsyncGenerator<string> {
  yield '{"tract'
  thrown()
}

const text =
  (value: string): HostileValue =>
  () =>
    value

/** Values that no function expects, by what they are. */
export const HOSTILE_VALUES: Readonly<Record<string, HostileValue>> = {
  undefined: () => undefined,
  null: () => null,
  true: () => true,
  false: () => false,
  zero: () => 0,
  'minus zero': () => -0,
  'a negative number': () => -1,
  'a fraction': () => 0.5,
  NaN: () => Number.NaN,
  Infinity: () => Number.POSITIVE_INFINITY,
  'minus Infinity': () => Number.NEGATIVE_INFINITY,
  'beyond 2^53': () => 2 ** 53,
  'the largest number': () => Number.MAX_VALUE,
  'beyond a timer': () => 2 ** 31,
  'a bigint': () => 1n,
  'a large bigint': () => 10n ** 400n,
  'the empty text': text(''),
  'a blank': text(' '),
  NUL: text('\0'),
  'NUL inside': text('a\0b'),
  'a lone surrogate': text('\ud800'),
  'surrogates the wrong way round': text('\udc00\ud800'),
  'a text of controls': text('\u202e\u0007\r\n\u001b[2J'),
  SQL: text(`'; DROP TABLE blobs; --`),
  'an SQL parameter': text('?1'),
  'a path upwards': text('../../etc/passwd'),
  'a URI': text('file:evil.db?mode=memory&cache=shared'),
  'a text of a million': () => 'x'.repeat(1_000_000),
  'emoji beyond any length': () => '😀'.repeat(70_000),
  __proto__: text('__proto__'),
  constructor: text('constructor'),
  toString: text('toString'),
  'JSON text': text('{"__proto__": {"polluted": 1}}'),
  'a time without its zone': text('2026-02-20T15:39:08'),
  'a day that is none': text('2026-02-30T00:00:00.000000Z'),
  'a time past the end': text('+010000-01-01T00:00:00.000000Z'),
  'a text object': () => Object('text'),
  'a number object': () => Object(1),
  'a bigint object': () => Object(1n),
  'an invalid date': () => new Date(Number.NaN),
  'the last date': () => new Date(8.64e15),
  'the first date': () => new Date(-8.64e15),
  'a date in disguise': () => Object.create(Date.prototype),
  'a symbol': () => Symbol('symbol'),
  'a function': () => () => 'result',
  'a function that throws': () => thrown,
  // One that fails would fail by itself: nobody waits for what a function returns that is to be a plain one.
  'an async function': () => async () => 'result',
  'a class': () => class Hostile {},
  'an empty list': () => [],
  'a list of undefined': () => [undefined],
  'a list of null': () => [null],
  'a list of objects': () => [{}, { a: 1 }],
  'a list with holes': () => {
    const holes = new Array<string>(3)
    holes[2] = 'x'
    return holes
  },
  'a list of a thousand million holes': () => Object.defineProperty([], 'length', { value: 2 ** 30 }),
  'a list in itself': () => {
    const list: unknown[] = []
    list.push(list)
    return list
  },
  'a list that throws': () => withGetter(0, ['x']),
  'something like a list': () => ({ length: 1, 0: 'x' }),
  'something like a list that is very long': () => ({ length: 2 ** 40 }),
  'an empty object': () => ({}),
  'an object of no prototype': () => Object.assign(Object.create(null), { a: 1 }),
  'an object with a field of its prototype’s name': () => JSON.parse('{"__proto__": {"polluted": 1}}'),
  'an object with another prototype': () => Object.create({ polluted: 1, limit: 1, text: 'inherited' }),
  'an object with a constructor’s name': () => ({ constructor: { prototype: { polluted: 1 } } }),
  'an object with fields that are undefined': () => ({ a: undefined, text: undefined }),
  'an object that is no text': () => ({
    toString: unreadable,
    valueOf: unreadable,
    [Symbol.toPrimitive]: unreadable,
  }),
  'an object whose getter throws': () => withGetter('text'),
  'an object that changes its mind': fickle,
  'an object in itself': cyclic,
  'objects 600 levels deep': () => nested(600),
  'objects 20,000 levels deep': () => nested(20_000),
  'an object that throws at every touch': () => untouchable({}),
  'a list that throws at every touch': () => untouchable([]),
  'a function that throws at every touch': () => untouchable(() => 1),
  'a revoked proxy': revoked,
  'a Map': () => new Map([['a', 1]]),
  'a Set': () => new Set(['a']),
  bytes: () => Buffer.from('text'),
  'an array of numbers': () => new Float64Array([Number.NaN]),
  'a regular expression': () => /text/g,
  'an error': () => new RangeError(OWN_ERROR),
  'a promise': () => Promise.resolve('text'),
  // biome-ignore lint/suspicious/noThenProperty: one that is awaited by mistake is what is tried
  'something with then': () => ({ then: thrown }),
  'a stream that fails': failingStream,
  'an iterator that throws': () => ({ [Symbol.iterator]: thrown }),
  'an iterator that gives nothing': () => ({ [Symbol.asyncIterator]: () => ({}) }),
  'a signal': () => AbortSignal.abort(new Error(OWN_ERROR)),
  'a weak map': () => new WeakMap(),
}

/** The same object with one field replaced; a list with its first element, where the field is its place. */
export function withField(value: object, field: string, hostile: unknown): object {
  const copy: object = Array.isArray(value) ? [...value] : { ...value }
  return Object.defineProperty(copy, field, {
    value: hostile,
    enumerable: true,
    configurable: true,
    writable: true,
  })
}

/** The same object with one field that throws when it is read. */
export function withThrowing(value: object, field: string): object {
  return withGetter(field, Array.isArray(value) ? [...value] : { ...value })
}
