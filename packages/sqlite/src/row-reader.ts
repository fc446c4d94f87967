import { DamagedDataError } from '@tract/repositories'
import { UnreadableValueError } from '@tract/schema'
import type { Bound, Column } from './column.js'

/** Makes a row of the values of its columns. */
export type RowReader<Row> = (raw: readonly Bound[]) => Row

/**
 * What makes rows of one table.
 *
 * A loop over columns would be one place of the program through which the rows of every table pass, which V8 cannot
 * optimize for any of them: of 12 columns it costs as much as reading them from SQLite. So the assignments are written out
 * as a function for each table, of nothing but the names of our own entities' properties. Where the process forbids making
 * code of text (`--disallow-code-generation-from-strings`), the loop does the same.
 *
 * @param place the name of a column in messages
 */
export function rowReader<Row extends object>(
  columns: readonly Column[],
  createRow: () => Row,
  place: (column: Column) => string,
): RowReader<Row> {
  const read = writtenOut(columns, createRow) ?? looped(columns, createRow)
  return (raw) => {
    try {
      return read(raw)
    } catch (error) {
      throw error instanceof UnreadableValueError ? damaged(columns, raw, place, error) : error
    }
  }
}

function writtenOut<Row>(columns: readonly Column[], createRow: () => Row): RowReader<Row> | null {
  const assignments = columns.map(({ property, plain }, index) => {
    const raw = `raw[${index}]`
    const decoded = `${raw} === null ? decode${index}(null) : decodePresent${index}(${raw})`
    const isPlain = { text: `typeof ${raw} === 'string'`, number: `Number.isSafeInteger(${raw})` }
    const value = plain === null ? decoded : `${isPlain[plain]} ? ${raw} : ${decoded}`
    return `row[${JSON.stringify(property)}] = ${value}`
  })
  const names = columns.flatMap((_, index) => [`decode${index}`, `decodePresent${index}`])
  const body = `return (raw) => { const row = createRow(); ${assignments.join('; ')}; return row }`
  try {
    const make = new Function('createRow', ...names, body)
    const decoders = columns.flatMap(({ decode, decodePresent }) => [decode, decodePresent])
    return make(createRow, ...decoders) as RowReader<Row>
  } catch (error) {
    if (error instanceof EvalError) return null
    throw error
  }
}

function looped<Row extends object>(columns: readonly Column[], createRow: () => Row): RowReader<Row> {
  return (raw) => {
    const row = createRow()
    for (const [index, { property, decode }] of columns.entries()) {
      const stored = raw[index]
      Object.assign(row, { [property]: decode(stored) })
    }
    return row
  }
}

/** Finds the column whose value could not be read: only now, so that no row pays for it. */
function damaged(
  columns: readonly Column[],
  raw: readonly Bound[],
  place: (column: Column) => string,
  cause: UnreadableValueError,
): unknown {
  for (const [index, column] of columns.entries()) {
    try {
      column.decode(raw[index])
    } catch {
      return new DamagedDataError(place(column), cause.found, cause.expected, { cause })
    }
  }
  return cause
}
