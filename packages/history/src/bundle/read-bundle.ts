import { createHash } from 'node:crypto'
import type { StoredRow, StoredTable } from '@tract/repositories'
import {
  type JsonObject,
  type JsonValue,
  jsonCodec,
  SCHEMA_VERSION,
  UnreadableValueError,
} from '@tract/schema'
import { DamagedBundleError, ForeignBundleError } from '../errors.js'
import { FORMAT, FORMAT_VERSION, TABLES } from './format.js'
import { linesOf, type TextSource } from './lines.js'
import { type LostRow, lostRowIn } from './lost-row.js'

/** One row of a bundle and the line it stands on, from 1. */
export interface ReadRow {
  readonly table: StoredTable
  readonly row: StoredRow
  readonly line: number
}

/** What is told of a bundle besides its rows. */
export interface BundleListener {
  /** The tracts of the bundle, before the first row comes. */
  onHeader(tracts: readonly string[]): void
  /** Something that a salvage lost. */
  onLost(lost: LostRow): void
}

/**
 * The rows of a bundle. Ends without an error only where the last line says what the lines before it have.
 *
 * @param listener is told what is no row
 * @throws {@link ForeignBundleError}, {@link DamagedBundleError}
 */
export async function* readBundle(
  source: TextSource,
  listener: BundleListener,
): AsyncGenerator<ReadRow, void, undefined> {
  const digest = createHash('sha256')
  const rows: Record<string, number> = {}
  let losses = 0
  let number = 0
  let isOver = false
  for await (const text of linesOf(source)) {
    number++
    if (isOver) throw new DamagedBundleError(number, 'a line', 'nothing behind the last line')
    const value = parse(text, number)
    if (number === 1) listener.onHeader(tractsIn(value))
    else if (typeof value.digest === 'string') {
      checkEnd(value, digest.digest('hex'), { ...rows, losses }, number)
      isOver = true
      continue
    } else if (value.lost !== undefined) {
      const lost = lostRowIn(value.lost)
      if (lost === null) throw new ForeignBundleError(number, 'a loss of another form', 'what is lost')
      listener.onLost(lost)
      losses++
    } else {
      const read = rowIn(value, number)
      rows[read.table] = (rows[read.table] ?? 0) + 1
      yield read
    }
    digest.update(`${text}\n`)
  }
  if (number === 0) throw new ForeignBundleError(1, 'nothing', 'the header of a bundle')
  if (!isOver) throw new DamagedBundleError(number, 'the end of the text', 'a last line with the digest')
}

function parse(text: string, line: number): JsonObject {
  try {
    const value = jsonCodec.from(text)
    if (isObject(value)) return value
  } catch (error) {
    if (!(error instanceof UnreadableValueError)) throw error
  }
  const Wrong = line === 1 ? ForeignBundleError : DamagedBundleError
  throw new Wrong(line, 'text that is no JSON object', line === 1 ? 'the header of a bundle' : 'a row')
}

function tractsIn(header: JsonObject): readonly string[] {
  const { format, version, schema_version: schema, tracts } = header
  if (format !== FORMAT) throw new ForeignBundleError(1, `format ${String(format)}`, `format ${FORMAT}`)
  if (version !== FORMAT_VERSION || schema !== SCHEMA_VERSION) {
    const expected = `version ${FORMAT_VERSION} of schema ${SCHEMA_VERSION}`
    throw new ForeignBundleError(1, `version ${String(version)} of schema ${String(schema)}`, expected)
  }
  return Array.isArray(tracts) ? tracts.map(String) : []
}

function rowIn({ table, row }: JsonObject, line: number): ReadRow {
  if (typeof table !== 'string' || !Object.hasOwn(TABLES, table) || row === undefined || !isObject(row)) {
    throw new ForeignBundleError(line, `a row of ${String(table)}`, 'a row of a table of this format')
  }
  const { columns } = TABLES[table as StoredTable]
  const found = Object.keys(row)
  const isWhole = found.length === columns.length && columns.every((column) => Object.hasOwn(row, column))
  if (!isWhole) throw new ForeignBundleError(line, found.join(', '), `the columns ${columns.join(', ')}`)
  for (const [column, value] of Object.entries(row)) {
    const isStored = value === null || ['string', 'number', 'bigint'].includes(typeof value)
    if (!isStored) throw new ForeignBundleError(line, `${typeof value} in ${column}`, 'a stored value')
  }
  return { table: table as StoredTable, row: row as StoredRow, line }
}

/** @param rows how many there were of each kind of line */
function checkEnd(
  end: JsonObject,
  digest: string,
  rows: Readonly<Record<string, number>>,
  line: number,
): void {
  if (end.digest !== digest)
    throw new DamagedBundleError(line, `lines of digest ${digest}`, String(end.digest))
  const counted = { ...(isObject(end.rows ?? null) ? (end.rows as JsonObject) : {}), losses: end.lost ?? 0 }
  for (const table of new Set([...Object.keys(rows), ...Object.keys(counted)])) {
    const expected = String((counted as JsonObject)[table] ?? 0)
    if (String(rows[table] ?? 0) !== expected) {
      throw new DamagedBundleError(line, `${rows[table] ?? 0} rows of ${table}`, expected)
    }
  }
}

function isObject(value: JsonValue): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
