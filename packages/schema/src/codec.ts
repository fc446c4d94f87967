import { types } from 'node:util'
import type { ValueTransformer } from 'typeorm'
import { describe, InvalidValueError, reading, UnreadableValueError } from './errors.js'
import type { JsonObject, JsonValue } from './json.js'
import { readJson } from './json-reader.js'
import { COLUMN_LAYOUT, writeJson } from './json-writer.js'
import { isTimestamp, Timestamp } from './timestamp.js'

/**
 * How a column's values stand in the file. As a TypeORM transformer it serves every `find` and `save` on the
 * entities; adapters use the same object, so there is one encoding.
 */
export interface ColumnCodec<Value = unknown> extends ValueTransformer {
  /** The type that the table's definition declares, where it is not the entity column's own. */
  readonly declaredType: string | null
  /** The stored form. @throws {@link InvalidValueError} for a value that the column does not take */
  to(value: unknown): string | null
  /** The value. @throws {@link UnreadableValueError} for what no known writer leaves */
  from(stored: unknown): Value | null
}

const DAY = '(?!0000)\\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\\d|3[01])'
const CLOCK = '(?:[01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d'
const STORED_TIME = new RegExp(`^(${DAY})[ T](${CLOCK})(?:\\.(\\d{1,6}))?$`)
/** As we write it, on a day that every month has. */
const ORDINARY_TIME = new RegExp(
  `^(?!0000)\\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\\d|2[0-8]) ${CLOCK}\\.\\d{6}$`,
)

/** Timestamps as `2026-02-10 19:05:34.000001`, UTC; fewer or no fraction digits are read as well. */
export const timestampCodec: ColumnCodec<Timestamp> = {
  declaredType: 'DATETIME',
  to(value) {
    if (value === null || value === undefined) return null
    const timestamp = types.isDate(value) ? Timestamp.from(value) : value
    if (!isTimestamp(timestamp)) {
      throw new InvalidValueError('$', describe(value), 'a Timestamp (see Timestamp.from) or a Date')
    }
    return `${timestamp.slice(0, 10)} ${timestamp.slice(11, 26)}`
  },
  from(stored) {
    if (stored === null || stored === undefined) return null
    const timestamp = typeof stored === 'string' ? timestampOfStored(stored) : null
    if (timestamp !== null) return timestamp
    throw new UnreadableValueError(describe(stored), 'a time such as 2026-02-10 19:05:34.000001')
  },
}

function timestampOfStored(stored: string): Timestamp | null {
  if (ORDINARY_TIME.test(stored)) return `${stored.slice(0, 10)}T${stored.slice(11)}Z` as Timestamp
  const match = STORED_TIME.exec(stored)
  if (match === null) return null
  const text = `${match[1]}T${match[2]}.${(match[3] ?? '').padEnd(6, '0')}Z`
  return isTimestamp(text) ? text : null
}

/**
 * JSON columns: an object as Python's `json.dumps` writes it, or SQL NULL. Reading also takes the text `null` (no
 * value) and whatever other JSON a file holds; a bare number arrives as a number, because the column's declared type
 * makes SQLite store it so.
 */
export const jsonCodec: ColumnCodec<JsonValue> = {
  declaredType: 'JSON',
  to(value) {
    if (value === null || value === undefined) return null
    if (typeof value !== 'object' || reading(() => Array.isArray(value))) {
      throw new InvalidValueError('$', describe(value), 'a JSON object or null')
    }
    return writeJson(value as JsonObject, COLUMN_LAYOUT)
  },
  from(stored) {
    if (stored === null || stored === undefined) return null
    if (typeof stored === 'string') return readJson(stored)
    if (typeof stored === 'number') return stored
    if (typeof stored === 'bigint') {
      return Number.isSafeInteger(Number(stored)) ? Number(stored) : stored
    }
    throw new UnreadableValueError(describe(stored), 'JSON text')
  },
}

/**
 * The codec of an enumeration. Writing takes only its values; reading hands out any other text as it stands, because
 * a newer writer may know more of them.
 *
 * @param values the values as the API spells them
 * @param stored how the file spells each
 * @throws {@link InvalidValueError} for what is no object of texts, and another spelling
 */
export function enumerationCodec<Value extends string>(
  values: Readonly<Record<Value, Value>>,
  stored: 'lower-case' | 'upper-case',
): ColumnCodec<Value | (string & {})> {
  const toStored = new Map<unknown, string>()
  const fromStored = new Map<unknown, Value>()
  checkEnumeration(values, stored)
  for (const value of Object.values<Value>(values)) {
    const text = stored === 'upper-case' ? value.toUpperCase() : value
    toStored.set(value, text)
    fromStored.set(text, value)
  }
  const expected = `one of ${[...toStored.keys()].join(', ')}`
  return {
    declaredType: null,
    to(value) {
      if (value === null || value === undefined) return null
      const text = toStored.get(value)
      if (text === undefined) throw new InvalidValueError('$', describe(value), expected)
      return text
    },
    from(text) {
      if (text === null || text === undefined) return null
      if (typeof text !== 'string') throw new UnreadableValueError(describe(text), 'text')
      return fromStored.get(text) ?? text
    },
  }
}

function checkEnumeration(values: unknown, stored: unknown): void {
  if (stored !== 'lower-case' && stored !== 'upper-case') {
    throw new InvalidValueError('$', describe(stored), 'lower-case or upper-case')
  }
  const isOne = reading(
    () =>
      typeof values === 'object' &&
      values !== null &&
      Object.values(values).every((value) => typeof value === 'string'),
  )
  if (!isOne) throw new InvalidValueError('$', describe(values), 'an object of texts')
}
