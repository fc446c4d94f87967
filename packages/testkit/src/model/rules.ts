import { AlreadyExistsError, MissingReferenceError } from '@tract/repositories'
import { Timestamp } from '@tract/schema'
import type { ModelState } from './state.js'

/** The fields of every input that are stored as they are given, but for the time. */
interface Dated {
  readonly createdAt?: Timestamp | Date
}

/** The time of a new row. */
export function timeFor({ createdAt }: Dated): Timestamp {
  return createdAt === undefined ? Timestamp.now() : Timestamp.from(createdAt)
}

/** A copy, so that nobody outside holds a row of the state. */
export function handOut<Row>(row: Row): Row {
  return structuredClone(row)
}

/** Oldest first, and insertion order where times are equal: sorting is stable. */
export function oldestFirst<Row extends { readonly createdAt: Timestamp }>(rows: readonly Row[]): Row[] {
  return rows.toSorted((left, right) => compare(left.createdAt, right.createdAt))
}

/** The one that counts: the latest by time, then by insertion. */
export function latest<Row extends { readonly createdAt: Timestamp }>(rows: readonly Row[]): Row | null {
  return oldestFirst(rows).at(-1) ?? null
}

/** By position, and insertion order where positions are equal. */
export function byPosition<Row extends { readonly position: number }>(rows: readonly Row[]): Row[] {
  return rows.toSorted((left, right) => left.position - right.position)
}

/** Order of text by code point. */
export function compareText(left: string, right: string): number {
  return Buffer.compare(Buffer.from(left), Buffer.from(right))
}

/** The rows that were asked for, in the order of the question, each once. */
export function pick<Row>(
  keys: readonly string[],
  find: (key: string) => Row | null | undefined,
): Map<string, Row> {
  const found = new Map<string, Row>()
  for (const key of keys) {
    const row = find(key)
    if (row !== null && row !== undefined) found.set(key, handOut(row))
  }
  return found
}

/** The lists that are not empty, in the order of the question. */
export async function pickLists<Row>(
  keys: readonly string[],
  find: (key: string) => Promise<readonly Row[]>,
): Promise<Map<string, readonly Row[]>> {
  const found = new Map<string, readonly Row[]>()
  for (const key of keys) {
    const rows = await find(key)
    if (rows.length > 0) found.set(key, rows)
  }
  return found
}

/** @throws {@link MissingReferenceError} unless the commit exists; `null` names none */
export function assertCommit(
  state: ModelState,
  what: string,
  field: string,
  commitHash: string | null,
): void {
  if (commitHash === null) return
  if (state.commits.some((commit) => commit.commitHash === commitHash)) return
  throw new MissingReferenceError(what, field, 'commit', commitHash)
}

/** @throws {@link AlreadyExistsError} where a row has this key */
export function assertNew<Row extends object>(what: string, rows: readonly Row[], key: Partial<Row>): void {
  const fields = Object.keys(key) as (keyof Row & string)[]
  if (!rows.some((row) => fields.every((field) => row[field] === key[field]))) return
  throw new AlreadyExistsError(what, key as Readonly<Record<string, string | number>>)
}

/** The stated id of a new row, or one that no row has. @throws {@link AlreadyExistsError} where a row has the stated one */
export function idFor(
  state: ModelState,
  what: string,
  rows: readonly { readonly id: number }[],
  stated: number | undefined,
): number {
  if (stated !== undefined) assertNew(what, rows, { id: stated })
  const id = stated ?? state.lastId + 1
  state.lastId = Math.max(state.lastId, id)
  return id
}

function compare(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0
}
