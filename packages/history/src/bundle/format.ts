import type { StoredRow, StoredTable } from '@tract/repositories'
import type { JsonObject } from '@tract/schema'

/** What the first line of a bundle says it is. */
export const FORMAT = 'tract-bundle'
/** The version of the bundle's own form. */
export const FORMAT_VERSION = 1

/** The first line. */
export interface BundleHeader {
  readonly format: typeof FORMAT
  readonly version: typeof FORMAT_VERSION
  readonly schema_version: number
  /** The tracts that are in it whole; none in one that was salvaged. */
  readonly tracts: readonly string[]
  /** Whether it is what could be got out of a damaged store. */
  readonly salvaged?: true
}

/** Every line between the first and the last: a row, its values as the storage format encodes them. */
export interface BundleRow {
  readonly table: StoredTable
  readonly row: StoredRow
}

/** A line of a salvaged bundle: something that is not in it as it was. */
export interface BundleLoss {
  readonly lost: JsonObject
}

/** The last line. */
export interface BundleEnd {
  /** Rows by table. */
  readonly rows: Readonly<Record<string, number>>
  /** How many lines of losses there are, in a salvaged bundle. */
  readonly lost?: number
  /** SHA-256 of all lines before this one, each with its line feed. */
  readonly digest: string
}

/** A table of the format as bundles know it. */
export interface TableForm {
  readonly columns: readonly string[]
  /** What tells a row from others. Where the database gives an `id`, that is of one database only and does not travel. */
  readonly key: readonly string[]
  /** Whether equal rows may stand side by side, so that they are counted instead of known by a key. */
  readonly isLog: boolean
}

const form = (key: readonly string[], columns: readonly string[], isLog = false): TableForm => ({
  ...{ key, isLog },
  columns: [...key, ...columns],
})

/** The tables, those before that others refer to. */
export const TABLES: Readonly<Record<StoredTable, TableForm>> = {
  blobs: form(['content_hash'], ['payload_json', 'byte_size', 'token_count', 'created_at']),
  commits: form(
    ['commit_hash'],
    [
      ...['tract_id', 'parent_hash', 'content_hash', 'content_type', 'operation', 'response_to', 'message'],
      ...['token_count', 'metadata_json', 'generation_config_json', 'created_at'],
    ],
  ),
  commit_parents: form(['commit_hash', 'parent_hash'], ['position']),
  annotations: form(['tract_id', 'target_hash', 'priority', 'reason', 'created_at'], [], true),
  refs: form(['tract_id', 'ref_name'], ['commit_hash', 'symbolic_target']),
  operation_events: form(
    ['event_id'],
    [
      ...['tract_id', 'event_type', 'branch_name', 'created_at', 'original_tokens', 'compressed_tokens'],
      'params_json',
    ],
  ),
  operation_commits: form(['event_id', 'commit_hash', 'role'], ['position']),
  compile_records: form(
    ['record_id'],
    ['tract_id', 'head_hash', 'token_count', 'commit_count', 'token_source', 'params_json', 'created_at'],
  ),
  compile_effectives: form(['record_id', 'commit_hash'], ['position']),
  spawn_pointers: form(
    ['child_tract_id'],
    ['parent_tract_id', 'parent_commit_hash', 'purpose', 'inheritance_mode', 'display_name', 'created_at'],
  ),
  policy_proposals: form(
    ['proposal_id'],
    [
      ...['tract_id', 'policy_name', 'action_type', 'action_params_json', 'reason', 'status', 'created_at'],
      'resolved_at',
    ],
  ),
  policy_log: form(
    [
      ...['tract_id', 'policy_name', 'trigger', 'action_type', 'reason', 'outcome', 'commit_hash'],
      ...['error_message', 'created_at'],
    ],
    [],
    true,
  ),
}

/** What a column names: a row that stands before, in this table. */
export const REFERENCES: Partial<Record<StoredTable, Readonly<Record<string, StoredTable>>>> = {
  commits: { content_hash: 'blobs', parent_hash: 'commits', response_to: 'commits' },
  commit_parents: { commit_hash: 'commits', parent_hash: 'commits' },
  annotations: { target_hash: 'commits' },
  refs: { commit_hash: 'commits' },
  operation_commits: { event_id: 'operation_events', commit_hash: 'commits' },
  compile_effectives: { record_id: 'compile_records', commit_hash: 'commits' },
  spawn_pointers: { parent_commit_hash: 'commits' },
}

/**
 * Whether a column that is `null` in one of two equal rows may have been lost there: not one of a key, nor of a row without
 * a key, which would be another row then; nor one that names a row, for without it the row says something else. What a hash
 * covers is a name or is never `null`.
 */
export function canBeFilled(table: StoredTable, column: string): boolean {
  const { key, isLog } = TABLES[table]
  return (
    !isLog && table !== 'refs' && !key.includes(column) && !Object.hasOwn(REFERENCES[table] ?? {}, column)
  )
}
