import { createHash } from 'node:crypto'
import type { Repositories, StoredRow, StoredTable } from '@tract/repositories'
import { canonicalJson, type JsonValue, SCHEMA_VERSION } from '@tract/schema'
import { checkOptionalText, checkStore, readOptions } from '../input.js'
import { chunksOf } from '../verify/reading.js'
import {
  type BundleEnd,
  type BundleHeader,
  type BundleRow,
  FORMAT,
  FORMAT_VERSION,
  TABLES,
} from './format.js'
import { type Scope, scopeOf } from './scope.js'

/**
 * A tract, or a whole store, as lines of JSON: a header, a row a line with its values as they are stored, and a last line
 * with counts and the digest of all before it. What a tract took over from others comes with it; what others made of it
 * does not. Whatever is written meanwhile may be in it, and what is in it is whole.
 *
 * @param options.tractId the tract; all unless given
 */
export async function* exportBundle(
  store: Repositories,
  options: { readonly tractId?: string } = {},
): AsyncGenerator<string, void, undefined> {
  checkStore(store)
  const { tractId } = readOptions('options', options, ['tractId'])
  checkOptionalText('options.tractId', tractId)
  const tracts = tractId === undefined ? await store.commits.getTractIds() : [tractId]
  const digest = createHash('sha256')
  const rows: Record<string, number> = {}
  const line = (value: JsonValue): string => {
    const text = `${canonicalJson(value)}\n`
    digest.update(text)
    return text
  }
  const versions = { version: FORMAT_VERSION, schema_version: SCHEMA_VERSION } as const
  yield line({ format: FORMAT, ...versions, tracts } satisfies BundleHeader)
  for await (const [table, row] of rowsOf(store, tracts, tractId === undefined)) {
    rows[table] = (rows[table] ?? 0) + 1
    yield line({ table, row: travelling(table, row) } satisfies BundleRow)
  }
  yield `${canonicalJson({ rows, digest: digest.digest('hex') } satisfies BundleEnd)}\n`
}

type Rows = AsyncGenerator<readonly [StoredTable, StoredRow], void, undefined>

async function* rowsOf(store: Repositories, tracts: readonly string[], isWhole: boolean): Rows {
  // Refs and records are read before commits: whatever they name is there by then.
  const refs = await store.storedRows.read('refs', 'tract_id', tracts)
  const records = await store.storedRows.read('compile_records', 'tract_id', tracts)
  const scope = await scopeOf(store, tracts)
  yield* commitRows(store, scope)
  if (isWhole) yield* keyed(store, 'blobs', 'content_hash', await store.blobs.getOrphanHashes())
  for (const row of refs) yield ['refs', row]
  yield* keyed(store, 'operation_events', 'event_id', scope.events)
  yield* keyed(store, 'operation_commits', 'event_id', scope.events)
  for (const row of records) yield ['compile_records', row]
  const recordIds = records.map((row) => String(row.record_id))
  yield* keyed(store, 'compile_effectives', 'record_id', recordIds)
  yield* spawnRows(store, scope)
  yield* keyed(store, 'policy_proposals', 'tract_id', tracts)
  yield* keyed(store, 'policy_log', 'tract_id', tracts)
}

async function* commitRows(store: Repositories, { commits }: Scope): Rows {
  const sent = new Set<string>()
  for (const hashes of chunksOf(commits)) {
    const rows = await store.storedRows.read('commits', 'commit_hash', hashes)
    const contents = [...new Set(rows.map((row) => String(row.content_hash)))].filter(
      (hash) => !sent.has(hash),
    )
    for (const hash of contents) sent.add(hash)
    yield* keyed(store, 'blobs', 'content_hash', contents)
    const byHash = new Map(rows.map((row) => [row.commit_hash, row]))
    for (const hash of hashes) {
      const row = byHash.get(hash)
      if (row !== undefined) yield ['commits', row]
    }
    yield* keyed(store, 'commit_parents', 'commit_hash', hashes)
    yield* keyed(store, 'annotations', 'target_hash', hashes)
  }
}

/** The pointers to the tracts in the bundle, and to those from which they took something over. */
async function* spawnRows(store: Repositories, { tracts, commits }: Scope): Rows {
  const children = new Set(tracts)
  for (const hashes of chunksOf(commits)) {
    for (const { tractId } of (await store.commits.getMany(hashes)).values()) children.add(tractId)
  }
  yield* keyed(store, 'spawn_pointers', 'child_tract_id', [...children])
}

async function* keyed(
  store: Repositories,
  table: StoredTable,
  column: string,
  values: readonly string[],
): Rows {
  for (const some of chunksOf(values)) {
    for (const row of await store.storedRows.read(table, column, some)) yield [table, row]
  }
}

/** A row without what is of one database only. */
function travelling(table: StoredTable, row: StoredRow): StoredRow {
  return Object.fromEntries(TABLES[table].columns.map((column) => [column, row[column] ?? null]))
}
