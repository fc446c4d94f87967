import type { StoredRow } from '@tract/repositories'
import type { Connection } from '../connection.js'
import type { Session } from '../session.js'
import { asFound, ROW_ID, rowIdIn, type StoredForm } from '../stored-form.js'

/** Keys read at a time. */
const STRETCH = 1_000
/** Row ids tried at a time. */
const TRIES = 2_000
/** How many ids behind damage are tried where no index tells which there are. */
const GUESSES = 20_000

interface Index {
  readonly name: string
  readonly origin: string
  readonly partial: number
}

interface Id {
  readonly id: number | bigint
}

/** The row ids that the indexes of a table name: where to look for rows beyond a page that cannot be read. */
export class IndexedIds {
  readonly #ids: readonly bigint[]
  /** Whether at least one index could be read whole, so that it names every row. */
  readonly areAll: boolean

  private constructor(ids: readonly bigint[], areAll: boolean) {
    this.#ids = ids
    this.areAll = areAll
  }

  /** Reads the indexes of a table, each from both its ends, until one could be read whole. */
  static async of(session: Session, table: string): Promise<IndexedIds> {
    const found = new Set<number | bigint>()
    let areAll = false
    for (const index of await session.read((db) => indexesOf(db, table))) {
      const forwards = await session.read((db) => idsIn(db, table, index.name, 'ASC'))
      for (const { id } of forwards.rows) found.add(id)
      areAll = forwards.damage === null
      if (areAll) break
      const backwards = await session.read((db) => idsIn(db, table, index.name, 'DESC'))
      for (const { id } of backwards.rows) found.add(id)
    }
    const ids = [...found]
      .map((id) => rowIdIn(table, id))
      .sort((one, other) => (one < other ? -1 : one > other ? 1 : 0))
    return new IndexedIds(ids, areAll)
  }

  /** The ids in their order. */
  get all(): Iterable<bigint> {
    return this.#ids
  }

  /** The first row behind an id whose page can be read; `null` where there is none. */
  async nextReachable(session: Session, selectIdsFrom: string, behind: bigint): Promise<bigint | null> {
    const candidates = this.#candidates(behind)
    for (let some = take(candidates, TRIES); some.length > 0; some = take(candidates, TRIES)) {
      const reached = await session.read((db) =>
        some.find((id) => {
          const { rows, damage } = db.readableRows<Record<string, number | bigint>>(selectIdsFrom, id, 1)
          const [there] = rows
          return damage === null && there !== undefined
        }),
      )
      if (reached !== undefined) return reached
    }
    return null
  }

  *#candidates(behind: bigint): Generator<bigint, void, undefined> {
    if (!this.areAll) for (let step = 1n; step <= GUESSES; step++) yield behind + step
    for (const id of this.#ids) if (id > behind) yield id
  }
}

/** A row id as a number, or as it is where a number would round it. */
export function exactId(id: bigint): number | bigint {
  const number = Number(id)
  return Number.isSafeInteger(number) ? number : id
}

function take<Item>(items: Iterator<Item>, count: number): Item[] {
  const taken: Item[] = []
  while (taken.length < count) {
    const { done, value } = items.next()
    if (done === true) break
    taken.push(value)
  }
  return taken
}

function indexesOf(db: Connection, table: string): readonly Index[] {
  const sql = 'SELECT name, origin, partial FROM pragma_index_list(?)'
  return db.readableRows<Index>(sql, table).rows.filter(({ partial }) => partial === 0)
}

function idsIn(db: Connection, table: string, index: string, order: string) {
  const [first] = db.readableRows<{ name: string }>('SELECT name FROM pragma_index_info(?)', index).rows
  if (first === undefined) return { rows: [], damage: new Error(`index ${index} has no columns`) }
  const sql = `SELECT rowid AS id FROM ${table} INDEXED BY "${index}" ORDER BY "${first.name}" ${order}`
  return db.readableRows<Id>(sql)
}

/** The keys of a table's rows by the index that holds them, as far as it can be read, with the ids of their rows. */
export async function* keysInIndex(
  session: Session,
  stored: StoredForm,
): AsyncGenerator<{ readonly id: bigint; readonly key: StoredRow }, void, undefined> {
  const { table, keyColumns } = stored
  const indexes = await session.read((db) => indexesOf(db, table))
  const ofKey = indexes.find(({ origin }) => origin === 'pk')
  if (ofKey === undefined) {
    // The key is the row id itself, and any index names it.
    const { all } = await IndexedIds.of(session, table)
    for (const id of all) yield { id, key: { [keyColumns[0] ?? '']: exactId(id) } }
    return
  }
  const names = keyColumns.map((name) => `"${name}"`).join(', ')
  const select = `SELECT rowid AS "${ROW_ID}", ${names} FROM ${table} INDEXED BY "${ofKey.name}"`
  const places = keyColumns.map(() => '?').join(', ')
  for (const [order, behind] of [
    ['ASC', '>'],
    ['DESC', '<'],
  ]) {
    const by = keyColumns.map((name) => `"${name}" ${order}`).join(', ')
    const rest = `ORDER BY ${by} LIMIT ${STRETCH}`
    let last: StoredRow | undefined
    for (;;) {
      const from = last
      const { rows, damage } = await session.read((db) =>
        from === undefined
          ? db.readableRows<StoredRow>(`${select} ${rest}`)
          : db.readableRows<StoredRow>(
              `${select} WHERE (${names}) ${behind} (${places}) ${rest}`,
              ...keyColumns.map((name) => from[name] ?? null),
            ),
      )
      for (const { [ROW_ID]: id, ...key } of rows) yield { id: rowIdIn(table, id), key: asFound(key) }
      if (damage !== null) break
      if (rows.length < STRETCH) return
      last = rows.at(-1)
    }
  }
}
