/** A value that the format cannot hold. Thrown before anything is hashed or written. */
export class InvalidValueError extends TypeError {
  override readonly name = 'InvalidValueError'
  readonly code = 'invalid_value'

  /**
   * @param path where the value stands, as in `$.tools[2].name`; `$` is the value itself
   * @param found what was met there
   * @param expected what the format holds
   */
  constructor(
    readonly path: string,
    readonly found: string,
    readonly expected: string,
    options?: ErrorOptions,
  ) {
    super(`${path}: found ${found}, expected ${expected}`, options)
  }
}

/** A stored value that none of the format's encodings explains: the file is damaged or of another writer. */
export class UnreadableValueError extends Error {
  override readonly name = 'UnreadableValueError'
  readonly code = 'unreadable_value'

  /**
   * @param found the stored value, cut where it is long
   * @param expected the encoding of the column
   */
  constructor(
    readonly found: string,
    readonly expected: string,
    options?: ErrorOptions,
  ) {
    super(`found ${found}, expected ${expected}`, options)
  }
}

/** Reads a caller's value; whatever its getters throw becomes the typed error of bad input. */
export function reading<Result>(read: () => Result): Result {
  try {
    return read()
  } catch (error) {
    if (error instanceof InvalidValueError) throw error
    throw new InvalidValueError('$', 'a value that throws when it is read', 'plain values', { cause: error })
  }
}

/** A short, safe rendering of any value for an error message. */
export function describe(value: unknown): string {
  if (typeof value === 'string') {
    return JSON.stringify(value.length > 80 ? `${value.slice(0, 79)}…` : value)
  }
  if (typeof value === 'bigint') return `${value}n`
  if (typeof value === 'function' || typeof value === 'symbol') return `a ${typeof value}`
  if (typeof value !== 'object' || value === null) return String(value)
  try {
    if (Array.isArray(value)) return `an array of ${value.length}`
    if (value instanceof Date)
      return `Date ${Number.isNaN(value.getTime()) ? 'Invalid' : value.toISOString()}`
    const maker: unknown = Object.getPrototypeOf(value)?.constructor
    return typeof maker === 'function' && maker !== Object ? `a ${maker.name}` : 'an object'
  } catch {
    return 'an object'
  }
}
