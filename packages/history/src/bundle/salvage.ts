import type { ReadableRow, Repositories, RowDamage, StoredRow, StoredTable } from '@tract/repositories'
import { groupBy } from '../group.js'
import { isPayloadOf } from '../payload.js'
import { hashFit } from '../verify/commit-hash.js'
import type { BundleWriter } from './bundle-writer.js'
import { commitOfStored } from './commit-of-stored.js'
import { canBeFilled, REFERENCES, TABLES } from './format.js'
import { Hashes } from './hashes.js'
import type { Loss } from './lost-row.js'

type Lines = AsyncGenerator<string, void, undefined>

/** The lines of all that can be read of a store and proven, each row behind those it names, and of what is lost. */
export async function* salvage(store: Repositories, writer: BundleWriter): Lines {
  // No tract is surely in it whole.
  yield writer.header([])
  const salvage = new Salvage(store, writer)
  for (const table of Object.keys(TABLES) as StoredTable[]) yield* salvage.rowsOf(table)
  yield* salvage.missing()
}

class Salvage {
  readonly #store: Repositories
  readonly #writer: BundleWriter
  /** The keys of the rows that are in the bundle, by table. */
  readonly #written = new Map<StoredTable, Hashes>()
  /** Keys that rows in the bundle name and that had not come before them, by table. */
  readonly #named = new Map<StoredTable, Set<string>>()
  /** Keys that were told to be lost, by table. */
  readonly #told = new Map<StoredTable, Set<string>>()
  /** The links to parents, by the hash of the merge: some hashes cover them. */
  #links = new Map<string, readonly string[]>()
  /** Commits that wait for one that they stand on, by that. */
  readonly #waiting = new Map<string, StoredRow[]>()
  /** Commits whose line was written; their key is known before, so that a second row with it is told. */
  readonly #arrived = new Hashes()
  /** Commits that are not waited for any more. */
  readonly #givenUp = new Set<string>()

  constructor(store: Repositories, writer: BundleWriter) {
    this.#store = store
    this.#writer = writer
  }

  async *rowsOf(table: StoredTable): Lines {
    if (table === 'commits') this.#links = await this.#readLinks()
    for await (const read of this.#store.storedRows.iterateReadable(table)) yield* this.#take(table, read)
    if (table === 'commits') yield* this.#placeTheRest()
  }

  /** What rows name and nothing was seen of. */
  *missing(): Generator<string, void, undefined> {
    for (const [table, keys] of this.#named) {
      const [column = ''] = TABLES[table].key
      for (const key of keys) {
        if (this.#isWritten(table, key) || this.#told.get(table)?.has(key)) continue
        const damage = { key: { [column]: key }, column: null, found: {}, message: 'only its name is there' }
        yield* this.#lose(table, damage, 'missing')
      }
    }
  }

  async #readLinks(): Promise<Map<string, readonly string[]>> {
    const links: StoredRow[] = []
    for await (const { row } of this.#store.storedRows.iterateReadable('commit_parents')) {
      if (row !== null) links.push(row)
    }
    const byCommit = groupBy(links, ({ commit_hash }) => String(commit_hash))
    return new Map(
      [...byCommit].map(([hash, some]) => [hash, some.map(({ parent_hash }) => String(parent_hash))]),
    )
  }

  *#take(table: StoredTable, { row, damage }: ReadableRow): Generator<string, void, undefined> {
    const stays = row !== null && (damage === null || canLack(table, damage.column))
    if (damage !== null) {
      const whole = { ...damage, column: null, found: { ...row, ...damage.found } }
      yield* this.#lose(table, stays ? damage : whole, 'unreadable')
    }
    if (!stays) return
    const doubt = this.#doubt(table, row)
    if (doubt !== null) {
      const key = Object.fromEntries(TABLES[table].key.map((column) => [column, row[column] ?? null]))
      yield* this.#lose(table, { key, column: null, found: row, message: doubt.message }, doubt.loss)
    } else if (table === 'commits') yield* this.#place(row)
    else yield this.#write(table, row)
  }

  /** Why a row is not to be taken for right. */
  #doubt(table: StoredTable, row: StoredRow): { readonly loss: Loss; readonly message: string } | null {
    if (table === 'blobs' && !isPayloadOf(String(row.content_hash), String(row.payload_json))) {
      return { loss: 'hash', message: 'another text than the one that the hash names' }
    }
    if (table === 'commits' && !this.#isCommit(row)) {
      return {
        loss: 'hash',
        message: 'other fields, or other links to parents, than those that the hash names',
      }
    }
    if (TABLES[table].isLog || this.#keysOf(table).add(keyText(table, row))) return null
    return { loss: 'duplicate', message: 'another row than the one that has its key' }
  }

  #isCommit(row: StoredRow): boolean {
    const commit = commitOfStored(row)
    return commit !== null && hashFit(commit, this.#links.get(commit.commitHash) ?? []) !== 'none'
  }

  /** Writes a commit, and those that waited for it; or lets it wait for what it stands on. */
  *#place(row: StoredRow): Generator<string, void, undefined> {
    const open = [row]
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      const hash = String(next.commit_hash)
      const awaited = namedBy('commits', next).find(
        ({ target, key }) => target === 'commits' && key !== hash && !this.#hasCome(key),
      )
      if (awaited !== undefined) {
        const others = this.#waiting.get(awaited.key) ?? []
        others.push(next)
        this.#waiting.set(awaited.key, others)
        continue
      }
      this.#arrived.add(hash)
      yield this.#write('commits', next)
      open.push(...this.#takeWaiting(hash))
    }
  }

  #hasCome(hash: string): boolean {
    return this.#arrived.has(hash) || this.#givenUp.has(hash)
  }

  #takeWaiting(hash: string): readonly StoredRow[] {
    const waiting = this.#waiting.get(hash) ?? []
    this.#waiting.delete(hash)
    return waiting.toReversed()
  }

  /** What still waits stands on what is lost; what waits in a circle, which only damage makes, comes last. */
  *#placeTheRest(): Generator<string, void, undefined> {
    while (this.#waiting.size > 0) {
      const waiting = new Set([...this.#waiting.values()].flat().map((row) => String(row.commit_hash)))
      const lost = [...this.#waiting.keys()].filter((hash) => !waiting.has(hash))
      for (const hash of lost.length > 0 ? lost : waiting) {
        this.#givenUp.add(hash)
        for (const row of this.#takeWaiting(hash)) yield* this.#place(row)
      }
    }
  }

  #write(table: StoredTable, row: StoredRow): string {
    for (const { target, key } of namedBy(table, row)) {
      if (!this.#isWritten(target, key)) setOf(this.#named, target).add(key)
    }
    return this.#writer.row(table, row)
  }

  *#lose(table: StoredTable, damage: RowDamage, reason: Loss): Generator<string, void, undefined> {
    const key = keyText(table, damage.key)
    // The index may name by its key what was found at another place.
    if (damage.column === null && reason === 'unreadable' && this.#isWritten(table, key)) return
    if (damage.column === null) setOf(this.#told, table).add(key)
    yield this.#writer.lost({ table, reason, ...damage })
  }

  #isWritten(table: StoredTable, key: string): boolean {
    return this.#keysOf(table).has(key)
  }

  #keysOf(table: StoredTable): Hashes {
    const keys = this.#written.get(table) ?? new Hashes()
    this.#written.set(table, keys)
    return keys
  }
}

/** Whether a row can go without a column, until an older bundle fills it. */
function canLack(table: StoredTable, column: string | null): boolean {
  return column !== null && canBeFilled(table, column)
}

/** A row's key as one text: the hash or id itself where that is all of it. */
function keyText(table: StoredTable, row: StoredRow): string {
  const { key } = TABLES[table]
  const [only = ''] = key
  if (key.length === 1) return String(row[only] ?? '')
  return JSON.stringify(key.map((column) => String(row[column] ?? '')))
}

/** The rows that a row names. */
function namedBy(
  table: StoredTable,
  row: StoredRow,
): readonly { readonly target: StoredTable; readonly key: string }[] {
  return Object.entries(REFERENCES[table] ?? {}).flatMap(([column, target]) => {
    const key = row[column] ?? null
    return key === null ? [] : { target, key: String(key) }
  })
}

function setOf(sets: Map<StoredTable, Set<string>>, table: StoredTable): Set<string> {
  const set = sets.get(table) ?? new Set()
  sets.set(table, set)
  return set
}
