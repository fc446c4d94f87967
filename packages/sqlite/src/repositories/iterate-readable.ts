import type { ReadableRow, RowDamage, StoredRow, StoredValue } from '@tract/repositories'
import type { Session } from '../session.js'
import { asFound, ROW_ID, rowIdIn } from '../stored-form.js'
import type { TableForms } from '../table-forms.js'
import { exactId, IndexedIds, keysInIndex } from './indexed-rows.js'
import { RowIds } from './row-ids.js'

/** Rows read at a time. */
const STRETCH = 500
/** Before every row id, and behind. */
const FIRST_ID = -(2n ** 63n)
const LAST_ID = 2n ** 63n - 1n

/** The form of a table. */
export type AnyForm = TableForms[keyof TableForms]

type RowWithId = Readonly<Record<string, StoredValue | Uint8Array>>

/**
 * The rows of a table in the order of their ids, in stretches. Where a stretch meets what cannot be read, it goes on
 * behind: at the next row whose page can be read, which the indexes help to find. In the end the index of the table's key
 * tells which rows were not met, and what the damaged ones were called; the first are asked for one by one.
 */
export async function* iterateReadable(
  session: Session,
  form: AnyForm,
): AsyncGenerator<ReadableRow, void, undefined> {
  const walk = new Walk(session, form)
  yield* walk.rows()
  yield* walk.rest()
}

class Walk {
  readonly #session: Session
  readonly #form: AnyForm
  readonly #met = new RowIds()
  readonly #again = new Contents()
  readonly #given = new RowIds()
  /** What was found of rows that are not given, by their ids: their key may be damaged too. */
  readonly #damaged = new Map<number | string, RowDamage>()
  #indexed: IndexedIds | undefined
  /** The last id, where the walk came to the end of the table undisturbed. */
  #last: bigint | null = null

  constructor(session: Session, form: AnyForm) {
    this.#session = session
    this.#form = form
  }

  async *rows(): AsyncGenerator<ReadableRow, void, undefined> {
    const { selectFrom } = this.#form.stored
    for (let from = FIRST_ID; from <= LAST_ID; ) {
      const start: bigint = from
      const { rows, damage } = await this.#session.read((db) =>
        db.readableRows<RowWithId>(selectFrom, start, STRETCH),
      )
      for (const row of rows) yield* this.#take(row)
      const end: RowWithId | undefined = rows.at(-1)
      // A row whose id was changed can stand between others; it leads nowhere where it is the last one.
      if (end !== undefined) from = this.#idOf(end) >= start ? this.#idOf(end) + 1n : start
      if (damage === null && rows.length < STRETCH) {
        this.#last = from - 1n
        return
      }
      if (damage === null && from > start) continue
      const message = damage?.message ?? 'rows out of order'
      const id = await this.#idAt(from)
      if (id !== null) {
        this.#met.add(asKey(id))
        this.#damaged.set(asKey(id), await partOf(this.#session, this.#form, id, message))
        from = id + 1n
        continue
      }
      this.#indexed ??= await IndexedIds.of(this.#session, this.#form.stored.table)
      if (!this.#indexed.areAll) yield lost({ key: {}, column: null, found: {}, message })
      const next = await this.#indexed.nextReachable(this.#session, this.#form.stored.selectIdsFrom, from)
      if (next === null) return
      from = next
    }
  }

  /** What the index of the key knows besides, and the damaged rows. */
  async *rest(): AsyncGenerator<ReadableRow, void, undefined> {
    const { stored } = this.#form
    for await (const { id, key } of keysInIndex(this.#session, stored)) {
      const damage = this.#damaged.get(asKey(id))
      this.#damaged.delete(asKey(id))
      const isLater = this.#last !== null && id > this.#last
      if (damage === undefined && (isLater || !this.#met.add(asKey(id)))) continue
      const found = await this.#rowAt(id)
      if (damage === undefined) {
        yield found ?? lost({ key, column: null, found: key, message: UNREACHABLE })
      } else if (found === null || found.row === null || !hasKey(found.row, key)) {
        yield lost({ ...damage, key })
      } else if (this.#given.add(asKey(id))) {
        // Only its number stood in a damaged row.
        yield found
      }
    }
    for (const damage of this.#damaged.values()) yield lost(damage)
  }

  *#take(row: RowWithId): Generator<ReadableRow, void, undefined> {
    const id = asKey(this.#idOf(row))
    // Only damage gives a number twice: two rows have it, or the way led back. The same row comes no third time.
    if (!this.#met.add(id) && !this.#again.add(row)) return
    const readable = readableRow(this.#form, row)
    if (readable.row !== null) this.#given.add(id)
    if (readable.row !== null || this.#damaged.has(id)) yield readable
    else if (readable.damage !== null) this.#damaged.set(id, readable.damage)
  }

  /** The id of the first row from one on, where that much of it can be read. */
  async #idAt(from: bigint): Promise<bigint | null> {
    const { rows } = await this.#session.read((db) =>
      db.readableRows<RowWithId>(this.#form.stored.selectIdsFrom, from, 1),
    )
    const [row] = rows
    return row !== undefined && this.#idOf(row) >= from ? this.#idOf(row) : null
  }

  /** The row of an id, where the way to it can be read. */
  async #rowAt(id: bigint): Promise<ReadableRow | null> {
    const { rows } = await this.#session.read((db) =>
      db.readableRows<RowWithId>(this.#form.stored.selectFrom, id, 1),
    )
    const [row] = rows
    return row !== undefined && this.#idOf(row) === id ? readableRow(this.#form, row) : null
  }

  #idOf(row: RowWithId): bigint {
    return rowIdIn(this.#form.table, row[ROW_ID])
  }
}

const UNREACHABLE = 'the index names a row that cannot be reached'

function lost(damage: RowDamage): ReadableRow {
  return { row: null, damage }
}

function hasKey(row: StoredRow, key: StoredRow): boolean {
  return Object.entries(key).every(([column, value]) => row[column] === value)
}

/** Rows by all that they hold. */
class Contents {
  readonly #texts = new Set<string>()

  /** Adds one. Returns whether it was new. */
  add(row: RowWithId): boolean {
    const { size } = this.#texts
    const text = JSON.stringify(row, (_, value) => (typeof value === 'bigint' ? `${value}n` : value))
    return this.#texts.add(text).size > size
  }
}

function asKey(id: bigint): number | string {
  const exact = exactId(id)
  return typeof exact === 'number' ? exact : String(exact)
}

/** A row that was read, without a value that no writer leaves where it may be missing. */
function readableRow(form: AnyForm, { [ROW_ID]: _, ...row }: RowWithId): ReadableRow {
  const damages = form.damageOf(row)
  const [damage] = damages
  if (damage === undefined) return { row: row as StoredRow, damage: null }
  const isOne = damages.length === 1
  const found = asFound(row)
  const told: RowDamage = {
    key: keyIn(form, found),
    column: isOne ? damage.column : null,
    found,
    message: damages
      .map(({ column, found, expected }) => `${column}: found ${found}, expected ${expected}`)
      .join('; '),
  }
  const canStand = isOne && damage.isNullable
  return { row: canStand ? ({ ...row, [damage.column]: null } as StoredRow) : null, damage: told }
}

/** What can be read of a row whose values cannot be read together. */
async function partOf(session: Session, form: AnyForm, id: bigint, message: string): Promise<RowDamage> {
  const { stored } = form
  const part: Record<string, StoredValue | Uint8Array> = {}
  const lost: string[] = []
  for (const column of stored.columnNames) {
    const { rows, damage } = await session.read((db) =>
      db.readableRows<RowWithId>(stored.selectValue(column), id),
    )
    if (damage === null) part[column] = rows[0]?.value ?? null
    else lost.push(column)
  }
  const found = asFound(part)
  const column = lost.length === 1 ? (lost[0] ?? null) : null
  const where = lost.length === 0 ? message : `${lost.join(', ')}: ${message}`
  return { key: keyIn(form, found), column, found, message: where }
}

function keyIn({ stored }: AnyForm, found: StoredRow): StoredRow {
  const names = stored.keyColumns.filter((name) => found[name] !== undefined && found[name] !== null)
  return Object.fromEntries(names.map((name) => [name, found[name] ?? null]))
}
