import {
  collect,
  contextOf,
  exportBundle,
  history,
  importBundle,
  originsOf,
  savings,
  verify,
} from '@tract/history'
import { openStore, type SqliteStore } from '@tract/sqlite'
import Database from 'better-sqlite3'
import { Random } from './random.js'

/** What a transaction throws to be rolled back. */
class Refusal extends Error {}

/** So many turns a tract has before the next one begins; what is older than a few tracts is removed. */
const TURNS = 60
const KEPT_TRACTS = 4

/** Everything that an application does with a store, in an endless order of a seed's, on a file that stays as large as it is. */
export class MixedLoad {
  readonly #store: SqliteStore
  readonly #file: string
  readonly #random: Random
  readonly #occasional: readonly ((tractId: string) => Promise<void>)[] = [
    () => this.#fail(),
    (tractId) => this.#overlap(tractId),
    (tractId) => this.#ownQueries(tractId),
    (tractId) => this.#recordAndAsk(tractId),
    (tractId) => this.#compress(tractId),
    () => this.#holdSnapshot(),
    (tractId) => this.#openAnother(tractId),
  ]
  #tract = 0
  #turn = 0

  constructor(store: SqliteStore, file: string, seed: number) {
    this.#store = store
    this.#file = file
    this.#random = new Random(seed, 'soak')
  }

  /** Everything once, so that what is made at the first use is there. */
  async warmUp(): Promise<void> {
    for (let tract = 0; tract <= KEPT_TRACTS; tract++) {
      const tractId = await this.#say()
      for (const work of this.#occasional) await work(tractId)
      await this.#beginTract(tractId)
    }
  }

  /** One turn of an agent, and now and then what else one does with its history. */
  async step(): Promise<void> {
    const tractId = await this.#say()
    await this.#occasional[this.#random.below(40)]?.(tractId)
    if (this.#turn >= TURNS) await this.#beginTract(tractId)
  }

  async #say(): Promise<string> {
    const tractId = `agent-${this.#tract}`
    const text = `turn ${this.#turn} ${'x'.repeat(this.#random.below(2000))}`
    await history(this.#store, tractId).commit({ content_type: 'dialogue', role: 'user', text })
    this.#turn++
    return tractId
  }

  async #fail(): Promise<void> {
    const failing = this.#store.transaction(async (tx) => {
      await history(tx, 'failing').commit({ content_type: 'dialogue', role: 'user', text: 'never said' })
      throw new Refusal()
    })
    await failing.catch((error: unknown) => {
      if (!(error instanceof Refusal)) throw error
    })
  }

  async #overlap(tractId: string): Promise<void> {
    const say = (number: number) =>
      history(this.#store, tractId).commit({ content_type: 'reasoning', text: `at once ${number}` })
    await Promise.all(Array.from({ length: 20 }, (_, number) => say(number)))
  }

  async #ownQueries(tractId: string): Promise<void> {
    const random = this.#random.below(1_000_000)
    await this.#store.withManager(async (manager) => {
      // Every text is another statement: none of them may stay.
      await manager.query(`SELECT ${random}, count(*) FROM commits WHERE tract_id = ?`, [tractId])
    })
  }

  async #recordAndAsk(tractId: string): Promise<void> {
    const { recordId, headHash } = await history(this.#store, tractId).recordCompile()
    await contextOf(this.#store, recordId)
    await originsOf(this.#store, headHash)
    await savings(this.#store, tractId)
  }

  async #compress(tractId: string): Promise<void> {
    const agent = history(this.#store, tractId)
    const { entries } = await agent.context()
    const sources = entries.slice(0, 5).map(({ commit }) => commit.commitHash)
    if (sources.length > 1) await agent.compress({ sources, summary: `of ${sources.length}` })
  }

  async #holdSnapshot(): Promise<void> {
    const reader = new Database(this.#file, { readonly: true })
    reader.exec('BEGIN; SELECT count(*) FROM commits')
    await history(this.#store, 'beside').commit({ content_type: 'reasoning', text: 'beside a reader' })
    reader.exec('COMMIT')
    reader.close()
  }

  async #openAnother(tractId: string): Promise<void> {
    await using other = await openStore(this.#file)
    await history(other, tractId).commit({ content_type: 'reasoning', text: 'through another store' })
    const copy = await openStore(':memory:')
    await importBundle(copy, exportBundle(other, { tractId }))
    await copy.close()
  }

  /** Begins another tract, and removes what is older than a few of them, records and events included. */
  async #beginTract(finished: string): Promise<void> {
    this.#tract++
    this.#turn = 0
    const { findings } = await verify(this.#store, { tractId: finished })
    if (findings[0] !== undefined) throw new Error(`verify: ${findings[0].message}`)
    const old = this.#tract - KEPT_TRACTS
    if (old >= 0) await remove(this.#store, `agent-${old}`)
    if (this.#tract % KEPT_TRACTS === 0) await remove(this.#store, 'beside')
  }
}

/** The records of a tract keep what they show for ever; here the tract goes whole, so they go first. */
const DELETE_RECORDS = [
  'DELETE FROM compile_effectives WHERE record_id IN (SELECT record_id FROM compile_records WHERE tract_id = ?)',
  'DELETE FROM compile_records WHERE tract_id = ?',
]

async function remove(store: SqliteStore, tractId: string): Promise<void> {
  await store.withManager(async (manager) => {
    for (const sql of DELETE_RECORDS) await manager.query(sql, [tractId])
    for (const name of await store.refs.listBranches(tractId)) {
      await store.refs.deleteRef(tractId, `refs/heads/${name}`)
    }
  })
  await collect(store, { tractId, keep: { eventSources: false } })
}
