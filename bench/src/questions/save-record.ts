import type { CompileRecordUnitInput } from '@tract/repositories'
import { CompileEffectiveRow, CompileRecordRow, type Timestamp } from '@tract/schema'
import type { Database } from 'better-sqlite3'
import { sql } from 'drizzle-orm'
import type { Transaction as KyselyTransaction } from 'kysely'
import type { EntityManager } from 'typeorm'
import { raceOf } from '../harness/race.js'
import type { History } from '../history/history.js'
import { freshRandom } from '../history/random.js'
import { timeAt } from '../history/time.js'
import { compileEffectives, compileRecords, type Drizzle } from '../subjects/drizzle.js'
import type { Tables } from '../subjects/kysely.js'
import { writeJson, writeTime } from '../subjects/stored.js'
import type { Question } from './question.js'
import { MOST_WRITES, rowsLeft, settle } from './writing.js'

export const saveRecordOf20 = saveRecord(20)
export const saveRecordOf200 = saveRecord(200)

interface NewRecord extends Required<CompileRecordUnitInput> {
  readonly createdAt: Timestamp
}

const LEFT = [
  'SELECT * FROM compile_records WHERE record_id = ?',
  'SELECT * FROM compile_effectives WHERE record_id = ? ORDER BY position',
] as const

function saveRecord(effectives: number): Question {
  return {
    name: `save-record-${effectives}`,
    title: () => `record a compile with ${effectives} effective commits`,
    kind: 'several rows',
    writes: true,
    touchesFixedRows: true,
    race({ history, store, db, aside, typeorm, drizzle, kysely }) {
      const write = db.transaction(limitWriter(db)).immediate
      const writeByDrizzle = drizzleWriter(drizzle)
      const unlink = aside.prepare('DELETE FROM compile_effectives WHERE record_id = ?')
      const remove = aside.prepare('DELETE FROM compile_records WHERE record_id = ?')
      return raceOf({
        next: newRecords(history, effectives),
        contestants: {
          tract: (record: NewRecord) => store.compileRecords.saveRecordWithEffectives(record),
          limit: (record) => write(record),
          typeorm: (record) => typeorm.transaction((manager) => writeByTypeorm(manager, record)),
          drizzle: (record) => drizzle.transaction(() => writeByDrizzle(record), { behavior: 'immediate' }),
          kysely: (record) =>
            kysely.transaction().execute((transaction) => writeByKysely(transaction, record)),
        },
        observe: ({ recordId }: NewRecord) =>
          rowsLeft(aside, ...LEFT.map((query) => [query, recordId] as const)),
        undo: ({ recordId }: NewRecord) => {
          unlink.run(recordId)
          remove.run(recordId)
        },
        settle: settle(aside),
        mostCalls: MOST_WRITES,
      })
    },
  }
}

function newRecords({ chain }: History, effectives: number): () => NewRecord {
  const random = freshRandom()
  let step = 0
  return () => {
    const start = random.below(chain.length - effectives)
    const shown = chain.slice(start, start + effectives)
    return {
      recordId: random.hex(32),
      tractId: 'records-of-the-benchmark',
      headHash: shown.at(-1) ?? '',
      tokenCount: 90 * effectives,
      commitCount: effectives,
      tokenSource: 'o200k_base',
      paramsJson: { context_digest: random.hex(64), model: 'gpt-4o' },
      createdAt: timeAt(step++),
      effectives: shown,
    }
  }
}

/** By hand, the fastest way there is: one-row inserts, for which SQLite keeps no statement journal. */
function limitWriter(db: Database): (record: NewRecord) => void {
  const insert = db.prepare(`
    INSERT INTO compile_records (record_id, tract_id, head_hash, token_count, commit_count, token_source, params_json,
      created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`)
  const link = db.prepare(`
    INSERT INTO compile_effectives (record_id, commit_hash, position) VALUES (?, ?, ?)`)
  return (record) => {
    insert.run(
      record.recordId,
      record.tractId,
      record.headHash,
      record.tokenCount,
      record.commitCount,
      record.tokenSource,
      writeJson(record.paramsJson),
      writeTime(record.createdAt),
    )
    for (const [position, hash] of record.effectives.entries()) link.run(record.recordId, hash, position)
  }
}

async function writeByTypeorm(manager: EntityManager, record: NewRecord): Promise<void> {
  await manager.getRepository<object>(CompileRecordRow).insert(recordOf(record))
  await manager.getRepository(CompileEffectiveRow).insert(linksOf(record))
}

function drizzleWriter(drizzle: Drizzle): (record: NewRecord) => void {
  const insert = drizzle
    .insert(compileRecords)
    .values({
      recordId: sql.placeholder('recordId'),
      tractId: sql.placeholder('tractId'),
      headHash: sql.placeholder('headHash'),
      tokenCount: sql.placeholder('tokenCount'),
      commitCount: sql.placeholder('commitCount'),
      tokenSource: sql.placeholder('tokenSource'),
      paramsJson: sql.placeholder('paramsJson'),
      createdAt: sql.placeholder('createdAt'),
    })
    .prepare()
  const link = drizzle
    .insert(compileEffectives)
    .values({
      recordId: sql.placeholder('recordId'),
      commitHash: sql.placeholder('commitHash'),
      position: sql.placeholder('position'),
    })
    .prepare()
  return (record) => {
    insert.run(recordOf(record))
    for (const row of linksOf(record)) link.run({ ...row })
  }
}

async function writeByKysely(transaction: KyselyTransaction<Tables>, record: NewRecord): Promise<void> {
  await transaction
    .insertInto('compile_records')
    .values({
      record_id: record.recordId,
      tract_id: record.tractId,
      head_hash: record.headHash,
      token_count: record.tokenCount,
      commit_count: record.commitCount,
      token_source: record.tokenSource,
      params_json: writeJson(record.paramsJson),
      created_at: writeTime(record.createdAt),
    })
    .execute()
  const links = linksOf(record).map(({ recordId, commitHash, position }) => ({
    record_id: recordId,
    commit_hash: commitHash,
    position,
  }))
  await transaction.insertInto('compile_effectives').values(links).execute()
}

function recordOf({ effectives: _effectives, ...record }: NewRecord) {
  return record
}

function linksOf({ recordId, effectives }: NewRecord) {
  return effectives.map((commitHash, position) => ({ recordId, commitHash, position }))
}
