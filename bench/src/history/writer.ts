import { commitHash, contentHash, jsonCodec, payloadJson, type Timestamp } from '@tract/schema'
import type { Database } from 'better-sqlite3'
import type { Message } from './messages.js'
import type { Random } from './random.js'
import { timeAt } from './time.js'

const BLOB = 'INSERT INTO blobs VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING'
const COMMIT = `
  INSERT INTO commits (commit_hash, tract_id, parent_hash, content_hash, content_type, operation, message,
    token_count, metadata_json, generation_config_json, created_at)
  VALUES (?, ?, ?, ?, ?, 'APPEND', ?, ?, ?, ?, ?)`
const ANNOTATION = `
  INSERT INTO annotations (tract_id, target_hash, priority, reason, created_at) VALUES (?, ?, ?, ?, ?)`
const REF = 'INSERT INTO refs VALUES (?, ?, ?, ?)'
const EVENT = `INSERT INTO operation_events VALUES (?, ?, 'compress', 'main', ?, ?, ?, ?)`
const LINKS = `INSERT INTO operation_commits SELECT ?, value, ?, key FROM json_each(?)`
const RECORD = 'INSERT INTO compile_records VALUES (?, ?, ?, ?, ?, ?, ?, ?)'
const EFFECTIVES = 'INSERT INTO compile_effectives SELECT ?, value, key FROM json_each(?)'

/** A commit and its content. */
export interface Written {
  readonly commit: string
  readonly content: string
}

/** Writes a history with plain prepared statements, in the order of time. */
export class HistoryWriter {
  readonly #random: Random
  readonly #statements
  #moments = 0
  /** Commits written so far. */
  commits = 0

  constructor(db: Database, random: Random) {
    this.#random = random
    this.#statements = {
      blob: db.prepare(BLOB),
      commit: db.prepare(COMMIT),
      annotation: db.prepare(ANNOTATION),
      ref: db.prepare(REF),
      event: db.prepare(EVENT),
      links: db.prepare(LINKS),
      record: db.prepare(RECORD),
      effectives: db.prepare(EFFECTIVES),
    }
  }

  /** Puts a message on top of a parent. */
  append(
    tractId: string,
    parent: Written | null,
    { payload, contentType, tokens, config }: Message,
  ): Written {
    const parentHash = parent?.commit ?? null
    const createdAt = timeAt(this.#moments++)
    const stored = storedTime(createdAt)
    const text = payloadJson(payload)
    const content = contentHash(payload)
    const hash = commitHash({ contentHash: content, parentHash, contentType, operation: 'append', createdAt })
    this.#statements.blob.run(content, text, Buffer.byteLength(text), tokens, stored)
    this.#statements.commit.run(
      hash,
      tractId,
      parentHash,
      content,
      contentType,
      text.slice(0, 72),
      tokens,
      jsonCodec.to({ kind: 'message', message: this.commits++ }),
      jsonCodec.to(config),
      stored,
    )
    return { commit: hash, content }
  }

  annotate(tractId: string, target: string, priority: 'PINNED' | 'NORMAL' | 'SKIP'): void {
    this.#statements.annotation.run(tractId, target, priority, 'system prompt', this.#now())
  }

  /** Points `main` at a commit, and HEAD at `main`. */
  point(tractId: string, hash: string): void {
    this.#statements.ref.run(tractId, 'refs/heads/main', hash, null)
    this.#statements.ref.run(tractId, 'HEAD', null, 'refs/heads/main')
  }

  /** Records that sources were compressed into a result. Returns the event's id. */
  event(tractId: string, sources: readonly string[], result: string): string {
    const eventId = this.#random.hex(32)
    const params = jsonCodec.to({ target_tokens: 500, instructions: 'keep what was decided' })
    this.#statements.event.run(eventId, tractId, this.#now(), sources.length * 90, 160, params)
    this.#statements.links.run(eventId, 'source', JSON.stringify(sources))
    this.#statements.links.run(eventId, 'result', JSON.stringify([result]))
    return eventId
  }

  /** Records what a model was shown. Returns the record's id. */
  record(tractId: string, effectives: readonly string[]): string {
    const recordId = this.#random.hex(32)
    const params = jsonCodec.to({ context_digest: this.#random.hex(64), model: 'gpt-4o' })
    const tokens = effectives.length * 90
    const head = effectives.at(-1) ?? ''
    const { record } = this.#statements
    record.run(recordId, tractId, head, tokens, effectives.length, 'o200k_base', params, this.#now())
    this.#statements.effectives.run(recordId, JSON.stringify(effectives))
    return recordId
  }

  #now(): string {
    return storedTime(timeAt(this.#moments++))
  }
}

function storedTime(time: Timestamp): string {
  return `${time.slice(0, 10)} ${time.slice(11, 26)}`
}
