import type { StoredRow, StoredTable, StoredValue, Transaction } from '@tract/repositories'
import { BundleConflictError } from '../errors.js'
import { groupBy } from '../group.js'
import { checkFlag, checkStore, readOptions } from '../input.js'
import { chunksOf } from '../verify/reading.js'
import { type Gap, RowCheck } from './check-row.js'
import { canBeFilled, TABLES } from './format.js'
import { checkSource, type TextSource } from './lines.js'
import type { LostRow } from './lost-row.js'
import { type BundleListener, type ReadRow, readBundle } from './read-bundle.js'

/** What {@link importBundle} does where the store holds something else. */
export interface ImportBundleOptions {
  /** Keep the refs that the store has, where the bundle has them elsewhere; otherwise that is a conflict. `false` unless given. */
  readonly keepRefs?: boolean
  /**
   * Take what a salvage has gaps in, and fill the gaps of an earlier one. Rows whose hash fits are taken though what they
   * name is not there; `verify` tells such gaps, and importing an older bundle that has the missing rows fills them. Where a
   * column that no hash covers is `null` in the store and not in the bundle, and the rows are equal otherwise, the store
   * takes the bundle's value, and keeps its own where it is the bundle that has `null`; without `allowGaps` both are
   * conflicts. Only outside of a transaction. `false` unless given.
   */
  readonly allowGaps?: boolean
}

/** What {@link importBundle} did. */
export interface ImportedBundle {
  /** The tracts that are in the bundle whole. */
  readonly tracts: readonly string[]
  /** Rows that were stored or filled, by table. */
  readonly written: Readonly<Record<string, number>>
  /** Rows that were there already. */
  readonly present: number
  /** What the salvage that made the bundle lost; empty for another bundle. */
  readonly lost: readonly LostRow[]
  /** What rows of the bundle name and the store does not hold; empty unless gaps are allowed. */
  readonly gaps: readonly Gap[]
}

/** No row has a longer key, whatever a damaged one names. */
const LONGEST_KEY = 64
/** How many rows are stored at once. */
const BATCH = 500

/**
 * Brings a bundle into a store: every hash is recomputed before its row is stored, the digest of the whole before anything
 * is committed. All of it or nothing; what is there already is left, so that a second import changes nothing.
 *
 * Nobody else writes in the store until the source has come to its end: one that is slow should lie in a file first.
 *
 * @param source the text of the bundle, in parts of any size
 * @throws {@link ForeignBundleError} where it is no bundle, or of another version
 * @throws {@link DamagedBundleError} where it was cut or changed
 * @throws {@link BundleConflictError} where the store holds another row under a key
 * @throws {@link InsideTransactionError} where gaps are to be allowed inside a transaction that does not
 */
export async function importBundle(
  store: Transaction,
  source: TextSource,
  options: ImportBundleOptions = {},
): Promise<ImportedBundle> {
  checkStore(store)
  const { keepRefs = false, allowGaps = false } = readOptions('options', options, ['keepRefs', 'allowGaps'])
  checkFlag('options.keepRefs', keepRefs)
  checkFlag('options.allowGaps', allowGaps)
  checkSource(source)
  const work = async (tx: Transaction): Promise<ImportedBundle> => {
    let tracts: readonly string[] = []
    const lost: LostRow[] = []
    const check = new RowCheck(allowGaps)
    const seen: Seen = new Map()
    const written: Record<string, number> = {}
    let present = 0
    let batch: ReadRow[] = []
    const flush = async () => {
      const [first] = batch
      if (first === undefined) return
      const { table } = first
      const rows = batch.map(({ row }) => row)
      const stored = TABLES[table].isLog
        ? await storeLog(tx, table, rows, seen)
        : await storeRows(tx, table, rows, { keepRefs, allowGaps })
      if (stored > 0) written[table] = (written[table] ?? 0) + stored
      present += batch.length - stored
      batch = []
    }
    const listener: BundleListener = {
      onHeader: (ids) => {
        tracts = ids
      },
      onLost: (one) => lost.push(one),
    }
    for await (const read of readBundle(source, listener)) {
      check.check(read)
      if (batch.length === BATCH || (batch[0] !== undefined && batch[0].table !== read.table)) await flush()
      batch.push(read)
    }
    check.finish()
    await flush()
    return { tracts, written, present, lost, gaps: await stillMissing(tx, check.gaps) }
  }
  return store.transaction(work, { allowGaps })
}

/** Those of the gaps that the store does not fill. */
async function stillMissing(tx: Transaction, gaps: readonly Gap[]): Promise<readonly Gap[]> {
  const missing: Gap[] = []
  for (const [table, some] of groupBy(gaps, ({ table }) => table)) {
    const [column = ''] = TABLES[table].key
    for (const few of chunksOf(some)) {
      const keys = few.map(({ key }) => key).filter((key) => key !== '' && key.length <= LONGEST_KEY)
      const rows = await tx.storedRows.read(table, column, keys)
      const there = new Set(rows.map((row) => String(row[column])))
      missing.push(...few.filter(({ key }) => !there.has(key)))
    }
  }
  return missing
}

/** Returns how many rows were new, or filled. */
async function storeRows(
  tx: Transaction,
  table: StoredTable,
  rows: readonly StoredRow[],
  { keepRefs, allowGaps }: Required<ImportBundleOptions>,
): Promise<number> {
  const { fresh, known } = table === 'spawn_pointers' ? await spawnsIn(tx, rows) : { fresh: rows, known: [] }
  const before = await tx.storedRows.insert(table, fresh)
  const pairs = [...known, ...before.map((was, index) => ({ was, row: fresh[index] ?? {} }))]
  const filling: StoredRow[] = []
  let stored = 0
  for (const { was, row } of pairs) {
    if (was === null) stored++
    // One hash is one payload; who counted its tokens, and when it came, is the first writer's.
    else if (table !== 'blobs' && !(keepRefs && table === 'refs')) {
      assertSame(table, was, row, allowGaps)
      if (lacksSome(table, was, row)) filling.push({ ...was, ...row })
    }
  }
  return stored + (await tx.storedRows.fill(table, filling))
}

/** Whether the bundle has what is `null` in the store, in rows that are the same apart from such columns. */
function lacksSome(table: StoredTable, was: StoredRow, row: StoredRow): boolean {
  return TABLES[table].columns.some(
    (column) => (was[column] ?? null) === null && (row[column] ?? null) !== null,
  )
}

/** How often a row without a key has come so far. */
type Seen = Map<string, number>

/** Rows without a key of their own are told by all they hold, and by how often the store has them. */
async function storeLog(
  tx: Transaction,
  table: StoredTable,
  rows: readonly StoredRow[],
  seen: Seen,
): Promise<number> {
  const { columns } = TABLES[table]
  const column = table === 'annotations' ? 'target_hash' : 'tract_id'
  const textOf = (row: StoredRow) =>
    JSON.stringify([table, ...columns.map((name) => textOfValue(row[name] ?? null))])
  const values = [...new Set(rows.map((row) => String(row[column])))]
  const counts = new Map<string, number>()
  for (const row of await tx.storedRows.read(table, column, values)) add(counts, textOf(row))
  const fresh = rows.filter((row) => {
    const text = textOf(row)
    const isNew = add(seen, text) > (counts.get(text) ?? 0)
    if (isNew) add(counts, text)
    return isNew
  })
  await tx.storedRows.insert(table, fresh)
  return fresh.length
}

function add(counts: Map<string, number>, text: string): number {
  const count = (counts.get(text) ?? 0) + 1
  counts.set(text, count)
  return count
}

/** A row that the store has, and the bundle's. */
interface Pair {
  readonly was: StoredRow
  readonly row: StoredRow
}

/** The pointers that are new, and those that are not: the store knows them by an id, others by their child. */
async function spawnsIn(
  tx: Transaction,
  rows: readonly StoredRow[],
): Promise<{ readonly fresh: readonly StoredRow[]; readonly known: readonly Pair[] }> {
  const children = rows.map((row) => String(row.child_tract_id))
  const known = await tx.storedRows.read('spawn_pointers', 'child_tract_id', children)
  const byChild = new Map(known.map((row) => [row.child_tract_id, row]))
  const fresh: StoredRow[] = []
  const pairs: Pair[] = []
  for (const row of rows) {
    const was = byChild.get(row.child_tract_id ?? null)
    if (was === undefined) fresh.push(row)
    else pairs.push({ was, row })
  }
  return { fresh, known: pairs }
}

/** @param allowGaps whether a column that can be filled may be `null` on one side */
function assertSame(table: StoredTable, was: StoredRow, row: StoredRow, allowGaps: boolean): void {
  const { columns, key } = TABLES[table]
  const differing = columns.filter((column) => {
    const [one, other] = [was[column] ?? null, row[column] ?? null]
    const isGap = allowGaps && canBeFilled(table, column) && (one === null || other === null)
    return !isGap && !isSame(one, other)
  })
  if (differing.length === 0) return
  throw new BundleConflictError(table, key.map((column) => String(row[column])).join(', '), differing)
}

/** A number may be a `bigint` on one side; text that reads as one, or as `null`, is another value. */
function isSame(one: StoredValue, other: StoredValue): boolean {
  const isText = typeof one === 'string' || typeof other === 'string' || one === null || other === null
  return isText ? one === other : String(one) === String(other)
}

function textOfValue(value: StoredValue): string | null {
  return value === null ? null : `${typeof value === 'string'} ${value}`
}
