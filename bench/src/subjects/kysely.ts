import { type Generated, Kysely, SqliteDialect } from 'kysely'
import { openHandle } from './open-handle.js'

// Rows as they stand in the file; time and JSON are decoded after the query, for kysely has no place for that.

export interface Tables {
  readonly blobs: {
    content_hash: string
    payload_json: string
    byte_size: number
    token_count: number
    created_at: string
  }
  readonly commits: {
    readonly rowid: Generated<number>
    commit_hash: string
    tract_id: string
    parent_hash: string | null
    content_hash: string
    content_type: string
    operation: string
    response_to: string | null
    message: string | null
    token_count: number
    metadata_json: string | null
    generation_config_json: string | null
    created_at: string
  }
  readonly refs: {
    tract_id: string
    ref_name: string
    commit_hash: string | null
    symbolic_target: string | null
  }
  readonly annotations: {
    id: Generated<number>
    tract_id: string
    target_hash: string
    priority: string
    reason: string | null
    created_at: string
  }
  readonly operation_events: {
    event_id: string
    tract_id: string
    event_type: string
    branch_name: string | null
    created_at: string
    original_tokens: number
    compressed_tokens: number
    params_json: string | null
  }
  readonly operation_commits: { event_id: string; commit_hash: string; role: string; position: number }
  readonly compile_records: {
    record_id: string
    tract_id: string
    head_hash: string
    token_count: number
    commit_count: number
    token_source: string
    params_json: string | null
    created_at: string
  }
  readonly compile_effectives: { record_id: string; commit_hash: string; position: number }
}

export function openKysely(path: string): Kysely<Tables> {
  return new Kysely<Tables>({ dialect: new SqliteDialect({ database: openHandle(path) }) })
}
