import { DamagedDataError, InvalidInputError } from '@tract/repositories'
import type { Report } from './finding.js'

/** How many rows are read at once. */
const ROWS_AT_ONCE = 1000

/** How many payloads are read at once: each may be megabytes long. */
export const PAYLOADS_AT_ONCE = 50

/** A list in parts, so that a large tract is never in memory whole. */
export function* chunksOf<Item>(items: readonly Item[], size = ROWS_AT_ONCE): Generator<readonly Item[]> {
  for (let start = 0; start < items.length; start += size) yield items.slice(start, start + size)
}

/** The same of what comes one by one. */
export async function* chunksAsTheyCome<Item>(
  items: AsyncIterable<Item>,
  size = ROWS_AT_ONCE,
): AsyncGenerator<readonly Item[], void, undefined> {
  let some: Item[] = []
  for await (const item of items) {
    some.push(item)
    if (some.length < size) continue
    yield some
    some = []
  }
  if (some.length > 0) yield some
}

/** Reads many rows; where one of them cannot be read, reads each by itself and reports those. */
export async function readAll<Row>(
  keys: readonly string[],
  many: (keys: readonly string[]) => Promise<Map<string, Row>>,
  one: (key: string) => Promise<Row | null>,
  report: Report,
): Promise<Map<string, Row>> {
  try {
    return await many(keys)
  } catch (error) {
    if (!isDamage(error)) throw error
  }
  const rows = new Map<string, Row>()
  for (const key of keys) {
    const row = await readable(() => one(key), key, report)
    if (row !== null && row !== undefined) rows.set(key, row)
  }
  return rows
}

/** What a read gives; reports, and gives `undefined`, where the data is damaged. */
export async function readable<Result>(
  read: () => Promise<Result>,
  at: string,
  report: Report,
): Promise<Result | undefined> {
  try {
    return await read()
  } catch (error) {
    if (!isDamage(error)) throw error
    report('unreadable', at, error.message)
    return undefined
  }
}

/** A damaged row may name what no question may ask for: a hash with a NUL character in it, say. */
export function isDamage(error: unknown): error is DamagedDataError | InvalidInputError {
  return error instanceof DamagedDataError || error instanceof InvalidInputError
}
