import { InvalidInputError } from '@tract/repositories'
import { type ColumnCodec, UnreadableValueError } from '@tract/schema'
import type { ColumnMetadata } from 'typeorm/metadata/ColumnMetadata.js'
import { checkCount, checkId, checkText, convert, describe, ID_LENGTH } from './input.js'

/** A value as better-sqlite3 binds it. */
export type Bound = string | number | bigint | null

/** Makes a value of a stored one. @throws {@link UnreadableValueError} */
export type Decoder = (stored: unknown) => unknown

/** The only id-like column that may be empty: a tract without commits has no head. */
const MAY_BE_EMPTY = 'headHash'

/** One column of an entity: how a value of a caller is checked and stored, and how a stored one is read. */
export class Column {
  readonly property: string
  readonly name: string
  /** Decodes a stored value. @throws {@link UnreadableValueError} for what no writer of the format leaves */
  readonly decode: Decoder
  /** The same for a value that is there. */
  readonly decodePresent: Decoder
  /** The kind of value that is read as it stands; `null` where none is. */
  readonly plain: 'text' | 'number' | null
  readonly isNullable: boolean
  readonly isGenerated: boolean
  readonly #codec: ColumnCodec | null
  readonly #check: (field: string, value: unknown) => void

  constructor(metadata: ColumnMetadata) {
    const codec = isCodec(metadata.transformer) ? metadata.transformer : null
    this.property = metadata.propertyName
    this.name = metadata.databaseName
    // A codec's methods use no `this`.
    const decode = codec?.from ?? (metadata.type === 'integer' ? wholeNumber : text)
    this.decodePresent = decode
    this.decode = metadata.isNullable ? decode : present(decode)
    this.plain = decode === text ? 'text' : decode === wholeNumber ? 'number' : null
    this.isNullable = metadata.isNullable
    this.isGenerated = metadata.isGenerated
    this.#codec = codec
    this.#check = checkOf(metadata)
  }

  /**
   * How the column is read. SQLite turns a bare number in a column declared JSON into an INTEGER, which the driver
   * would round beyond 2^53: such a one is read as its digits.
   */
  expression(table: string): string {
    const column = `${table}."${this.name}"`
    if (this.#codec?.declaredType !== 'JSON') return column
    return `CASE typeof(${column}) WHEN 'integer' THEN CAST(${column} AS TEXT) ELSE ${column} END`
  }

  /**
   * The stored form of a value.
   *
   * @throws {@link InvalidInputError} naming the column's property
   */
  encode(value: unknown): Bound {
    if (value === null || value === undefined) {
      if (this.isNullable || this.isGenerated) return null
      throw new InvalidInputError(this.property, String(value), 'a value')
    }
    const codec = this.#codec
    if (codec !== null) return convert(this.property, () => codec.to(value))
    this.#check(this.property, value)
    // SQLite knows no minus zero, and the row that is returned must be the one that is read.
    return value === 0 ? 0 : (value as Bound)
  }
}

/** Only damage puts no value where there must be one. */
function present(decode: Decoder): Decoder {
  return (stored) => {
    if (stored !== null) return decode(stored)
    throw new UnreadableValueError('no value', 'a value')
  }
}

/** SQLite makes text of whatever it is given in a column of text: something else is damage. */
function text(stored: unknown): unknown {
  if (typeof stored === 'string' || stored === null) return stored
  throw new UnreadableValueError(describe(stored), 'text')
}

/** SQLite keeps whatever it is given in an INTEGER column, and the driver rounds what exceeds 2^53. */
function wholeNumber(stored: unknown): unknown {
  if (Number.isSafeInteger(stored)) return stored
  throw new UnreadableValueError(describe(stored), 'a whole number within 2^53')
}

function checkOf(metadata: ColumnMetadata): (field: string, value: unknown) => void {
  if (metadata.type === 'integer') return checkCount
  const length = metadata.length === '' ? Number.POSITIVE_INFINITY : Number(metadata.length)
  if (length === ID_LENGTH && metadata.propertyName !== MAY_BE_EMPTY) return checkId
  return (field, value) => checkText(field, value, length)
}

function isCodec(transformer: ColumnMetadata['transformer']): transformer is ColumnCodec {
  return transformer !== undefined && !Array.isArray(transformer) && 'declaredType' in transformer
}
