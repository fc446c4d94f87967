import type { OperationEventUnitInput } from '@tract/repositories'
import { OperationCommitRow, OperationEventRow, type Timestamp } from '@tract/schema'
import type { Database } from 'better-sqlite3'
import { sql } from 'drizzle-orm'
import type { Transaction as KyselyTransaction } from 'kysely'
import type { EntityManager } from 'typeorm'
import type { History } from '../history/history.js'
import { freshRandom } from '../history/random.js'
import { timeAt } from '../history/time.js'
import { type Drizzle, operationCommits, operationEvents } from '../subjects/drizzle.js'
import type { Tables } from '../subjects/kysely.js'
import { writeJson, writeTime } from '../subjects/stored.js'
import { chunks } from './writing.js'

export interface NewEvent extends Required<OperationEventUnitInput> {
  readonly createdAt: Timestamp
}

const SOURCES = 8
const ROWS_AT_ONCE = 500

/** Events that nobody has written yet. */
export function newEvents({ chain }: History): () => NewEvent {
  const random = freshRandom()
  let step = 0
  return () => {
    const start = random.below(chain.length - SOURCES - 1)
    return {
      eventId: random.hex(32),
      tractId: 'events-of-the-benchmark',
      eventType: 'compress',
      branchName: 'main',
      createdAt: timeAt(step++),
      originalTokens: 720,
      compressedTokens: 160,
      paramsJson: { target_tokens: 500, instructions: 'keep what was decided' },
      sources: chain.slice(start, start + SOURCES),
      results: chain.slice(start + SOURCES, start + SOURCES + 1),
    }
  }
}

/** By hand, the fastest way there is: one-row inserts, for which SQLite keeps no statement journal. */
export function limitWriter(db: Database): (event: NewEvent) => void {
  const insert = db.prepare(`
    INSERT INTO operation_events (event_id, tract_id, event_type, branch_name, created_at, original_tokens,
      compressed_tokens, params_json) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`)
  const link = db.prepare(`
    INSERT INTO operation_commits (event_id, commit_hash, role, position) VALUES (?, ?, ?, ?)`)
  return (event) => {
    insert.run(
      event.eventId,
      event.tractId,
      event.eventType,
      event.branchName,
      writeTime(event.createdAt),
      event.originalTokens,
      event.compressedTokens,
      writeJson(event.paramsJson),
    )
    for (const [position, hash] of event.sources.entries()) link.run(event.eventId, hash, 'source', position)
    for (const [position, hash] of event.results.entries()) link.run(event.eventId, hash, 'result', position)
  }
}

/** TypeORM inserts many rows in one statement, its fastest way. */
export async function writeByTypeorm(manager: EntityManager, events: readonly NewEvent[]): Promise<void> {
  const eventRepository = manager.getRepository<object>(OperationEventRow)
  for (const part of chunks(events.map(eventOf), ROWS_AT_ONCE)) await eventRepository.insert(part)
  const linkRepository = manager.getRepository(OperationCommitRow)
  for (const part of chunks(events.flatMap(linksOf), ROWS_AT_ONCE)) await linkRepository.insert(part)
}

/** Prepared inserts, which for drizzle are faster than one large statement. */
export function drizzleWriter(drizzle: Drizzle): (event: NewEvent) => void {
  const insert = drizzle
    .insert(operationEvents)
    .values({
      eventId: sql.placeholder('eventId'),
      tractId: sql.placeholder('tractId'),
      eventType: sql.placeholder('eventType'),
      branchName: sql.placeholder('branchName'),
      createdAt: sql.placeholder('createdAt'),
      originalTokens: sql.placeholder('originalTokens'),
      compressedTokens: sql.placeholder('compressedTokens'),
      paramsJson: sql.placeholder('paramsJson'),
    })
    .prepare()
  const link = drizzle
    .insert(operationCommits)
    .values({
      eventId: sql.placeholder('eventId'),
      commitHash: sql.placeholder('commitHash'),
      role: sql.placeholder('role'),
      position: sql.placeholder('position'),
    })
    .prepare()
  return (event) => {
    insert.run(eventOf(event))
    for (const row of linksOf(event)) link.run({ ...row })
  }
}

export async function writeByKysely(
  transaction: KyselyTransaction<Tables>,
  events: readonly NewEvent[],
): Promise<void> {
  const eventRows = events.map((event) => ({
    event_id: event.eventId,
    tract_id: event.tractId,
    event_type: event.eventType,
    branch_name: event.branchName,
    created_at: writeTime(event.createdAt),
    original_tokens: event.originalTokens,
    compressed_tokens: event.compressedTokens,
    params_json: writeJson(event.paramsJson),
  }))
  for (const part of chunks(eventRows, ROWS_AT_ONCE)) {
    await transaction.insertInto('operation_events').values(part).execute()
  }
  const links = events.flatMap(linksOf).map(({ eventId, commitHash, role, position }) => ({
    event_id: eventId,
    commit_hash: commitHash,
    role,
    position,
  }))
  for (const part of chunks(links, ROWS_AT_ONCE)) {
    await transaction.insertInto('operation_commits').values(part).execute()
  }
}

export const LEFT_BY_EVENT = [
  'SELECT * FROM operation_events WHERE event_id = ?',
  'SELECT * FROM operation_commits WHERE event_id = ? ORDER BY role, position',
] as const

/** Removes an event again. */
export function eraser(db: Database): (event: NewEvent) => void {
  const unlink = db.prepare('DELETE FROM operation_commits WHERE event_id = ?')
  const remove = db.prepare('DELETE FROM operation_events WHERE event_id = ?')
  return ({ eventId }) => {
    unlink.run(eventId)
    remove.run(eventId)
  }
}

function eventOf({ sources: _sources, results: _results, ...event }: NewEvent) {
  return event
}

function linksOf({ eventId, sources, results }: NewEvent) {
  return [
    ...sources.map((commitHash, position) => ({ eventId, commitHash, role: 'source', position })),
    ...results.map((commitHash, position) => ({ eventId, commitHash, role: 'result', position })),
  ]
}
