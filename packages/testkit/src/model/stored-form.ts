import type { StoredRow, StoredTable, StoredValue } from '@tract/repositories'
import { jsonCodec, timestampCodec } from '@tract/schema'
import type { ModelState } from './state.js'

/** A table as the storage format has it. */
interface StoredForm {
  readonly rows: Exclude<keyof ModelState, 'lastId' | 'texts' | 'allowsGaps'>
  readonly key: readonly string[]
  readonly columns: readonly string[]
  readonly nullable: readonly string[]
}

function form(rows: StoredForm['rows'], key: string, columns: string, nullable = ''): StoredForm {
  const [keys, others, nullables] = [key, columns, nullable].map((names) => names.split(' ').filter(Boolean))
  return {
    rows,
    key: keys ?? [],
    columns: [...(keys ?? []), ...(others ?? []), ...(nullables ?? [])],
    nullable: nullables ?? [],
  }
}

export const STORED_FORMS: Readonly<Record<StoredTable, StoredForm>> = {
  blobs: form('blobs', 'content_hash', 'payload_json byte_size token_count created_at'),
  commits: form(
    'commits',
    'commit_hash',
    'tract_id content_hash content_type operation token_count created_at',
    'parent_hash response_to message metadata_json generation_config_json',
  ),
  commit_parents: form('commitParents', 'commit_hash parent_hash', 'position'),
  refs: form('refs', 'tract_id ref_name', '', 'commit_hash symbolic_target'),
  annotations: form('annotations', 'id', 'tract_id target_hash priority created_at', 'reason'),
  operation_events: form(
    'operationEvents',
    'event_id',
    'tract_id event_type created_at original_tokens compressed_tokens',
    'branch_name params_json',
  ),
  operation_commits: form('operationCommits', 'event_id commit_hash role', 'position'),
  compile_records: form(
    'compileRecords',
    'record_id',
    'tract_id head_hash token_count commit_count token_source created_at',
    'params_json',
  ),
  compile_effectives: form('compileEffectives', 'record_id commit_hash', 'position'),
  spawn_pointers: form(
    'spawnPointers',
    'id',
    'parent_tract_id child_tract_id purpose inheritance_mode created_at',
    'parent_commit_hash display_name',
  ),
  policy_proposals: form(
    'policyProposals',
    'proposal_id',
    'tract_id policy_name action_type status created_at',
    'action_params_json reason resolved_at',
  ),
  policy_log: form(
    'policyLog',
    'id',
    'tract_id policy_name trigger outcome created_at',
    'action_type reason commit_hash error_message',
  ),
}

/** The fields of a row as they are stored; where a text was given that still means the same, that text. */
export function stored(table: StoredTable, row: object, texts: StoredRow | undefined): StoredRow {
  const fields = row as Readonly<Record<string, unknown>>
  const columns = STORED_FORMS[table].columns.map((column) => {
    const value = encode(column, fields[propertyOf(column)])
    const text = texts?.[column] ?? null
    return [column, text !== null && encode(column, decode(column, text)) === value ? text : value] as const
  })
  return Object.fromEntries(columns)
}

/** A row of stored values, as the model keeps it. */
export function decoded(table: StoredTable, row: StoredRow): Record<string, unknown> {
  const columns = STORED_FORMS[table].columns
  return Object.fromEntries(
    columns.map((column) => [propertyOf(column), decode(column, row[column] ?? null)]),
  )
}

function encode(column: string, value: unknown): StoredValue {
  if (isTime(column)) return timestampCodec.to(value)
  if (isJson(column)) return jsonCodec.to(value)
  return (isUpperCase(column) ? String(value).toUpperCase() : value) as StoredValue
}

function decode(column: string, value: StoredValue): unknown {
  if (isTime(column)) return timestampCodec.from(value)
  if (isJson(column)) return jsonCodec.from(value)
  return isUpperCase(column) ? String(value).toLowerCase() : value
}

function propertyOf(column: string): string {
  return column.replace(/_./g, (letter) => letter.slice(1).toUpperCase())
}

function isTime(column: string): boolean {
  return column.endsWith('_at')
}

function isJson(column: string): boolean {
  return column.endsWith('_json') && column !== 'payload_json'
}

function isUpperCase(column: string): boolean {
  return column === 'operation' || column === 'priority'
}
