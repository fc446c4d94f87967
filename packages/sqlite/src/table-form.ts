import { InvalidInputError } from '@tract/repositories'
import { Timestamp, UnreadableValueError } from '@tract/schema'
import type { EntityMetadata } from 'typeorm'
import { type Bound, Column } from './column.js'
import { checkFields, readingInput } from './input.js'
import { type RowReader, rowReader } from './row-reader.js'
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

/** A column whose value is the key of another table's row. */
export interface Reference {
  readonly property: string
  /** The column's place in a row of values. */
  readonly place: number
  /** What one row of the other table is called in messages. */
  readonly term: string
  /** Finds the row that a value names. */
  readonly selectTarget: string
}

/**
 * What a table's entity metadata say, whatever the handle: its statements' texts, how a caller's row is checked and
 * encoded, and how a stored one is read.
 */
export class TableForm<Row extends object> {
  readonly table: string
  /** What one row is called in messages: `operation event`. */
  readonly term: string
  /** The table with its values undecoded. */
  readonly stored: StoredForm
  readonly columns: readonly Column[]
  /** Makes a row of the values of its columns. */
  readonly read: RowReader<Row>
  /** Place of the column whose value the database gives; -1 where there is none. */
  readonly generated: number
  /** The columns as they are selected. */
  readonly selectList: string
  readonly insert: string
  readonly references: readonly Reference[]
  readonly #byProperty: ReadonlyMap<string, Column>
  readonly #placeOf: ReadonlyMap<string, number>

  constructor(metadata: EntityMetadata, createRow: () => Row) {
    const { tableName: table } = metadata
    const columns = metadata.columns.map((column) => new Column(column))
    this.table = table
    this.term = termOf(metadata)
    this.stored = new StoredForm(metadata)
    this.columns = columns
    this.read = rowReader(columns, createRow, ({ name }) => `${table}.${name}`)
    this.#byProperty = new Map(columns.map((column) => [column.property, column]))
    this.#placeOf = new Map(columns.map((column, place) => [column.property, place]))
    this.generated = columns.findIndex((column) => column.isGenerated)
    this.selectList = columns.map((column) => column.expression(table)).join(', ')
    const names = columns.map((column) => `"${column.name}"`).join(', ')
    const places = columns.map(() => '?').join(', ')
    this.insert = `INSERT INTO ${table} (${names}) VALUES (${places})`
    this.references = referencesOf(metadata, this.#placeOf)
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
   * What no writer of the format leaves in a row of undecoded values: the columns, and what stands there.
   *
   * @param row every column by its name
   */
  damageOf(row: Readonly<Record<string, unknown>>): readonly ColumnDamage[] {
    return this.columns.flatMap((column) => {
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

  #encode(input: object, defaults: Defaults<Row>): Bound[] {
    const given = input as Readonly<Record<string, unknown>>
    const values = new Array<Bound>(this.columns.length)
    for (let index = 0; index < this.columns.length; index++) {
      const column = this.columns[index] as Column
      let value = given[column.property]
      if (value === undefined) {
        value = defaults[column.property as keyof Row & string]
        if (value === undefined && column.property === 'createdAt') value = Timestamp.now()
      }
      values[index] = column.encode(value)
    }
    return values
  }
}

function referencesOf(metadata: EntityMetadata, placeOf: ReadonlyMap<string, number>): readonly Reference[] {
  return metadata.foreignKeys.flatMap((foreignKey) => {
    const column = foreignKey.columns[0]
    const target = foreignKey.referencedColumns[0]
    const place = placeOf.get(column?.propertyName ?? '')
    if (column === undefined || target === undefined || place === undefined) return []
    return [
      {
        property: column.propertyName,
        place,
        term: termOf(foreignKey.referencedEntityMetadata),
        selectTarget: `SELECT 1 FROM ${foreignKey.referencedTablePath} WHERE "${target.databaseName}" = ?`,
      },
    ]
  })
}

/** What one row of an entity is called in messages: `operation event` for OperationEventRow. */
function termOf(metadata: EntityMetadata): string {
  return metadata.targetName
    .replace(/Row$/, '')
    .replace(/(?<=.)[A-Z]/g, ' $&')
    .toLowerCase()
}
