import {
  InvalidInputError,
  type LineageStep,
  MissingReferenceError,
  type OperationEventInput,
  OperationEventRepository,
  type OperationEventUnitInput,
} from '@tract/repositories'
import type { OperationCommitRole, OperationCommitRow, OperationEventRow } from '@tract/schema'
import {
  assertCommit,
  assertNew,
  byPosition,
  compareText,
  handOut,
  oldestFirst,
  pick,
  pickLists,
  timeFor,
} from './rules.js'
import { copyOf, type ModelState, restore } from './state.js'

const LINK = 'operation commit'

export class ModelOperationEventRepository extends OperationEventRepository {
  readonly #state: ModelState

  constructor(state: ModelState) {
    super()
    this.#state = state
  }

  override async saveEvent(event: OperationEventInput): Promise<OperationEventRow> {
    assertNew('operation event', this.#state.operationEvents, { eventId: event.eventId })
    const { branchName = null, originalTokens = 0, compressedTokens = 0, paramsJson = null } = event
    const row = {
      ...event,
      branchName,
      originalTokens,
      compressedTokens,
      paramsJson,
      createdAt: timeFor(event),
    }
    this.#state.operationEvents.push(handOut(row))
    return handOut(row)
  }

  override async saveEventWithCommits(input: OperationEventUnitInput): Promise<OperationEventRow> {
    const { sources, results, ...event } = input
    for (const [field, hashes] of Object.entries({ sources, results })) {
      if (new Set(hashes).size < hashes.length)
        throw new InvalidInputError(field, 'a commit twice', 'each commit once')
    }
    const before = copyOf(this.#state)
    try {
      const row = await this.saveEvent(event)
      for (const [position, hash] of sources.entries())
        await this.addCommit(row.eventId, hash, 'source', position)
      for (const [position, hash] of results.entries())
        await this.addCommit(row.eventId, hash, 'result', position)
      return row
    } catch (error) {
      restore(this.#state, before)
      throw error
    }
  }

  override async addCommit(
    eventId: string,
    commitHash: string,
    role: OperationCommitRole,
    position: number,
  ): Promise<void> {
    assertNew(LINK, this.#state.operationCommits, { eventId, commitHash, role })
    if ((await this.getEvent(eventId)) === null) {
      throw new MissingReferenceError(LINK, 'eventId', 'operation event', eventId)
    }
    assertCommit(this.#state, LINK, 'commitHash', commitHash)
    this.#state.operationCommits.push({ eventId, commitHash, role, position })
  }

  override async getEvent(eventId: string): Promise<OperationEventRow | null> {
    return handOut(this.#state.operationEvents.find((event) => event.eventId === eventId) ?? null)
  }

  override async getMany(eventIds: readonly string[]): Promise<Map<string, OperationEventRow>> {
    return pick(eventIds, (eventId) => this.#state.operationEvents.find((event) => event.eventId === eventId))
  }

  override async getAll(tractId: string): Promise<readonly OperationEventRow[]> {
    return handOut(oldestFirst(this.#state.operationEvents.filter((event) => event.tractId === tractId)))
  }

  override async getCommits(
    eventId: string,
    role?: OperationCommitRole,
  ): Promise<readonly OperationCommitRow[]> {
    const links = this.#state.operationCommits.filter((link) => link.eventId === eventId)
    const sources = links.filter((link) => link.role === 'source' && role !== 'result')
    const results = links.filter((link) => link.role === 'result' && role !== 'source')
    return handOut(byPosition([...sources, ...results]))
  }

  override batchGetCommits(eventIds: readonly string[]): Promise<Map<string, readonly OperationCommitRow[]>> {
    return pickLists(eventIds, (eventId) => this.getCommits(eventId))
  }

  override async getLineage(
    commitHashes: readonly string[],
    direction: 'origins' | 'fate',
  ): Promise<readonly LineageStep[]> {
    const steps = this.#steps()
    const [near, far] =
      direction === 'origins'
        ? (['resultHash', 'sourceHash'] as const)
        : (['sourceHash', 'resultHash'] as const)
    const reached = new Set(commitHashes)
    for (let before = -1; before < reached.size; ) {
      before = reached.size
      for (const step of steps) if (reached.has(step[near])) reached.add(step[far])
    }
    return steps.filter((step) => reached.has(step[near]))
  }

  /** All steps of all events in their order. */
  #steps(): LineageStep[] {
    const byId = this.#state.operationEvents.toSorted((left, right) =>
      compareText(left.eventId, right.eventId),
    )
    return oldestFirst(byId).flatMap((event) => {
      const links = byPosition(this.#state.operationCommits.filter((link) => link.eventId === event.eventId))
      const sources = links.filter((link) => link.role === 'source')
      const results = links.filter((link) => link.role === 'result')
      const isPaired = event.eventType !== 'compress' && sources.length === results.length
      const steps = results.flatMap((result, rank) =>
        (isPaired ? sources.slice(rank, rank + 1) : sources).map((source) => stepOf(source, result)),
      )
      return steps.sort(
        (left, right) =>
          left.resultPosition - right.resultPosition ||
          left.sourcePosition - right.sourcePosition ||
          compareText(left.resultHash, right.resultHash) ||
          compareText(left.sourceHash, right.sourceHash),
      )
    })
  }

  override async isSourceOf(commitHash: string): Promise<boolean> {
    return this.#state.operationCommits.some(
      (link) => link.commitHash === commitHash && link.role === 'source',
    )
  }

  override async getAllSourceHashes(tractId: string): Promise<Set<string>> {
    const ids = new Set(await this.getAllIds(tractId))
    const links = this.#state.operationCommits.filter(
      (link) => ids.has(link.eventId) && link.role === 'source',
    )
    return new Set(links.map((link) => link.commitHash))
  }

  override async *iterateSourceHashes(tractId: string): AsyncGenerator<string, void, undefined> {
    for (const { eventId } of this.#state.operationEvents.filter((event) => event.tractId === tractId)) {
      for (const link of this.#state.operationCommits.filter((each) => each.eventId === eventId))
        if (link.role === 'source') yield link.commitHash
    }
  }

  override async getAllIds(tractId: string): Promise<readonly string[]> {
    const events = this.#state.operationEvents.filter((event) => event.tractId === tractId)
    return oldestFirst(events).map((event) => event.eventId)
  }

  override async deleteCommit(commitHash: string): Promise<void> {
    this.#state.operationCommits = this.#state.operationCommits.filter(
      (link) => link.commitHash !== commitHash,
    )
  }

  override async deleteEvent(eventId: string): Promise<void> {
    this.#state.operationCommits = this.#state.operationCommits.filter((link) => link.eventId !== eventId)
    this.#state.operationEvents = this.#state.operationEvents.filter((event) => event.eventId !== eventId)
  }
}

function stepOf(source: OperationCommitRow, result: OperationCommitRow): LineageStep {
  return {
    eventId: source.eventId,
    sourceHash: source.commitHash,
    sourcePosition: source.position,
    resultHash: result.commitHash,
    resultPosition: result.position,
  }
}
