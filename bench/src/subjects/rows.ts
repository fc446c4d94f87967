import type {
  AnnotationRow,
  BlobRow,
  CommitRow,
  CompileEffectiveRow,
  CompileRecordRow,
  OperationCommitRow,
  OperationEventRow,
} from '@tract/schema'
import { readJson, readTime } from './stored.js'

/** A row as better-sqlite3 hands it out in raw mode. */
type Raw = readonly unknown[]

// Select lists and mappers of the limit, written out by hand, in the order of the columns.

export const BLOB_COLUMNS =
  'blobs.content_hash, blobs.payload_json, blobs.byte_size, blobs.token_count, blobs.created_at'

export function blobOf(raw: Raw): BlobRow {
  return {
    contentHash: raw[0] as string,
    payloadJson: raw[1] as string,
    byteSize: raw[2] as number,
    tokenCount: raw[3] as number,
    createdAt: readTime(raw[4] as string),
  }
}

export const COMMIT_COLUMNS = `
  commits.commit_hash, commits.tract_id, commits.parent_hash, commits.content_hash, commits.content_type,
  commits.operation, commits.response_to, commits.message, commits.token_count, ${json('commits.metadata_json')},
  ${json('commits.generation_config_json')}, commits.created_at`

export function commitOf(raw: Raw): CommitRow {
  return {
    commitHash: raw[0] as string,
    tractId: raw[1] as string,
    parentHash: raw[2] as string | null,
    contentHash: raw[3] as string,
    contentType: raw[4] as string,
    operation: (raw[5] as string).toLowerCase(),
    responseTo: raw[6] as string | null,
    message: raw[7] as string | null,
    tokenCount: raw[8] as number,
    metadataJson: readJson(raw[9] as string | null),
    generationConfigJson: readJson(raw[10] as string | null),
    createdAt: readTime(raw[11] as string),
  }
}

export const ANNOTATION_COLUMNS = `
  annotations.id, annotations.tract_id, annotations.target_hash, annotations.priority, annotations.reason,
  annotations.created_at`

export function annotationOf(raw: Raw): AnnotationRow {
  return {
    id: raw[0] as number,
    tractId: raw[1] as string,
    targetHash: raw[2] as string,
    priority: (raw[3] as string).toLowerCase(),
    reason: raw[4] as string | null,
    createdAt: readTime(raw[5] as string),
  }
}

export const EVENT_COLUMNS = `
  operation_events.event_id, operation_events.tract_id, operation_events.event_type, operation_events.branch_name,
  operation_events.created_at, operation_events.original_tokens, operation_events.compressed_tokens,
  ${json('operation_events.params_json')}`

export function eventOf(raw: Raw): OperationEventRow {
  return {
    eventId: raw[0] as string,
    tractId: raw[1] as string,
    eventType: raw[2] as string,
    branchName: raw[3] as string | null,
    createdAt: readTime(raw[4] as string),
    originalTokens: raw[5] as number,
    compressedTokens: raw[6] as number,
    paramsJson: readJson(raw[7] as string | null),
  }
}

export const LINK_COLUMNS = `
  operation_commits.event_id, operation_commits.commit_hash, operation_commits.role, operation_commits.position`

export function linkOf(raw: Raw): OperationCommitRow {
  return {
    eventId: raw[0] as string,
    commitHash: raw[1] as string,
    role: raw[2] as string,
    position: raw[3] as number,
  }
}

export const RECORD_COLUMNS = `
  compile_records.record_id, compile_records.tract_id, compile_records.head_hash, compile_records.token_count,
  compile_records.commit_count, compile_records.token_source, ${json('compile_records.params_json')},
  compile_records.created_at`

export function recordOf(raw: Raw): CompileRecordRow {
  return {
    recordId: raw[0] as string,
    tractId: raw[1] as string,
    headHash: raw[2] as string,
    tokenCount: raw[3] as number,
    commitCount: raw[4] as number,
    tokenSource: raw[5] as string,
    paramsJson: readJson(raw[6] as string | null),
    createdAt: readTime(raw[7] as string),
  }
}

export const EFFECTIVE_COLUMNS = `
  compile_effectives.record_id, compile_effectives.commit_hash, compile_effectives.position`

export function effectiveOf(raw: Raw): CompileEffectiveRow {
  return { recordId: raw[0] as string, commitHash: raw[1] as string, position: raw[2] as number }
}

/** A bare number in a JSON column is read as its digits, as the store's statements do. */
function json(column: string): string {
  return `CASE typeof(${column}) WHEN 'integer' THEN CAST(${column} AS TEXT) ELSE ${column} END`
}
