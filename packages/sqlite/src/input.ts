import { InvalidInputError, TractError } from '@tract/repositories'
import { InvalidValueError, type Timestamp, timestampCodec } from '@tract/schema'

/** The most characters (code points) of a tract id, hash or other id. */
export const ID_LENGTH = 64

/** A short, safe rendering of a value for an error message. */
export function describe(value: unknown): string {
  if (typeof value === 'string') {
    return value.length > 80
      ? `${JSON.stringify(value.slice(0, 80))}… (${value.length} characters)`
      : JSON.stringify(value)
  }
  if (typeof value === 'bigint') return `${value}n`
  if (typeof value === 'object' && value !== null) return describeObject(value)
  if (typeof value === 'function' || typeof value === 'symbol') return `a ${typeof value}`
  return String(value)
}

function describeObject(value: object): string {
  try {
    return Array.isArray(value) ? `an array of ${value.length}` : 'an object'
  } catch {
    return 'an object'
  }
}

/** Whether {@link checkId} has nothing to look for: a regular expression for it would take five times as long. */
function isOrdinaryId(value: string): boolean {
  return value !== '' && value.length <= ID_LENGTH && !value.includes('\0') && value.isWellFormed()
}

/** @throws {@link InvalidInputError} unless the value is a non-empty id of at most 64 characters */
export function checkId(field: string, value: unknown): void {
  if (typeof value === 'string' && isOrdinaryId(value)) return
  if (value === '') throw new InvalidInputError(field, 'an empty string', 'a non-empty id')
  checkText(field, value, ID_LENGTH)
}

/**
 * A copy of a caller's list of ids: the turn to use it may come when the caller has changed the list.
 *
 * @throws {@link InvalidInputError} unless the value is an array of ids
 */
export function readIds(field: string, values: readonly string[]): readonly string[] {
  return readingInput(field, () => {
    if (!Array.isArray(values)) throw new InvalidInputError(field, describe(values), 'an array of ids')
    const ids = new Array<string>(values.length)
    for (let index = 0; index < ids.length; index++) {
      const value: unknown = values[index]
      if (typeof value !== 'string' || !isOrdinaryId(value)) checkId(`${field}[${index}]`, value)
      ids[index] = value as string
    }
    return ids
  })
}

/**
 * A caller's list of ids as one JSON parameter. Throws as {@link readIds} does.
 *
 * JSON escapes whatever no id may hold, and little else: where the text is as long as the ids and what goes between them,
 * nothing was escaped, and one look at the text has checked them all.
 */
export function readIdsAsJson(field: string, values: readonly string[]): string {
  return readingInput(field, () => {
    if (!Array.isArray(values)) throw new InvalidInputError(field, describe(values), 'an array of ids')
    const ids = new Array<unknown>(values.length)
    let length = 2 + Math.max(0, ids.length - 1)
    let areOrdinary = true
    for (let index = 0; index < ids.length; index++) {
      const value: unknown = values[index]
      ids[index] = value
      if (typeof value === 'string' && value.length > 0 && value.length <= ID_LENGTH) {
        length += value.length + 2
      } else {
        // At once: the list may state a length that nobody waits for.
        checkId(`${field}[${index}]`, value)
        areOrdinary = false
      }
    }
    if (areOrdinary) {
      const text = JSON.stringify(ids)
      if (text.length === length) return text
    }
    return JSON.stringify(readIds(field, ids as readonly string[]))
  })
}

/** The same, each id once, at its first place. */
export function readIdList(field: string, values: readonly string[]): string {
  return JSON.stringify([...new Set(readIds(field, values))])
}

/**
 * What is made of each row of a caller's list.
 *
 * @throws {@link InvalidInputError} unless the value is an array, or as `encode` does
 */
export function readRows<Row, Encoded>(
  field: string,
  rows: readonly Row[],
  encode: (field: string, row: Row) => Encoded,
): readonly Encoded[] {
  return readingInput(field, () => {
    if (!Array.isArray(rows)) throw new InvalidInputError(field, describe(rows), 'an array of rows')
    return Array.from(rows, (row: Row, index) => encode(`${field}[${index}]`, row))
  })
}

/** @throws {@link InvalidInputError} unless the value is text that UTF-8 and SQLite can hold, of at most so many code points */
export function checkText(
  field: string,
  value: unknown,
  longest = Number.POSITIVE_INFINITY,
): asserts value is string {
  if (typeof value !== 'string') throw new InvalidInputError(field, describe(value), 'a string')
  if (value.length > longest && codePoints(value, longest) > longest) {
    throw new InvalidInputError(field, describe(value), `at most ${longest} characters`)
  }
  if (value.includes('\0')) throw new InvalidInputError(field, 'a NUL character', 'text without one')
  if (!value.isWellFormed())
    throw new InvalidInputError(field, 'a lone surrogate', 'well-formed Unicode text')
}

/** Counts code points, and stops soon after the limit, so that a huge string costs no more than a long one. */
function codePoints(text: string, limit: number): number {
  let count = 0
  for (const _ of text) if (++count > limit) break
  return count
}

/** @throws {@link InvalidInputError} unless the value is a non-empty name of at most so many characters */
export function checkName(field: string, value: unknown, longest: number): void {
  checkText(field, value, longest)
  if (value === '') throw new InvalidInputError(field, 'an empty string', 'a non-empty name')
}

/** @throws {@link InvalidInputError} unless the value is a whole number from 0 to 2^53 - 1 */
export function checkCount(field: string, value: unknown): void {
  if (!Number.isSafeInteger(value) || (value as number) < 0) {
    throw new InvalidInputError(field, describe(value), 'a whole number from 0 to 2^53 - 1')
  }
}

/** @throws {@link InvalidInputError} unless the value is a positive whole number */
export function checkLimit(field: string, value: unknown): void {
  if (!Number.isSafeInteger(value) || (value as number) < 1) {
    throw new InvalidInputError(field, describe(value), 'a positive whole number')
  }
}

/** The stored form of a time. @throws {@link InvalidInputError} unless it is a Timestamp or a Date */
export function storedTime(field: string, value: Timestamp | Date): string {
  const stored = convert(field, () => timestampCodec.to(value))
  if (stored === null) throw new InvalidInputError(field, describe(value), 'a Timestamp or a Date')
  return stored
}

/**
 * The stored form of a time as a bound for text comparison: without closing zeros it also precedes the same moment
 * where a file holds it with fewer digits.
 */
export function storedLowerBound(field: string, value: Timestamp | Date): string {
  return storedTime(field, value).replace(/\.?0+$/, '')
}

/** Runs a codec and names the field in what it refuses. */
export function convert<Result>(field: string, encode: () => Result): Result {
  try {
    return encode()
  } catch (error) {
    if (!(error instanceof InvalidValueError)) throw error
    throw new InvalidInputError(`${field}${error.path.slice(1)}`, error.found, error.expected, {
      cause: error,
    })
  }
}

/** @throws {@link InvalidInputError} unless the value is a value of the enumeration */
export function checkMember(field: string, value: unknown, values: object): void {
  if (typeof value === 'string' && Object.hasOwn(values, value)) return
  throw new InvalidInputError(field, describe(value), `one of ${Object.keys(values).join(', ')}`)
}

/**
 * Checks that a value is an object with no other fields than these; a misspelt one would otherwise be a default in silence.
 *
 * @throws {@link InvalidInputError} naming the first unknown field
 */
export function checkFields(
  what: string,
  value: unknown,
  known: { has(field: string): boolean; keys(): Iterable<string> },
  besides: readonly string[] = [],
): void {
  checkObject(what, value)
  for (const field in value) {
    if (!known.has(field) && !besides.includes(field)) {
      throw new InvalidInputError(
        `${what}.${field}`,
        'an unknown field',
        `one of ${[...known.keys()].join(', ')}`,
      )
    }
  }
}

/** @throws {@link InvalidInputError} unless the value is an object that is no array */
export function checkObject(what: string, value: unknown): asserts value is object {
  if (typeof value === 'object' && value !== null && !isArray(what, value)) return
  throw new InvalidInputError(what, describe(value), 'an object')
}

function isArray(what: string, value: object): boolean {
  return readingInput(what, () => Array.isArray(value))
}

/**
 * A copy of a caller's object of options.
 *
 * @throws {@link InvalidInputError} naming the first unknown field, or where reading it throws
 */
export function readOptions<Options extends object>(
  what: string,
  options: Options,
  known: ReadonlySet<string>,
): Partial<Options> {
  return readingInput(what, () => {
    checkFields(what, options, known)
    const copy: Partial<Options> = {}
    for (const field of known as ReadonlySet<keyof Options>) {
      if (options[field] !== undefined) copy[field] = options[field]
    }
    return copy
  })
}

/** Reads a caller's object; whatever its getters throw becomes the typed error of bad input. */
export function readingInput<Result>(what: string, read: () => Result): Result {
  try {
    return read()
  } catch (error) {
    if (error instanceof TractError) throw error
    throw new InvalidInputError(what, 'a field that throws when it is read', 'plain values', { cause: error })
  }
}
