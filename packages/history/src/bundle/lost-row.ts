import type { StoredRow, StoredTable } from '@tract/repositories'
import type { JsonObject, JsonValue } from '@tract/schema'
import { TABLES } from './format.js'

/** Why a row, or a value of one, is lost. */
export const LOSSES = {
  /** It cannot be read, or is nothing that a writer of the format leaves. */
  unreadable: 'unreadable',
  /** It is not what its hash names. */
  hash: 'hash',
  /** Another row has its key. */
  duplicate: 'duplicate',
  /** A row that was read names it, and nothing of it is there. */
  missing: 'missing',
} as const

export type Loss = keyof typeof LOSSES

/** Something that a salvage could not get out as it was. */
export interface LostRow {
  readonly table: StoredTable
  /** Its key by column, as far as it is known; empty where only this is known, that rows are missing. */
  readonly key: StoredRow
  /** The column that is lost; `null` where the row is, and is not in the bundle. */
  readonly column: string | null
  readonly reason: Loss
  /** What was found, for people. */
  readonly message: string
  /** What could be read of it, by column. No hash vouches for it: it may be as damaged as the rest. */
  readonly found: StoredRow
}

/** What a line of a bundle says is lost; `null` where it says nothing of the kind. */
export function lostRowIn(value: JsonValue): LostRow | null {
  if (!isObject(value)) return null
  const { table, key, column, reason, message, found } = value
  const isLost =
    typeof table === 'string' &&
    Object.hasOwn(TABLES, table) &&
    typeof reason === 'string' &&
    Object.hasOwn(LOSSES, reason) &&
    (column === null || typeof column === 'string') &&
    typeof message === 'string' &&
    isStored(key) &&
    isStored(found)
  if (!isLost) return null
  return { table: table as StoredTable, key, column, reason: reason as Loss, message, found }
}

function isStored(value: JsonValue | undefined): value is Record<string, string | number | bigint | null> {
  if (value === undefined || !isObject(value)) return false
  return Object.values(value).every(
    (one) => one === null || typeof one === 'string' || typeof one === 'number' || typeof one === 'bigint',
  )
}

function isObject(value: JsonValue): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
