import type { Connection } from './connection.js'
import type { MigrationProgress, StepContext } from './progress.js'

/** Rows of the first chunk, and the most of any. */
const FIRST_CHUNK = 500
const LARGEST_CHUNK = 50_000
/** How long one chunk should take, in milliseconds: the event loop waits that long. */
const CHUNK_MS = 50

/** A run of a table's rows. The numbers are text, as a rowid may exceed what a number holds. */
export interface RowRange {
  readonly from: string
  readonly to: string
}

/** The condition that a row lies in a range; its parameters are {@link RowRange.from} and {@link RowRange.to}. */
export const IN_RANGE = 'rowid BETWEEN CAST(? AS INTEGER) AND CAST(? AS INTEGER)'

/**
 * Goes through a table in ranges of its rows, with a turn of the event loop after each. Ranges grow and shrink so that
 * each takes about the same time. An INSERT in it should say OR ROLLBACK: the transaction ends at an error anyway, and
 * SQLite need not note for each chunk how to undo it alone, which costs a third.
 */
export async function inChunks(
  connection: Connection,
  context: StepContext,
  {
    phase,
    table,
    largest = LARGEST_CHUNK,
  }: { phase: MigrationProgress['phase']; table: string; largest?: number },
  work: (range: RowRange) => Promise<void>,
): Promise<void> {
  const total = await connection.count(`SELECT count(*) AS n FROM "${table}"`)
  await context.progress(phase, table, 0, total)
  let size = Math.min(FIRST_CHUNK, largest)
  let done = 0
  let next = await firstRow(connection, table)
  while (next !== null) {
    const start = performance.now()
    const { to, rows } = await endOfRange(connection, table, next, size)
    await work({ from: next, to })
    done += rows
    await context.progress(phase, table, done, total)
    const factor = CHUNK_MS / Math.max(1, performance.now() - start)
    size = Math.round(Math.min(largest, Math.max(1, size * Math.min(2, factor))))
    next = await rowAfter(connection, table, to)
  }
}

interface RowidRow {
  readonly rowid: string | null
}

async function firstRow(connection: Connection, table: string): Promise<string | null> {
  const row = await connection.row<RowidRow>(`SELECT CAST(min(rowid) AS TEXT) AS rowid FROM "${table}"`)
  return row?.rowid ?? null
}

async function rowAfter(connection: Connection, table: string, rowid: string): Promise<string | null> {
  const row = await connection.row<RowidRow>(
    `SELECT CAST(min(rowid) AS TEXT) AS rowid FROM "${table}" WHERE rowid > CAST(? AS INTEGER)`,
    rowid,
  )
  return row?.rowid ?? null
}

async function endOfRange(
  connection: Connection,
  table: string,
  from: string,
  size: number,
): Promise<{ to: string; rows: number }> {
  const row = await connection.row<{ to: string | null; n: number }>(
    `SELECT CAST(max(rowid) AS TEXT) AS "to", count(*) AS n FROM
      (SELECT rowid FROM "${table}" WHERE rowid >= CAST(? AS INTEGER) ORDER BY rowid LIMIT ?)`,
    from,
    size,
  )
  return { to: row?.to ?? from, rows: row?.n ?? 0 }
}
