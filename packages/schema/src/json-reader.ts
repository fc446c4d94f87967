import { describe, UnreadableValueError } from './errors.js'
import type { JsonObject, JsonValue } from './json.js'
import { endOfString } from './json-string.js'

/** From here on an integer may have lost digits in a number. */
const FIRST_INEXACT = 2 ** 53
/** Nesting that is looked through by recursion; the exact reader has none. */
const DEEPEST_LOOK = 100
const BLANK = /[ \t\n\r]*/y
const TOKEN = /[{}[\],:]|(-?(?:0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?)|true|false|null|NaN|-?Infinity/y
const WORDS = new Map<string, JsonValue>([
  ['true', true],
  ['false', false],
  ['null', null],
  ['NaN', Number.NaN],
  ['Infinity', Number.POSITIVE_INFINITY],
  ['-Infinity', Number.NEGATIVE_INFINITY],
])

/**
 * Reads the text of a JSON column. Integers beyond 2^53 become `bigint`, and the tokens `NaN`, `Infinity` and
 * `-Infinity`, which Python writes, become those numbers.
 *
 * @throws {@link UnreadableValueError} for text that is not JSON
 */
export function readJson(text: string): JsonValue {
  try {
    const value = readPlainly(text)
    return value === undefined || mayHaveLostDigits(value, 0) ? readExactly(text) : value
  } catch (error) {
    throw new UnreadableValueError(describe(text), 'JSON text', { cause: error })
  }
}

/** What `JSON.parse` makes of a text; `undefined` for Python's tokens and for what is no JSON. */
function readPlainly(text: string): JsonValue | undefined {
  try {
    return JSON.parse(text) as JsonValue
  } catch {
    return undefined
  }
}

function mayHaveLostDigits(value: JsonValue, depth: number): boolean {
  if (typeof value === 'number') return value >= FIRST_INEXACT || value <= -FIRST_INEXACT
  if (typeof value !== 'object' || value === null) return false
  if (depth > DEEPEST_LOOK) return true
  // Inherited keys do no harm here, and to look at the own ones alone takes longer.
  for (const key in value) {
    if (mayHaveLostDigits((value as JsonObject)[key] ?? null, depth + 1)) return true
  }
  return false
}

/** An array or object that is being read, with the key that waits for its value. */
type Open = { readonly items: JsonValue[] } | { readonly fields: Record<string, JsonValue>; key: string }

/** Reads with a stack of its own instead of recursion, so that no depth of nesting can exhaust the call stack. */
function readExactly(text: string): JsonValue {
  const tokens = new Tokens(text)
  const stack: Open[] = []
  let value: JsonValue
  tokens.next()
  for (;;) {
    if (tokens.at('[')) {
      tokens.next()
      if (!tokens.at(']')) {
        stack.push({ items: [] })
        continue
      }
      value = []
    } else if (tokens.at('{')) {
      tokens.next()
      if (!tokens.at('}')) {
        stack.push({ fields: {}, key: tokens.key() })
        continue
      }
      value = {}
    } else value = tokens.value()

    // A value is complete, and with it every array and object that ends here.
    for (;;) {
      const open = stack.at(-1)
      if (open === undefined) {
        tokens.end()
        return value
      }
      if ('items' in open) open.items.push(value)
      else setField(open.fields, open.key, value)
      tokens.next()
      if (tokens.at(',')) {
        tokens.next()
        if ('fields' in open) open.key = tokens.key()
        break
      }
      if (!tokens.at('items' in open ? ']' : '}')) throw tokens.unexpected()
      stack.pop()
      value = 'items' in open ? open.items : open.fields
    }
  }
}

/** The tokens of a JSON text, one at a time. */
class Tokens {
  readonly #text: string
  #position = 0
  #token = ''
  #value: JsonValue | undefined

  constructor(text: string) {
    this.#text = text
  }

  /** Goes to the next token. */
  next(): void {
    BLANK.lastIndex = this.#position
    BLANK.test(this.#text)
    const start = BLANK.lastIndex
    if (this.#text[start] === '"') {
      this.#position = endOfString(this.#text, start)
      this.#token = this.#text.slice(start, this.#position)
      this.#value = JSON.parse(this.#token) as string
      return
    }
    TOKEN.lastIndex = start
    const match = TOKEN.exec(this.#text)
    if (match === null) throw new SyntaxError(`unexpected text at position ${start}`)
    this.#position = TOKEN.lastIndex
    this.#token = match[0]
    const [, number, fraction, exponent] = match
    this.#value = number === undefined ? WORDS.get(this.#token) : readNumber(number, fraction ?? exponent)
  }

  /** Whether the current token is this punctuation. */
  at(punctuation: string): boolean {
    return this.#token === punctuation
  }

  /** The current token as a string, number or word. */
  value(): JsonValue {
    if (this.#value === undefined) throw this.unexpected()
    return this.#value
  }

  /** The current token as a key; goes on to the value behind its colon. */
  key(): string {
    const key = this.value()
    if (typeof key !== 'string') throw this.unexpected()
    this.next()
    if (!this.at(':')) throw this.unexpected()
    this.next()
    return key
  }

  /** @throws where more than white space follows */
  end(): void {
    BLANK.lastIndex = this.#position
    BLANK.test(this.#text)
    if (BLANK.lastIndex !== this.#text.length) throw this.unexpected()
  }

  unexpected(): SyntaxError {
    return new SyntaxError(`unexpected ${describe(this.#token)} before position ${this.#position}`)
  }
}

function readNumber(text: string, fractionOrExponent: string | undefined): number | bigint {
  const number = Number(text)
  if (fractionOrExponent !== undefined || Number.isSafeInteger(number)) return number
  return BigInt(text)
}

/** Assignment to `__proto__` would set the prototype; `JSON.parse` makes a plain field of it. */
function setField(fields: Record<string, JsonValue>, key: string, value: JsonValue): void {
  if (key === '__proto__') {
    Object.defineProperty(fields, key, { value, configurable: true, enumerable: true, writable: true })
  } else fields[key] = value
}
