import { DamagedDataError, InvalidInputError, type StoredRow, type StoredValue } from '@tract/repositories'
import type { EntityMetadata } from 'typeorm'
import type { Bound } from './column.js'
import { checkFields, checkText, describe } from './input.js'

/** What a statement calls the id of a row: no column of the format has such a name. */
export const ROW_ID = 'row id'
const LONGEST_INTEGER = 2n ** 63n

interface StoredColumn {
  readonly name: string
  readonly mayBeLeftOut: boolean
  /** Whether it may be null, and is not of the key. */
  readonly mayBeFilled: boolean
}

/** A table as the storage format has it: its statements and checks on undecoded values. */
export class StoredForm {
  /** Stores a row unless its key is taken; the parameters are what {@link encode} made. */
  readonly insert: string
  /** Puts values in the place of null in the row of a key; the parameters are what {@link fillOf} gives. */
  readonly fill: string
  /** The condition that a row has a key, whose parameters are what {@link keyOf} gives. */
  readonly hasKey: string
  /** The row of a key. */
  readonly selectByKey: string
  /** The names of the columns of the key. */
  readonly keyColumns: readonly string[]
  /** Rows from a row id on, in its order, as many as a second parameter says; {@link ROW_ID} before the columns. */
  readonly selectFrom: string
  /** The same with the row ids alone, for which no value needs to be read. */
  readonly selectIdsFrom: string
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
      mayBeFilled: column.isNullable && !column.isPrimary,
    }))
    this.#byName = new Map(this.#columns.map((column) => [column.name, column]))
    this.#key = metadata.columns.flatMap(({ isPrimary }, index) => (isPrimary ? [index] : []))
    const names = this.#columns.map(({ name }) => `"${name}"`)
    const keys = this.#key.map((index) => names[index])
    // By the names of the format: the schema of a damaged file may spell them in other letters.
    this.#selectList = names.map((name) => `${this.#table}.${name} AS ${name}`).join(', ')
    this.insert = `
      INSERT INTO ${this.#table} (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})
      ON CONFLICT (${keys.join(', ')}) DO NOTHING`
    this.hasKey = keys.map((name) => `${name} = ?`).join(' AND ')
    const filled = this.#columns.filter(({ mayBeFilled }) => mayBeFilled).map(({ name }) => name)
    const values = filled.map((name) => `"${name}" = coalesce("${name}", ?)`)
    // Where no column may be null there is nothing to fill, and the row is only looked for.
    const nothing = `${keys[0]} = ${keys[0]}`
    this.fill = `UPDATE ${this.#table} SET ${values.join(', ') || nothing} WHERE ${this.hasKey}`
    this.keyColumns = this.#key.map((index) => this.#columns[index]?.name ?? '')
    const from = `FROM ${this.#table} NOT INDEXED WHERE rowid >= ? ORDER BY rowid LIMIT +?`
    this.selectFrom = `SELECT rowid AS "${ROW_ID}", ${this.#selectList} ${from}`
    this.selectIdsFrom = `SELECT rowid AS "${ROW_ID}" ${from}`
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

  /** The value of one column in the row of an id. */
  selectValue(column: string): string {
    return `SELECT "${column}" AS value FROM ${this.#table} NOT INDEXED WHERE rowid = ?`
  }

  /** The names of all columns. */
  get columnNames(): readonly string[] {
    return this.#columns.map(({ name }) => name)
  }

  /** The table's name. */
  get table(): string {
    return this.#table
  }

  /** @throws {@link InvalidInputError} unless SQLite can hold the value */
  check(field: string, value: StoredValue): void {
    checkStored(field, value)
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

  /** The parameters of {@link fill} among those of a row. */
  fillOf(values: readonly Bound[]): Bound[] {
    return [...values.filter((_, index) => this.#columns[index]?.mayBeFilled), ...this.keyOf(values)]
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

/**
 * The id that SQLite gave for a row of a table.
 *
 * @throws {@link DamagedDataError} where a column of that name stands in its place
 */
export function rowIdIn(table: string, id: unknown): bigint {
  if (typeof id === 'bigint') return id
  if (typeof id === 'number' && Number.isSafeInteger(id)) return BigInt(id)
  throw new DamagedDataError(`${table}.rowid`, describe(id), 'the id of a row')
}

/** What was found of a damaged row: bytes that stand in the place of text as the text that they may have been. */
export function asFound(row: Readonly<Record<string, StoredValue | Uint8Array>>): StoredRow {
  const entries = Object.entries(row).map(([name, value]) => {
    return [name, value instanceof Uint8Array ? new TextDecoder().decode(value) : value]
  })
  return Object.fromEntries(entries)
}
