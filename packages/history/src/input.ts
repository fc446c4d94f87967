import { types } from 'node:util'
import { InvalidInputError, type Store, TractError, type Transaction } from '@tract/repositories'
import { InvalidValueError, isTimestamp, type JsonObject, Timestamp } from '@tract/schema'

/** A short, safe rendering of a value for an error message. */
export function describe(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.length > 80 ? `${value.slice(0, 79)}…` : value)
  if (typeof value === 'bigint') return `${value}n`
  if (typeof value === 'function' || typeof value === 'symbol') return `a ${typeof value}`
  if (typeof value !== 'object' || value === null) return String(value)
  try {
    return Array.isArray(value) ? `an array of ${value.length}` : 'an object'
  } catch {
    return 'an object'
  }
}

/** Reads a caller's value; whatever its getters throw becomes the typed error of bad input. */
export function readingInput<Result>(what: string, read: () => Result): Result {
  try {
    return read()
  } catch (error) {
    if (error instanceof TractError || error instanceof InvalidValueError) throw error
    throw new InvalidInputError(what, 'a value that throws when it is read', 'plain values', { cause: error })
  }
}

/** @throws {@link InvalidInputError} unless the value is a store or a transaction, as far as one can see */
export function checkStore(store: unknown): void {
  const isStore = readingInput(
    'store',
    () => isObject(store) && typeof store.transaction === 'function' && isObject(store.commits),
  )
  if (!isStore) throw new InvalidInputError('store', describe(store), 'a store, or a transaction of one')
}

/** @throws {@link InvalidInputError} for a transaction, where what is asked concerns the database and not its rows */
export function checkWholeStore(
  store: Transaction,
  method: 'checkIntegrity' | 'reclaimSpace',
): asserts store is Store {
  if (typeof (store as Partial<Store>)[method] === 'function') return
  throw new InvalidInputError('store', 'a transaction', `a store: ${method} is not of one transaction`)
}

/**
 * A copy of a caller's object of options, each read once: a misspelt one would otherwise be a default in silence.
 *
 * @param known the names of all fields
 * @throws {@link InvalidInputError} naming the first field that is unknown, or where it is no object
 */
export function readOptions<Options extends object>(
  what: string,
  options: Options,
  known: readonly (keyof Options & string)[],
): Options {
  return readingInput(what, () => {
    if (!isObject(options) || Array.isArray(options)) {
      throw new InvalidInputError(what, describe(options), 'an object')
    }
    const copy: Record<string, unknown> = {}
    for (const field in options) {
      if (!(known as readonly string[]).includes(field)) {
        throw new InvalidInputError(`${what}.${field}`, 'an unknown field', `one of ${known.join(', ')}`)
      }
      const value: unknown = options[field]
      if (value !== undefined) copy[field] = value
    }
    return copy as Options
  })
}

/** @throws {@link InvalidInputError} unless the value is absent or passes */
export function checkOptional(
  field: string,
  value: unknown,
  passes: (value: unknown) => boolean,
  expected: string,
): void {
  if (value === undefined || readingInput(field, () => passes(value))) return
  throw new InvalidInputError(field, describe(value), expected)
}

/** @throws {@link InvalidInputError} unless the value is a string */
export function checkText(field: string, value: unknown): asserts value is string {
  if (typeof value !== 'string') throw new InvalidInputError(field, describe(value), 'a string')
}

/** @throws {@link InvalidInputError} unless the value is absent or a string */
export function checkOptionalText(field: string, value: unknown): void {
  checkOptional(field, value, (one) => typeof one === 'string', 'a string')
}

/** @throws {@link InvalidInputError} unless the value is absent, `true` or `false` */
export function checkFlag(field: string, value: unknown): void {
  checkOptional(field, value, (one) => typeof one === 'boolean', 'true or false')
}

/** @throws {@link InvalidInputError} unless the value is absent or a function */
export function checkFunction(field: string, value: unknown): void {
  checkOptional(field, value, (one) => typeof one === 'function', 'a function')
}

/** @throws {@link InvalidInputError} unless the value is absent or one of these words */
export function checkWord(field: string, value: unknown, words: readonly string[]): void {
  checkOptional(field, value, (one) => words.includes(one as string), `one of ${words.join(', ')}`)
}

/** @throws {@link InvalidInputError} unless the value is absent or a whole number in these bounds */
export function checkWhole(field: string, value: unknown, least: number, most: number): void {
  const fits = (one: unknown) => Number.isSafeInteger(one) && Number(one) >= least && Number(one) <= most
  checkOptional(field, value, fits, `a whole number from ${least} to ${most}`)
}

/** @throws {@link InvalidInputError} unless the value is a JSON object, not a list */
export function checkObject(field: string, value: unknown): asserts value is JsonObject {
  if (!isObject(value) || readingInput(field, () => Array.isArray(value))) {
    throw new InvalidInputError(field, describe(value), 'an object')
  }
}

/** A copy of a caller's list of hashes. @throws {@link InvalidInputError} unless it is a list of strings */
export function readHashes(field: string, hashes: readonly string[]): readonly string[] {
  return readList(field, hashes, 'an array of hashes', (hash, index) => {
    if (typeof hash === 'string') return hash
    throw new InvalidInputError(`${field}[${index}]`, describe(hash), 'the hash of a commit')
  })
}

/**
 * What is made of each item of a caller's list, each read once.
 *
 * @throws {@link InvalidInputError} unless it is a list, or as `read` does
 */
export function readList<Item, Result>(
  field: string,
  list: readonly Item[],
  expected: string,
  read: (item: Item, index: number) => Result,
): readonly Result[] {
  return readingInput(field, () => {
    if (!Array.isArray(list)) throw new InvalidInputError(field, describe(list), expected)
    const results: Result[] = []
    // Not by the list's own methods, which might be somebody else's; and no longer than its first item that is none.
    for (let index = 0; index < list.length; index++) results.push(read(list[index], index))
    return results
  })
}

/** @throws {@link InvalidInputError} unless the value is absent or a moment */
export function readMoment(field: string, value: Timestamp | Date | undefined): Timestamp | undefined {
  if (value === undefined) return undefined
  if (isTimestamp(value)) return value
  if (!types.isDate(value)) throw new InvalidInputError(field, describe(value), 'a Timestamp or a Date')
  return convert(field, () => Timestamp.from(value))
}

/** Runs an encoding of the format; what it refuses becomes the typed error of bad input. */
export function convert<Result>(field: string, encode: () => Result): Result {
  try {
    return encode()
  } catch (error) {
    if (!(error instanceof InvalidValueError)) throw error
    const { path, found, expected } = error
    throw new InvalidInputError(`${field}${path.slice(1)}`, found, expected, { cause: error })
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
