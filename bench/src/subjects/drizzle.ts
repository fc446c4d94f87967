import type { JsonValue, Timestamp } from '@tract/schema'
import { drizzle } from 'drizzle-orm/better-sqlite3'
import { customType, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { openHandle } from './open-handle.js'
import { readJson, readTime, writeJson, writeTime } from './stored.js'

const time = customType<{ data: Timestamp; driverData: string }>({
  dataType: () => 'DATETIME',
  fromDriver: readTime,
  toDriver: writeTime,
})
const json = customType<{ data: JsonValue; driverData: string | null }>({
  dataType: () => 'JSON',
  fromDriver: readJson,
  toDriver: writeJson,
})
const upperCase = customType<{ data: string; driverData: string }>({
  dataType: () => 'VARCHAR(6)',
  fromDriver: (stored) => stored.toLowerCase(),
  toDriver: (value) => value.toUpperCase(),
})

export const blobs = sqliteTable('blobs', {
  contentHash: text('content_hash').primaryKey(),
  payloadJson: text('payload_json').notNull(),
  byteSize: integer('byte_size').notNull(),
  tokenCount: integer('token_count').notNull(),
  createdAt: time('created_at').notNull(),
})

export const commits = sqliteTable('commits', {
  commitHash: text('commit_hash').primaryKey(),
  tractId: text('tract_id').notNull(),
  parentHash: text('parent_hash'),
  contentHash: text('content_hash').notNull(),
  contentType: text('content_type').notNull(),
  operation: upperCase('operation').notNull(),
  responseTo: text('response_to'),
  message: text('message'),
  tokenCount: integer('token_count').notNull(),
  metadataJson: json('metadata_json'),
  generationConfigJson: json('generation_config_json'),
  createdAt: time('created_at').notNull(),
})

export const refs = sqliteTable(
  'refs',
  {
    tractId: text('tract_id').notNull(),
    refName: text('ref_name').notNull(),
    commitHash: text('commit_hash'),
    symbolicTarget: text('symbolic_target'),
  },
  (table) => [primaryKey({ columns: [table.tractId, table.refName] })],
)

export const annotations = sqliteTable('annotations', {
  id: integer('id').primaryKey(),
  tractId: text('tract_id').notNull(),
  targetHash: text('target_hash').notNull(),
  priority: upperCase('priority').notNull(),
  reason: text('reason'),
  createdAt: time('created_at').notNull(),
})

export const operationEvents = sqliteTable('operation_events', {
  eventId: text('event_id').primaryKey(),
  tractId: text('tract_id').notNull(),
  eventType: text('event_type').notNull(),
  branchName: text('branch_name'),
  createdAt: time('created_at').notNull(),
  originalTokens: integer('original_tokens').notNull(),
  compressedTokens: integer('compressed_tokens').notNull(),
  paramsJson: json('params_json'),
})

export const operationCommits = sqliteTable(
  'operation_commits',
  {
    eventId: text('event_id').notNull(),
    commitHash: text('commit_hash').notNull(),
    role: text('role').notNull(),
    position: integer('position').notNull(),
  },
  (table) => [primaryKey({ columns: [table.eventId, table.commitHash, table.role] })],
)

export const compileRecords = sqliteTable('compile_records', {
  recordId: text('record_id').primaryKey(),
  tractId: text('tract_id').notNull(),
  headHash: text('head_hash').notNull(),
  tokenCount: integer('token_count').notNull(),
  commitCount: integer('commit_count').notNull(),
  tokenSource: text('token_source').notNull(),
  paramsJson: json('params_json'),
  createdAt: time('created_at').notNull(),
})

export const compileEffectives = sqliteTable(
  'compile_effectives',
  {
    recordId: text('record_id').notNull(),
    commitHash: text('commit_hash').notNull(),
    position: integer('position').notNull(),
  },
  (table) => [primaryKey({ columns: [table.recordId, table.commitHash] })],
)

export type Drizzle = ReturnType<typeof openDrizzle>

export function openDrizzle(path: string) {
  return drizzle(openHandle(path))
}
