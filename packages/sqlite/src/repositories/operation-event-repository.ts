import {
  InvalidInputError,
  type LineageStep,
  type OperationEventInput,
  OperationEventRepository,
  type OperationEventUnitInput,
} from '@tract/repositories'
import { OperationCommitRole, type OperationCommitRow, type OperationEventRow } from '@tract/schema'
import type { Bound } from '../column.js'
import { checkId, checkMember, describe, readIdList, readIds, readingInput } from '../input.js'
import { byKey, groupedBy } from '../lookup.js'
import { inSnapshot, type Session } from '../session.js'
import { canBeSaved } from './can-be-saved.js'
import { iterateSourceHashes } from './iterate-source-hashes.js'
import { LINEAGE, walkLineage } from './lineage.js'

const EVENT = 'SELECT operation_events.* FROM operation_events WHERE event_id = ?'
const EVENTS = `
  SELECT operation_events.* FROM json_each(?) AS wanted
  CROSS JOIN operation_events ON operation_events.event_id = wanted.value`
const BY_TRACT = `
  SELECT operation_events.* FROM operation_events WHERE tract_id = ? ORDER BY created_at, rowid`
// `source` sorts behind `result`.
const LINKS = `
  SELECT operation_commits.* FROM operation_commits WHERE event_id = ? ORDER BY position, role DESC, rowid`
const LINKS_OF_ROLE = `
  SELECT operation_commits.* FROM operation_commits WHERE event_id = ? AND role = ? ORDER BY position, rowid`
const LINKS_OF_EACH = `
  SELECT operation_commits.* FROM json_each(?) AS wanted
  CROSS JOIN operation_commits ON operation_commits.event_id = wanted.value
  ORDER BY wanted.key, operation_commits.position, operation_commits.role DESC, operation_commits.rowid`
const IS_SOURCE = `SELECT 1 FROM operation_commits WHERE commit_hash = ? AND role = 'source' LIMIT 1`
const SOURCE_HASHES = `
  SELECT link.commit_hash
  FROM operation_events AS event CROSS JOIN operation_commits AS link ON link.event_id = event.event_id
  WHERE event.tract_id = ? AND link.role = 'source'`
const IDS = 'SELECT event_id FROM operation_events WHERE tract_id = ? ORDER BY created_at, rowid'
const CAN_BE_SAVED = canBeSaved('operation_events', 'operation_commits', 'event_id')
const UNLINK_COMMIT = 'DELETE FROM operation_commits WHERE commit_hash = ?'
const UNLINK_ALL = 'DELETE FROM operation_commits WHERE event_id = ?'
const DELETE = 'DELETE FROM operation_events WHERE event_id = ?'

const LINK_FIELDS = ['sources', 'results']
const NO_TOKENS = { originalTokens: 0, compressedTokens: 0 }

export class SqliteOperationEventRepository extends OperationEventRepository {
  readonly #session: Session

  constructor(session: Session) {
    super()
    this.#session = session
  }

  override async saveEvent(event: OperationEventInput): Promise<OperationEventRow> {
    const values = this.#session.forms.operationEvents.encode(event, NO_TOKENS)
    return this.#session.write((db) => db.operationEvents.insert(values))
  }

  override async saveEventWithCommits(input: OperationEventUnitInput): Promise<OperationEventRow> {
    const values = this.#session.forms.operationEvents.encode(input, NO_TOKENS, LINK_FIELDS)
    const { sources, results } = readingInput('operation event', () => ({
      sources: input.sources,
      results: input.results,
    }))
    const sourceHashes = readLinks('sources', sources)
    const resultHashes = readLinks('results', results)
    const eventId = this.#session.forms.operationEvents.valueIn(values, 'eventId')
    return this.#session.insertTogether(
      (db) => {
        const row = db.operationEvents.insert(values)
        db.operationCommits.insertEach(linksOf(row.eventId, OperationCommitRole.source, sourceHashes))
        db.operationCommits.insertEach(linksOf(row.eventId, OperationCommitRole.result, resultHashes))
        return row
      },
      (db) =>
        db.value(CAN_BE_SAVED, eventId, eventId, JSON.stringify([...sourceHashes, ...resultHashes])) === 1,
    )
  }

  override async addCommit(
    eventId: string,
    commitHash: string,
    role: OperationCommitRole,
    position: number,
  ): Promise<void> {
    const values = this.#session.forms.operationCommits.encode({ eventId, commitHash, role, position })
    await this.#session.write((db) => db.operationCommits.insert(values))
  }

  override async getEvent(eventId: string): Promise<OperationEventRow | null> {
    checkId('eventId', eventId)
    return this.#session.read((db) => db.operationEvents.get(EVENT, eventId))
  }

  override async getMany(eventIds: readonly string[]): Promise<Map<string, OperationEventRow>> {
    const wanted = readIdList('eventIds', eventIds)
    const events = await this.#session.read((db) => db.operationEvents.all(EVENTS, wanted))
    return byKey(events, (event) => event.eventId)
  }

  override async getAll(tractId: string): Promise<readonly OperationEventRow[]> {
    checkId('tractId', tractId)
    return this.#session.read((db) => db.operationEvents.all(BY_TRACT, tractId))
  }

  override async getCommits(
    eventId: string,
    role?: OperationCommitRole,
  ): Promise<readonly OperationCommitRow[]> {
    checkId('eventId', eventId)
    if (role === undefined) return this.#session.read((db) => db.operationCommits.all(LINKS, eventId))
    checkMember('role', role, OperationCommitRole)
    return this.#session.read((db) => db.operationCommits.all(LINKS_OF_ROLE, eventId, role))
  }

  override async batchGetCommits(
    eventIds: readonly string[],
  ): Promise<Map<string, readonly OperationCommitRow[]>> {
    const wanted = readIdList('eventIds', eventIds)
    const links = await this.#session.read((db) => db.operationCommits.all(LINKS_OF_EACH, wanted))
    return groupedBy(links, (link) => link.eventId)
  }

  override async getLineage(
    commitHashes: readonly string[],
    direction: 'origins' | 'fate',
  ): Promise<readonly LineageStep[]> {
    const wanted = readIds('commitHashes', commitHashes)
    checkMember('direction', direction, LINEAGE)
    return this.#session.read((db) => inSnapshot(db, () => walkLineage(db, wanted, direction)))
  }

  override async isSourceOf(commitHash: string): Promise<boolean> {
    checkId('commitHash', commitHash)
    return this.#session.read((db) => db.value(IS_SOURCE, commitHash) !== undefined)
  }

  override async getAllSourceHashes(tractId: string): Promise<Set<string>> {
    checkId('tractId', tractId)
    return this.#session.read((db) => new Set(db.values(SOURCE_HASHES, tractId) as string[]))
  }

  override async *iterateSourceHashes(tractId: string): AsyncGenerator<string, void, undefined> {
    checkId('tractId', tractId)
    yield* iterateSourceHashes(this.#session, tractId)
  }

  override async getAllIds(tractId: string): Promise<readonly string[]> {
    checkId('tractId', tractId)
    return this.#session.read((db) => db.values(IDS, tractId) as string[])
  }

  override async deleteCommit(commitHash: string): Promise<void> {
    checkId('commitHash', commitHash)
    await this.#session.write((db) => db.run(UNLINK_COMMIT, commitHash))
  }

  override async deleteEvent(eventId: string): Promise<void> {
    checkId('eventId', eventId)
    await this.#session.writeTogether((db) => {
      db.run(UNLINK_ALL, eventId)
      db.run(DELETE, eventId)
    })
  }
}

function readLinks(field: string, commitHashes: readonly string[]): readonly string[] {
  const hashes = readIds(field, commitHashes)
  const seen = new Set<string>()
  for (const [index, hash] of hashes.entries()) {
    if (seen.has(hash)) {
      throw new InvalidInputError(`${field}[${index}]`, describe(hash), 'a commit not yet in the list')
    }
    seen.add(hash)
  }
  return hashes
}

/** The stored forms of an event's links of one role, which {@link readLinks} has checked. */
function linksOf(eventId: string, role: OperationCommitRole, commitHashes: readonly string[]): Bound[][] {
  return commitHashes.map((commitHash, position) => [eventId, commitHash, role, position])
}
