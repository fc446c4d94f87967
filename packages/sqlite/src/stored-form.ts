import { DamagedDataError, InvalidInputError, type StoredRow, type StoredValue } from '@tract/repositories'
import type { EntityMetadata } from 'typeorm'
import type { Bound } from './column.js'
import { checkFields, checkText, describe } from './input.js'

const LONGEST_INTEGER = 2n ** 63n

interface StoredColumn {
  readonly name: string
  readonly mayBeLeftOut: boolean
}

/** A table as the storage format has it: its statements and checks on undecoded values. */
export class StoredForm {
  /** Stores a row unless its key is taken; the parameters are what {@link encode} made. */
  readonly insert: string
  /** The condition that a row has a key, whose parameters are what {@link keyOf} gives. */
  readonly hasKey: string
  /** The row of a key. */
  readonly selectByKey: string
  readonly #table: string
  readonly #columns: readonly StoredColumn[]
  readonly #byName: ReadonlyMap<string, StoredColumn>
  readonly #key: readonly number[]
  readonly #selectList: string

  constructor(metadata: EntityMetadata) {
    this.#table = metadata.tableName
    this.#columns = metadata.columns.map((column) => ({
      name: column.databaseName,
      mayBeLeftOut: column.isNullable || column.isGenerated,
    }))
    this.#byName = new Map(this.#columns.map((column) => [column.name, column]))
    this.#key = metadata.columns.flatMap(({ isPrimary }, index) => (isPrimary ? [index] : []))
    const names = this.#columns.map(({ name }) => `"${name}"`)
    const keys = this.#key.map((index) => names[index])
    this.#selectList = names.map((name) => `${this.#table}.${name}`).join(', ')
    this.insert = `
      INSERT INTO ${this.#table} (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})
      ON CONFLICT (${keys.join(', ')}) DO NOTHING`
    this.hasKey = keys.map((name) => `${name} = ?`).join(' AND ')
    this.selectByKey = `SELECT ${this.#selectList} FROM ${this.#table} WHERE ${this.hasKey}`
  }

  /**
   * The rows of some values in a column, given as one JSON list.
   *
   * @throws {@link InvalidInputError} for an unknown column
   */
  selectBy(column: string): string {
    if (typeof column !== 'string' || !this.#byName.has(column)) {
      throw new InvalidInputError('column', describe(column), `one of ${[...this.#byName.keys()].join(', ')}`)
    }
    return `
      WITH wanted (value) AS MATERIALIZED (SELECT DISTINCT value FROM json_each(?))
      SELECT ${this.#selectList} FROM wanted CROSS JOIN ${this.#table} ON ${this.#table}."${column}" = wanted.value
      ORDER BY ${this.#table}.rowid`
  }

  /** @throws {@link DamagedDataError} for bytes, which no column of the format holds */
  read(row: StoredRow): StoredRow {
    for (const [name, value] of Object.entries<unknown>(row)) {
      if (value instanceof Uint8Array) {
        throw new DamagedDataError(`${this.#table}.${name}`, `${value.length} bytes`, 'text or a number')
      }
    }
    return row
  }

  /**
   * The parameters of {@link insert} for a caller's row.
   *
   * @throws {@link InvalidInputError} for an unknown or missing column, or a value that SQLite cannot hold
   */
  encode(field: string, row: StoredRow): Bound[] {
    checkFields(field, row, this.#byName)
    return this.#columns.map(({ name, mayBeLeftOut }) => {
      const value = row[name] ?? null
      if (value === null && !mayBeLeftOut) {
        throw new InvalidInputError(`${field}.${name}`, String(row[name]), 'a value')
      }
      return checkStored(`${field}.${name}`, value)
    })
  }

  /** The key among the parameters of a row. */
  keyOf(values: readonly Bound[]): Bound[] {
    return this.#key.map((index) => values[index] ?? null)
  }
}

function checkStored(field: string, value: StoredValue): Bound {
  if (value === null) return null
  if (typeof value === 'number' && Number.isFinite(value)) return value
  if (typeof value === 'bigint' && value >= -LONGEST_INTEGER && value < LONGEST_INTEGER) return value
  if (typeof value === 'string') {
    checkText(field, value)
    return value
  }
  throw new InvalidInputError(field, describe(value), 'text, a number, an integer of 64 bits or null')
}
