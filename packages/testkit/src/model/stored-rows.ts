import {
  AlreadyExistsError,
  MissingReferenceError,
  type ReadableRow,
  type StoredRow,
  StoredRowRepository,
  type StoredTable,
} from '@tract/repositories'
import { idFor } from './rules.js'
import { copyOf, type ModelState, restore } from './state.js'
import { decoded, STORED_FORMS, stored } from './stored-form.js'

/** What a column names, where it is not null: a row that has this value in its key. */
const REFERENCES: Partial<Record<StoredTable, Readonly<Record<string, StoredTable>>>> = {
  commits: { content_hash: 'blobs', parent_hash: 'commits', response_to: 'commits' },
  commit_parents: { commit_hash: 'commits', parent_hash: 'commits' },
  annotations: { target_hash: 'commits' },
  refs: { commit_hash: 'commits' },
  operation_commits: { event_id: 'operation_events', commit_hash: 'commits' },
  compile_effectives: { record_id: 'compile_records', commit_hash: 'commits' },
  spawn_pointers: { parent_commit_hash: 'commits' },
}

export class ModelStoredRowRepository extends StoredRowRepository {
  readonly #state: ModelState

  constructor(state: ModelState) {
    super()
    this.#state = state
  }

  override async read(
    table: StoredTable,
    column: string,
    values: readonly string[],
  ): Promise<readonly StoredRow[]> {
    return this.#all(table).filter((row) => row[column] !== null && values.includes(String(row[column])))
  }

  override async *iterateReadable(table: StoredTable): AsyncGenerator<ReadableRow, void, undefined> {
    for (const row of this.#all(table)) yield { row, damage: null }
  }

  override async insert(
    table: StoredTable,
    rows: readonly StoredRow[],
  ): Promise<readonly (StoredRow | null)[]> {
    const before = copyOf(this.#state)
    try {
      return rows.map((row) => this.#insert(table, row))
    } catch (error) {
      restore(this.#state, before)
      throw error
    }
  }

  override async fill(table: StoredTable, rows: readonly StoredRow[]): Promise<number> {
    const { key } = STORED_FORMS[table]
    const list: object[] = this.#state[STORED_FORMS[table].rows]
    let count = 0
    for (const row of rows) {
      const all = this.#all(table)
      const at = all.findIndex((other) => key.every((column) => other[column] === row[column]))
      if (at < 0) continue
      const names = Object.keys(all[at] ?? {})
      const filled = Object.fromEntries(names.map((name) => [name, all[at]?.[name] ?? row[name] ?? null]))
      this.#assertReferences(table, filled)
      const added = decoded(table, filled)
      list[at] = added
      this.#state.texts.set(added, filled)
      count++
    }
    return count
  }

  #insert(table: StoredTable, row: StoredRow): StoredRow | null {
    const { rows, key } = STORED_FORMS[table]
    const all = this.#all(table)
    const known = all.find((other) => key.every((column) => other[column] === row[column]))
    if (known !== undefined) return known
    if (table === 'spawn_pointers' && all.some((other) => other.child_tract_id === row.child_tract_id)) {
      throw new AlreadyExistsError('spawn pointer', { childTractId: String(row.child_tract_id) })
    }
    this.#assertReferences(table, row)
    const added = decoded(table, row)
    if (key[0] === 'id') {
      const stated = row.id === null || row.id === undefined ? undefined : Number(row.id)
      added.id = idFor(this.#state, table, [], stated)
    }
    const list: object[] = this.#state[rows]
    list.push(added)
    this.#state.texts.set(added, { ...row })
    return null
  }

  #assertReferences(table: StoredTable, row: StoredRow): void {
    for (const [column, target] of Object.entries(REFERENCES[table] ?? {})) {
      const named = row[column] ?? null
      const [targetKey = ''] = STORED_FORMS[target].key
      const isGap = named !== null && !this.#state.allowsGaps
      if (isGap && !this.#all(target).some((other) => other[targetKey] === named)) {
        throw new MissingReferenceError(table, column, target, String(named))
      }
    }
  }

  #all(table: StoredTable): StoredRow[] {
    return this.#state[STORED_FORMS[table].rows].map((row) => stored(table, row, this.#state.texts.get(row)))
  }
}
