import { readFileSync } from 'node:fs'
import Database from 'better-sqlite3'

/** The columns that tell a row of a table from others. */
const KEYS: Readonly<Record<string, readonly string[]>> = {
  blobs: ['content_hash'],
  commits: ['commit_hash'],
  commit_parents: ['commit_hash', 'parent_hash'],
  annotations: ['tract_id', 'target_hash', 'priority', 'reason', 'created_at'],
  refs: ['tract_id', 'ref_name'],
  operation_events: ['event_id'],
  operation_commits: ['event_id', 'commit_hash', 'role'],
  compile_records: ['record_id'],
  compile_effectives: ['record_id', 'commit_hash'],
  spawn_pointers: ['child_tract_id'],
  policy_proposals: ['proposal_id'],
  policy_log: ['tract_id', 'policy_name', 'trigger', 'created_at'],
}
/** The columns that a hash covers, the hash itself included. */
const COVERED: Readonly<Record<string, readonly string[]>> = {
  blobs: ['content_hash', 'payload_json'],
  commits: [
    ...['commit_hash', 'parent_hash', 'content_hash', 'content_type', 'operation', 'response_to'],
    'created_at',
  ],
}

/** The tables whose rows a hash covers. */
export const COVERED_TABLES: readonly string[] = Object.keys(COVERED)

export type Row = Readonly<Record<string, unknown>>

/** The rows of a file by table and key. */
export type Rows = Readonly<Record<string, Readonly<Record<string, Row>>>>

/** The rows of a sound file, read with better-sqlite3 alone. */
export function rowsOfFile(file: string): Rows {
  const database = new Database(file, { readonly: true })
  try {
    return Object.fromEntries(
      Object.keys(KEYS).map((table) => [
        table,
        byKey(table, database.prepare<[], Row>(`SELECT * FROM ${table} ORDER BY rowid`).all()),
      ]),
    )
  } finally {
    database.close()
  }
}

export function byKey(table: string, rows: readonly Row[]): Readonly<Record<string, Row>> {
  return Object.fromEntries(rows.map((row) => [keyOf(table, row), withoutId(row)]))
}

function keyOf(table: string, row: Row): string {
  return (KEYS[table] ?? []).map((column) => String(row[column])).join(' ')
}

/** The rows that were written to a file of JSON. */
export function rowsIn(path: string): Rows {
  return JSON.parse(readFileSync(path, 'utf8')) as Rows
}

/** Where found rows are not the expected ones. */
export interface Difference {
  /** Rows that a hash covers and that are not as they were, or were never. */
  readonly wrong: readonly string[]
  /** Rows of which something is otherwise that no hash covers. */
  readonly uncovered: readonly string[]
  /** Rows that are not there. */
  readonly missing: readonly string[]
}

export function differenceOfRows(found: Rows, expected: Rows): Difference {
  const difference = { wrong: [] as string[], uncovered: [] as string[], missing: [] as string[] }
  for (const table of Object.keys(KEYS)) {
    const there = found[table] ?? {}
    const before = expected[table] ?? {}
    const covered = COVERED[table] ?? []
    for (const [key, row] of Object.entries(there)) {
      const was = before[key]
      const columns = Object.keys(was ?? row).filter(
        (column) => String(row[column]) !== String(was?.[column]),
      )
      const isCovered = columns.some((column) => covered.includes(column))
      if (isCovered) difference.wrong.push(`${table} ${key}: ${columns.join(', ')}`)
      else if (columns.length > 0 || was === undefined) difference.uncovered.push(`${table} ${key}`)
    }
    for (const key of Object.keys(before)) if (!(key in there)) difference.missing.push(`${table} ${key}`)
  }
  return difference
}

function withoutId({ id: _, ...row }: Row): Row {
  return row
}
