import { AlreadyExistsError, MissingReferenceError, type TractError } from '@tract/repositories'
import type { Database, Statement } from 'better-sqlite3'
import type { Bound } from './column.js'
import type { RowReader } from './row-reader.js'
import { sqliteCode } from './sqlite-error.js'
import type { TableForm } from './table-form.js'

/** One table on one handle. Statements are prepared at their first use and kept. */
export class Table<Row extends object> {
  readonly #handle: Database
  readonly #form: TableForm<Row>
  readonly #read: RowReader<Row>
  readonly #insertTexts = new Map<string, string>()
  readonly #statements = new Map<string, Statement<Bound[], Bound[]>>()

  constructor(handle: Database, form: TableForm<Row>) {
    this.#handle = handle
    this.#form = form
    this.#read = form.read
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
   * Stores a row that {@link TableForm.encode} made, and returns it as it would be read.
   *
   * @throws {@link AlreadyExistsError} where the key exists
   * @throws {@link MissingReferenceError} where the row refers to one that does not
   */
  insert(values: readonly Bound[]): Row {
    const { lastInsertRowid } = this.run(this.#form.insert, values)
    const { generated } = this.#form
    return this.#read(generated === -1 ? values : values.with(generated, Number(lastInsertRowid)))
  }

  /**
   * Stores many rows; see {@link insert}. One at a time, because a statement that inserts several keeps a journal of its
   * own to undo them, which costs more than running a prepared one again.
   */
  insertEach(rows: readonly (readonly Bound[])[]): void {
    for (const values of rows) this.run(this.#form.insert, values)
  }

  /** Stores a row where none with its key exists; one that does stays. Returns whether the row is new. */
  insertUnlessKnown(values: readonly Bound[], keepFirst: string): boolean {
    return this.run(this.#insertText(keepFirst), values).changes === 1
  }

  /** A row of values that {@link TableForm.encode} made, as it would be read. */
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

  #insertText(conflict: string): string {
    const known = this.#insertTexts.get(conflict)
    if (known !== undefined) return known
    const text = `${this.#form.insert} ${conflict}`
    this.#insertTexts.set(conflict, text)
    return text
  }

  #select(sql: string): Statement<Bound[], Bound[]> {
    const known = this.#statements.get(sql)
    if (known !== undefined) return known
    const whole = `${this.#form.table}.*`
    if (!sql.includes(whole)) throw new Error(`statement selects no ${whole}: ${sql}`)
    const statement = this.#handle.prepare<Bound[], Bound[]>(sql.replace(whole, this.#form.selectList)).raw()
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
        return new AlreadyExistsError(this.#form.term, this.#conflictingKey(error, row), { cause: error })
      case 'SQLITE_CONSTRAINT_FOREIGNKEY':
        return this.#missingReference(error, row) ?? error
      default:
        return error
    }
  }

  #conflictingKey(error: unknown, row: readonly Bound[]): Record<string, string | number> {
    const message = error instanceof Error ? error.message : ''
    const key: Record<string, string | number> = {}
    for (const [index, column] of this.#form.columns.entries()) {
      const value = row[index]
      const isNamed = new RegExp(`\\.${column.name}(?:,|$)`).test(message)
      if (isNamed && value !== null && value !== undefined) {
        key[column.property] = typeof value === 'bigint' ? String(value) : value
      }
    }
    return key
  }

  #missingReference(error: unknown, row: readonly Bound[]): TractError | undefined {
    for (const { property, place, term, selectTarget } of this.#form.references) {
      const value = row[place]
      if (value === null || value === undefined) continue
      if (this.#prepared(selectTarget).get(value) !== undefined) continue
      return new MissingReferenceError(this.#form.term, property, term, String(value), { cause: error })
    }
    return undefined
  }
}
