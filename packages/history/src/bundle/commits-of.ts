import type { Repositories } from '@tract/repositories'
import type { OperationCommitRow } from '@tract/schema'
import { groupBy } from '../group.js'
import { chunksAsTheyCome, chunksOf } from '../verify/reading.js'
import { type CommitBatch, CommitOrder } from './commit-order.js'

/** What is found beside the commits of a bundle while they are looked for. */
export interface Beside {
  /** The events that are in the bundle. */
  readonly events: Set<string>
  /** Every tract of which a commit is in the bundle. */
  readonly tracts: Set<string>
}

/**
 * The commits of tracts, and all that they stand on elsewhere: the commits that other tracts gave them, through imports and
 * spawning, with their own origins, so that every origin in the bundle can be told.
 *
 * @param beside the events of the tracts, to which those elsewhere are added
 * @param isWhole whether these are all tracts of the store, so that nothing is elsewhere
 */
export async function* commitsOf(
  store: Repositories,
  tracts: readonly string[],
  beside: Beside,
  isWhole: boolean,
): AsyncGenerator<CommitBatch, void, undefined> {
  const order = new CommitOrder(store)
  const elsewhere = isWhole ? null : new Elsewhere(store, beside)
  await elsewhere?.addTracts(tracts)
  for (const tractId of tracts) {
    for await (const hashes of chunksAsTheyCome(store.commits.iterateHashes(tractId))) {
      for await (const batch of order.behind(hashes)) {
        await elsewhere?.addOriginsOf(batch)
        yield batch
      }
    }
  }
  for (let hashes = elsewhere?.take(); hashes !== undefined; hashes = elsewhere?.take()) {
    for await (const batch of order.behind(hashes)) {
      await elsewhere?.addOriginsOf(batch)
      yield batch
    }
  }
}

/** Commits that are still to be looked at because something of the bundle comes from them. */
class Elsewhere {
  readonly #store: Repositories
  readonly #beside: Beside
  readonly #open: string[] = []

  constructor(store: Repositories, beside: Beside) {
    this.#store = store
    this.#beside = beside
  }

  /** The next of them; `undefined` where none is left. */
  take(): readonly string[] | undefined {
    return this.#open.length === 0 ? undefined : this.#open.splice(0, 1000)
  }

  async addTracts(tracts: readonly string[]): Promise<void> {
    for (const tractId of tracts) {
      for (const { parentCommitHash } of await this.#store.spawnPointers.getAll(tractId)) {
        if (parentCommitHash !== null) this.#open.push(parentCommitHash)
      }
    }
    await this.#addLinked([...this.#beside.events])
  }

  async addOriginsOf({ commits }: CommitBatch): Promise<void> {
    const { events, tracts } = this.#beside
    const hashes = commits.map((row) => String(row.commit_hash))
    const steps = await this.#store.operationEvents.getLineage(hashes, 'origins')
    const met = [...new Set(steps.map(({ eventId }) => eventId))].filter((id) => !events.has(id))
    for (const eventId of met) events.add(eventId)
    await this.#addLinked(met)
    const fresh = [...new Set(commits.map((row) => String(row.tract_id)))].filter((id) => !tracts.has(id))
    for (const tractId of fresh) tracts.add(tractId)
    const pointers = await this.#store.spawnPointers.batchGetByChild(fresh)
    for (const { parentCommitHash } of pointers.values()) {
      if (parentCommitHash !== null) this.#open.push(parentCommitHash)
    }
  }

  /** The commits that events link, and the edits that had given the sources their text by then. */
  async #addLinked(eventIds: readonly string[]): Promise<void> {
    for (const some of chunksOf(eventIds)) {
      const links = [...(await this.#store.operationEvents.batchGetCommits(some)).values()].flat()
      for (const { commitHash } of links) this.#open.push(commitHash)
      await this.#addEdits(links.filter(({ role }) => role === 'source'))
    }
  }

  async #addEdits(sources: readonly OperationCommitRow[]): Promise<void> {
    const responses = await this.#store.commits.getResponses(sources.map(({ commitHash }) => commitHash))
    const edits = groupBy(
      responses.filter(({ operation }) => operation === 'edit'),
      ({ responseTo }) => responseTo,
    )
    if (edits.size === 0) return
    const events = await this.#store.operationEvents.getMany([
      ...new Set(sources.map(({ eventId }) => eventId)),
    ])
    for (const { eventId, commitHash } of sources) {
      const createdAt = events.get(eventId)?.createdAt
      for (const edit of edits.get(commitHash) ?? []) {
        if (createdAt !== undefined && edit.createdAt <= createdAt) this.#open.push(edit.commitHash)
      }
    }
  }
}
