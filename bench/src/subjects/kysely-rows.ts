import type { AnnotationRow, BlobRow, CommitRow, CompileRecordRow, OperationEventRow } from '@tract/schema'
import type { Selectable } from 'kysely'
import type { Tables } from './kysely.js'
import { readJson, readTime } from './stored.js'

export function blobOf(row: Selectable<Tables['blobs']>): BlobRow {
  return {
    contentHash: row.content_hash,
    payloadJson: row.payload_json,
    byteSize: row.byte_size,
    tokenCount: row.token_count,
    createdAt: readTime(row.created_at),
  }
}

export function commitOf(row: Selectable<Tables['commits']>): CommitRow {
  return {
    commitHash: row.commit_hash,
    tractId: row.tract_id,
    parentHash: row.parent_hash,
    contentHash: row.content_hash,
    contentType: row.content_type,
    operation: row.operation.toLowerCase(),
    responseTo: row.response_to,
    message: row.message,
    tokenCount: row.token_count,
    metadataJson: readJson(row.metadata_json),
    generationConfigJson: readJson(row.generation_config_json),
    createdAt: readTime(row.created_at),
  }
}

export function annotationOf(row: Selectable<Tables['annotations']>): AnnotationRow {
  return {
    id: row.id,
    tractId: row.tract_id,
    targetHash: row.target_hash,
    priority: row.priority.toLowerCase(),
    reason: row.reason,
    createdAt: readTime(row.created_at),
  }
}

export function eventOf(row: Selectable<Tables['operation_events']>): OperationEventRow {
  return {
    eventId: row.event_id,
    tractId: row.tract_id,
    eventType: row.event_type,
    branchName: row.branch_name,
    createdAt: readTime(row.created_at),
    originalTokens: row.original_tokens,
    compressedTokens: row.compressed_tokens,
    paramsJson: readJson(row.params_json),
  }
}

export function recordOf(row: Selectable<Tables['compile_records']>): CompileRecordRow {
  return {
    recordId: row.record_id,
    tractId: row.tract_id,
    headHash: row.head_hash,
    tokenCount: row.token_count,
    commitCount: row.commit_count,
    tokenSource: row.token_source,
    paramsJson: readJson(row.params_json),
    createdAt: readTime(row.created_at),
  }
}
