import type { BlobInput, CommitInput } from '@tract/repositories'
import { BlobRow, CommitRow, contentHash, payloadJson, RefRow, type Timestamp } from '@tract/schema'
import type { Database } from 'better-sqlite3'
import { sql } from 'drizzle-orm'
import type { EntityManager } from 'typeorm'
import { raceOf } from '../harness/race.js'
import type { History } from '../history/history.js'
import { messageAt } from '../history/messages.js'
import { freshRandom } from '../history/random.js'
import { timeAt } from '../history/time.js'
import { blobs, commits, type Drizzle, refs } from '../subjects/drizzle.js'
import type { Lab } from '../subjects/lab.js'
import { writeJson, writeTime } from '../subjects/stored.js'
import type { Question } from './question.js'
import { MOST_WRITES, rowsLeft, settle } from './writing.js'

const TRACT = 'appends-of-the-benchmark'
const REF = 'refs/heads/main'

interface NewMessage {
  readonly blob: Required<BlobInput> & { readonly createdAt: Timestamp }
  readonly commit: Required<CommitInput> & { readonly createdAt: Timestamp }
}

export const appendMessage: Question = {
  name: 'append-message',
  title: () => 'append one message (blob, commit, branch)',
  kind: 'append',
  writes: true,
  touchesFixedRows: true,
  race({ history, store, db, aside, typeorm, drizzle, kysely }) {
    const write = db.transaction(limitWriter(db)).immediate
    const writeByDrizzle = drizzleWriter(drizzle)
    return raceOf({
      next: newMessages(history),
      contestants: {
        tract: ({ blob, commit }: NewMessage) =>
          store.commits.saveWithBlob({ ...commit, blob, refName: REF }),
        limit: (message) => write(message),
        typeorm: (message) => typeorm.transaction((manager) => writeByTypeorm(manager, message)),
        drizzle: (message) => drizzle.transaction(() => writeByDrizzle(message), { behavior: 'immediate' }),
        kysely: (message) => writeByKysely(kysely, message),
      },
      observe: ({ blob, commit }: NewMessage) =>
        rowsLeft(
          aside,
          ['SELECT * FROM blobs WHERE content_hash = ?', blob.contentHash],
          ['SELECT * FROM commits WHERE commit_hash = ?', commit.commitHash],
          ['SELECT * FROM refs WHERE tract_id = ?', TRACT],
        ),
      undo: ({ blob, commit }: NewMessage) => {
        aside.prepare('DELETE FROM refs WHERE tract_id = ?').run(TRACT)
        aside.prepare('DELETE FROM commits WHERE commit_hash = ?').run(commit.commitHash)
        aside.prepare('DELETE FROM blobs WHERE content_hash = ?').run(blob.contentHash)
      },
      settle: settle(aside),
      mostCalls: MOST_WRITES,
    })
  },
}

/** Messages that nobody has written yet, on top of commits all over the file. Hashing is no part of the operation. */
function newMessages({ someCommits }: History): () => NewMessage {
  const random = freshRandom()
  let step = 0
  return () => {
    const { payload, contentType, tokens, config } = messageAt(step, random)
    const text = payloadJson(payload)
    const createdAt = timeAt(step++)
    const content = contentHash(payload)
    return {
      blob: {
        contentHash: content,
        payloadJson: text,
        byteSize: Buffer.byteLength(text),
        tokenCount: tokens,
        createdAt,
      },
      commit: {
        commitHash: random.hex(64),
        tractId: TRACT,
        parentHash: random.pick(someCommits),
        contentHash: content,
        contentType,
        operation: 'append',
        responseTo: null,
        message: text.slice(0, 72),
        tokenCount: tokens,
        metadataJson: { kind: 'message', message: step },
        generationConfigJson: config,
        createdAt,
      },
    }
  }
}

function limitWriter(db: Database): (message: NewMessage) => void {
  const insertBlob = db.prepare(`
    INSERT INTO blobs (content_hash, payload_json, byte_size, token_count, created_at) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT (content_hash) DO NOTHING`)
  const insertCommit = db.prepare(`
    INSERT INTO commits (commit_hash, tract_id, parent_hash, content_hash, content_type, operation, response_to,
      message, token_count, metadata_json, generation_config_json, created_at)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`)
  const moveBranch = db.prepare(`
    INSERT INTO refs (tract_id, ref_name, commit_hash, symbolic_target) VALUES (?, ?, ?, ?)
    ON CONFLICT (tract_id, ref_name)
    DO UPDATE SET commit_hash = excluded.commit_hash, symbolic_target = excluded.symbolic_target`)
  return ({ blob, commit }) => {
    insertBlob.run(
      blob.contentHash,
      blob.payloadJson,
      blob.byteSize,
      blob.tokenCount,
      writeTime(blob.createdAt),
    )
    insertCommit.run(
      commit.commitHash,
      commit.tractId,
      commit.parentHash,
      commit.contentHash,
      commit.contentType,
      commit.operation.toUpperCase(),
      commit.responseTo,
      commit.message,
      commit.tokenCount,
      writeJson(commit.metadataJson),
      writeJson(commit.generationConfigJson),
      writeTime(commit.createdAt),
    )
    moveBranch.run(TRACT, REF, commit.commitHash, null)
  }
}

async function writeByTypeorm(manager: EntityManager, { blob, commit }: NewMessage): Promise<void> {
  await manager.getRepository(BlobRow).createQueryBuilder().insert().values(blob).orIgnore().execute()
  await manager.getRepository<object>(CommitRow).insert(commit)
  const ref = { tractId: TRACT, refName: REF, commitHash: commit.commitHash, symbolicTarget: null }
  await manager.getRepository(RefRow).upsert(ref, ['tractId', 'refName'])
}

function drizzleWriter(drizzle: Drizzle): (message: NewMessage) => void {
  const insertBlob = drizzle
    .insert(blobs)
    .values({
      contentHash: sql.placeholder('contentHash'),
      payloadJson: sql.placeholder('payloadJson'),
      byteSize: sql.placeholder('byteSize'),
      tokenCount: sql.placeholder('tokenCount'),
      createdAt: sql.placeholder('createdAt'),
    })
    .onConflictDoNothing()
    .prepare()
  const insertCommit = drizzle
    .insert(commits)
    .values({
      commitHash: sql.placeholder('commitHash'),
      tractId: sql.placeholder('tractId'),
      parentHash: sql.placeholder('parentHash'),
      contentHash: sql.placeholder('contentHash'),
      contentType: sql.placeholder('contentType'),
      operation: sql.placeholder('operation'),
      responseTo: sql.placeholder('responseTo'),
      message: sql.placeholder('message'),
      tokenCount: sql.placeholder('tokenCount'),
      metadataJson: sql.placeholder('metadataJson'),
      generationConfigJson: sql.placeholder('generationConfigJson'),
      createdAt: sql.placeholder('createdAt'),
    })
    .prepare()
  const moveBranch = drizzle
    .insert(refs)
    .values({ tractId: TRACT, refName: REF, commitHash: sql.placeholder('commitHash') })
    .onConflictDoUpdate({
      target: [refs.tractId, refs.refName],
      set: { commitHash: sql`excluded.commit_hash`, symbolicTarget: sql`excluded.symbolic_target` },
    })
    .prepare()
  return ({ blob, commit }) => {
    insertBlob.run({ ...blob })
    insertCommit.run({ ...commit })
    moveBranch.run({ commitHash: commit.commitHash })
  }
}

async function writeByKysely(kysely: Lab['kysely'], { blob, commit }: NewMessage): Promise<void> {
  await kysely.transaction().execute(async (transaction) => {
    await transaction
      .insertInto('blobs')
      .values({
        content_hash: blob.contentHash,
        payload_json: blob.payloadJson,
        byte_size: blob.byteSize,
        token_count: blob.tokenCount,
        created_at: writeTime(blob.createdAt),
      })
      .onConflict((conflict) => conflict.column('content_hash').doNothing())
      .execute()
    await transaction
      .insertInto('commits')
      .values({
        commit_hash: commit.commitHash,
        tract_id: commit.tractId,
        parent_hash: commit.parentHash,
        content_hash: commit.contentHash,
        content_type: commit.contentType,
        operation: commit.operation.toUpperCase(),
        response_to: commit.responseTo,
        message: commit.message,
        token_count: commit.tokenCount,
        metadata_json: writeJson(commit.metadataJson),
        generation_config_json: writeJson(commit.generationConfigJson),
        created_at: writeTime(commit.createdAt),
      })
      .execute()
    await transaction
      .insertInto('refs')
      .values({ tract_id: TRACT, ref_name: REF, commit_hash: commit.commitHash, symbolic_target: null })
      .onConflict((conflict) =>
        conflict.columns(['tract_id', 'ref_name']).doUpdateSet({ commit_hash: commit.commitHash }),
      )
      .execute()
  })
}
