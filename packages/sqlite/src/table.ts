import {
  AlreadyExistsError,
  InvalidInputError,
  MissingReferenceError,
  type TractError,
} from '@tract/repositories'
import { Timestamp, UnreadableValueError } from '@tract/schema'
import type { Database, RunResult, Statement } from 'better-sqlite3'
import type { EntityMetadata } from 'typeorm'
import { type Bound, Column } from './column.js'
import { checkFields, readingInput } from './input.js'
import type { InsertLog } from './insert-log.js'
import { type RowReader, rowReader } from './row-reader.js'
import { sqliteCode } from './sqlite-error.js'
import { StoredForm } from './stored-form.js'

/** A value for every column that the caller left out. */
type Defaults<Row> = Partial<Record<keyof Row & string, Bound>>

const NO_DEFAULTS = {}

/** A value that no writer of the format leaves. */
export interface ColumnDamage {
  readonly column: string
  readonly isNullable: boolean
  readonly found: string
  readonly expected: string
}

/**
 * One table on one handle: entity metadata made, once, into a select list, an insert and a row mapper. Statements are
 * prepared at their first use and kept.
 */
export class Table<Row extends object> {
  /** What one row is called in messages: `operation event`. */
  readonly term: string
  /** The table with its values undecoded. */
  readonly stored: StoredForm
  readonly #handle: Database
  readonly #log: InsertLog
  readonly #metadata: EntityMetadata
  readonly #columns: readonly Column[]
  readonly #read: RowReader<Row>
  readonly #byProperty: ReadonlyMap<string, Column>
  readonly #placeOf: ReadonlyMap<string, number>
  /** Place of the column whose value the database gives; -1 where there is none. */
  readonly #generated: number
  readonly #selectList: string
  readonly #insert: string
  readonly #delete: string
  readonly #insertTexts = new Map<string, string>()
  readonly #statements = new Map<string, Statement<Bound[], Bound[]>>()

  constructor(handle: Database, metadata: EntityMetadata, createRow: () => Row, log: InsertLog) {
    this.#handle = handle
    this.#log = log
    this.#metadata = metadata
    this.#columns = metadata.columns.map((column) => new Column(column))
    this.#read = rowReader(this.#columns, createRow, ({ name }) => `${metadata.tableName}.${name}`)
    this.#byProperty = new Map(this.#columns.map((column) => [column.property, column]))
    this.#placeOf = new Map(this.#columns.map((column, place) => [column.property, place]))
    this.#generated = this.#columns.findIndex((column) => column.isGenerated)
    this.#selectList = this.#columns.map((column) => column.expression(metadata.tableName)).join(', ')
    const names = this.#columns.map((column) => `"${column.name}"`).join(', ')
    const places = this.#columns.map(() => '?').join(', ')
    this.#insert = `INSERT INTO ${metadata.tableName} (${names}) VALUES (${places})`
    this.term = termOf(metadata)
    this.stored = new StoredForm(metadata)
    this.#delete = `DELETE FROM ${metadata.tableName} WHERE ${this.stored.hasKey}`
  }

  /**
   * The first row of a statement, or `null`.
   *
   * @param sql a SELECT of `TABLE.*` with this table's name, which becomes its column list
   */
  get(sql: string, ...values: Bound[]): Row | null {
    const raw = this.#select(sql).get(...values)
    return raw === undefined ? null : this.#read(raw)
  }

  /** All rows of a statement; see {@link get}. */
  all(sql: string, ...values: Bound[]): Row[] {
    const raws = this.#select(sql).all(...values)
    const rows = new Array<Row>(raws.length)
    for (let index = 0; index < raws.length; index++) rows[index] = this.#read(raws[index] as Bound[])
    return rows
  }

  /** All rows of a statement, and what it selects last, behind the table's columns, for each; see {@link get}. */
  allWith(sql: string, ...values: Bound[]): readonly [rows: Row[], last: (Bound | undefined)[]] {
    const raws = this.#select(sql).all(...values)
    return [raws.map((raw) => this.#read(raw)), raws.map((raw) => raw.at(-1))]
  }

  /** The rows of a statement, one at a time. No other statement may run on the handle meanwhile. */
  *each(sql: string, ...values: Bound[]): Generator<Row, void, undefined> {
    for (const raw of this.#select(sql).iterate(...values)) yield this.#read(raw)
  }

  /**
   * Checks a caller's input and makes the stored form of a row of it.
   *
   * @param besides fields of the input that are the caller's own matter
   * @returns one value a column, in the order of the entity's columns
   * @throws {@link InvalidInputError} for a field that is unknown, missing or breaks its column's rule
   */
  encode(input: object, defaults: Defaults<Row> = NO_DEFAULTS, besides: readonly string[] = []): Bound[] {
    return readingInput(this.term, () => {
      checkFields(this.term, input, this.#byProperty, besides)
      return this.#encode(input, defaults)
    })
  }

  /** The value of one property in a row that {@link encode} made. */
  valueIn(values: readonly Bound[], property: keyof Row & string): Bound {
    return values[this.#placeOf.get(property) ?? -1] ?? null
  }

  /**
   * Stores a row that {@link encode} made, and returns it as it would be read.
   *
   * @throws {@link AlreadyExistsError} where the key exists
   * @throws {@link MissingReferenceError} where the row refers to one that does not
   */
  insert(values: readonly Bound[]): Row {
    const { lastInsertRowid } = this.#insertNew(values, '')
    return this.#read(this.#generated === -1 ? values : values.with(this.#generated, Number(lastInsertRowid)))
  }

  /**
   * Stores many rows; see {@link insert}. One at a time, because a statement that inserts several keeps a journal of its
   * own to undo them, which costs more than running a prepared one again.
   */
  insertEach(rows: readonly (readonly Bound[])[]): void {
    for (const values of rows) {
      this.run(this.#insert, values)
      this.#log.note(this, values)
    }
  }

  /** Stores a row where none with its key exists; one that does stays. Returns whether the row is new. */
  insertUnlessKnown(values: readonly Bound[], keepFirst: string): boolean {
    return this.#insertNew(values, keepFirst).changes === 1
  }

  /** A row of values that {@link encode} made, as it would be read. */
  rowOf(values: readonly Bound[]): Row {
    return this.#read(values)
  }

  /**
   * Stores a row in the place of one with its key.
   *
   * @param overwrite an ON CONFLICT clause
   */
  replace(values: readonly Bound[], overwrite: string): void {
    this.run(this.#insertText(overwrite), values)
  }

  /**
   * Runs a statement that writes this table.
   *
   * @param row values in the order of the entity's columns, from which a broken constraint is explained
   */
  run(sql: string, values: readonly Bound[], row: readonly Bound[] = values) {
    try {
      return this.#prepared(sql).run(...values)
    } catch (error) {
      throw this.#explain(error, row)
    }
  }

  /**
   * What no writer of the format leaves in a row of undecoded values: the columns, and what stands there.
   *
   * @param row every column by its name
   */
  damageOf(row: Readonly<Record<string, unknown>>): readonly ColumnDamage[] {
    return this.#columns.flatMap((column) => {
      try {
        const value = row[column.name]
        column.decode(value)
        this.stored.check(column.name, value as Bound)
        return []
      } catch (error) {
        if (!(error instanceof UnreadableValueError || error instanceof InvalidInputError)) throw error
        const { found, expected } = error
        return [{ column: column.name, isNullable: column.isNullable, found, expected }]
      }
    })
  }

  /** Takes out the row that an insert of these values made. */
  remove(values: readonly Bound[]): void {
    this.#prepared(this.#delete).run(...this.stored.keyOf(values))
  }

  #insertNew(values: readonly Bound[], conflict: string): RunResult {
    const done = this.run(this.#insertText(conflict), values)
    if (done.changes === 1) this.#log.note(this, values)
    return done
  }

  #insertText(conflict: string): string {
    const known = this.#insertTexts.get(conflict)
    if (known !== undefined) return known
    const text = `${this.#insert} ${conflict}`
    this.#insertTexts.set(conflict, text)
    return text
  }

  #encode(input: object, defaults: Defaults<Row>): Bound[] {
    const given = input as Readonly<Record<string, unknown>>
    const values = new Array<Bound>(this.#columns.length)
    for (let index = 0; index < this.#columns.length; index++) {
      const column = this.#columns[index] as Column
      let value = given[column.property]
      if (value === undefined) {
        value = defaults[column.property as keyof Row & string]
        if (value === undefined && column.property === 'createdAt') value = Timestamp.now()
      }
      values[index] = column.encode(value)
    }
    return values
  }

  #select(sql: string): Statement<Bound[], Bound[]> {
    const known = this.#statements.get(sql)
    if (known !== undefined) return known
    const whole = `${this.#metadata.tableName}.*`
    if (!sql.includes(whole)) throw new Error(`statement selects no ${whole}: ${sql}`)
    const statement = this.#handle.prepare<Bound[], Bound[]>(sql.replace(whole, this.#selectList)).raw()
    this.#statements.set(sql, statement)
    return statement
  }

  #prepared(sql: string): Statement<Bound[], Bound[]> {
    const known = this.#statements.get(sql)
    if (known !== undefined) return known
    const statement = this.#handle.prepare<Bound[], Bound[]>(sql)
    this.#statements.set(sql, statement)
    return statement
  }

  /** SQLite says that a constraint failed, and of foreign keys not even which: this finds the row and the reason. */
  #explain(error: unknown, row: readonly Bound[]): unknown {
    switch (sqliteCode(error)) {
      case 'SQLITE_CONSTRAINT_PRIMARYKEY':
      case 'SQLITE_CONSTRAINT_ROWID':
      case 'SQLITE_CONSTRAINT_UNIQUE':
        return new AlreadyExistsError(this.term, this.#conflictingKey(error, row), { cause: error })
      case 'SQLITE_CONSTRAINT_FOREIGNKEY':
        return this.#missingReference(error, row) ?? error
      default:
        return error
    }
  }

  #conflictingKey(error: unknown, row: readonly Bound[]): Record<string, string | number> {
    const message = error instanceof Error ? error.message : ''
    const key: Record<string, string | number> = {}
    for (const [index, column] of this.#columns.entries()) {
      const value = row[index]
      const isNamed = new RegExp(`\\.${column.name}(?:,|$)`).test(message)
      if (isNamed && value !== null && value !== undefined) {
        key[column.property] = typeof value === 'bigint' ? String(value) : value
      }
    }
    return key
  }

  #missingReference(error: unknown, row: readonly Bound[]): TractError | undefined {
    for (const foreignKey of this.#metadata.foreignKeys) {
      const column = foreignKey.columns[0]
      const target = foreignKey.referencedColumns[0]
      if (column === undefined || target === undefined) continue
      const index = this.#columns.findIndex(({ property }) => property === column.propertyName)
      const value = row[index]
      if (value === null || value === undefined) continue
      const sql = `SELECT 1 FROM ${foreignKey.referencedTablePath} WHERE "${target.databaseName}" = ?`
      if (this.#prepared(sql).get(value) !== undefined) continue
      const targetTerm = termOf(foreignKey.referencedEntityMetadata)
      return new MissingReferenceError(this.term, column.propertyName, targetTerm, String(value), {
        cause: error,
      })
    }
    return undefined
  }
}

/** What one row of an entity is called in messages: `operation event` for OperationEventRow. */
function termOf(metadata: EntityMetadata): string {
  return metadata.targetName
    .replace(/Row$/, '')
    .replace(/(?<=.)[A-Z]/g, ' $&')
    .toLowerCase()
}
