import { InvalidInputError, type Repositories, type StoredRow, type StoredTable } from '@tract/repositories'
import { checkFlag, checkOptionalText, checkStore, describe, readOptions } from '../input.js'
import { tractsOf } from '../resolve.js'
import { chunksOf, PAYLOADS_AT_ONCE } from '../verify/reading.js'
import { BundleWriter, type ExportedBundle } from './bundle-writer.js'
import type { CommitBatch } from './commit-order.js'
import { type Beside, commitsOf } from './commits-of.js'
import { Hashes } from './hashes.js'
import { salvage } from './salvage.js'

/** What {@link exportBundle} writes. */
export interface ExportBundleOptions {
  /** The tract; all unless given. */
  readonly tractId?: string
  /**
   * Take what can be read out of a damaged store, whatever lies around it, and list what cannot. Rows whose hash does not
   * fit are listed too, with their text, and are not in the bundle as if they were right. `false` unless given.
   */
  readonly salvage?: boolean
}

/** Rows of these are read so many at a time, because each brings many or long ones. */
const FEW_AT_ONCE = 100

/**
 * A tract, or a whole store, as lines of JSON: a header, a row a line with its values as they are stored, and a last line
 * with counts and the digest of all before it. What a tract took over from others comes with it; what others made of it
 * does not. Whatever is written meanwhile may be in it, and what is in it is whole. It takes memory for what a hash is
 * told by, not for what it names.
 *
 * @throws {@link UnknownTractError} where no row names the tract
 * @returns when all lines have come, what was written and what a salvage lost; the same is in the lines
 */
export async function* exportBundle(
  store: Repositories,
  options: ExportBundleOptions = {},
): AsyncGenerator<string, ExportedBundle, undefined> {
  checkStore(store)
  const { tractId, salvage: isSalvage = false } = readOptions('options', options, ['tractId', 'salvage'])
  checkOptionalText('options.tractId', tractId)
  checkFlag('options.salvage', isSalvage)
  if (isSalvage && tractId !== undefined) {
    throw new InvalidInputError(
      'options.tractId',
      describe(tractId),
      'nothing: a salvage takes the whole store',
    )
  }
  const writer = new BundleWriter(isSalvage)
  if (isSalvage) yield* salvage(store, writer)
  else {
    const tracts = await tractsOf(store, tractId)
    yield writer.header(tracts)
    for await (const [table, row] of rowsOf(store, tracts, tractId === undefined))
      yield writer.row(table, row)
  }
  yield writer.end()
  return writer.written
}

type Rows = AsyncGenerator<readonly [StoredTable, StoredRow], void, undefined>

async function* rowsOf(store: Repositories, tracts: readonly string[], isWhole: boolean): Rows {
  // What names commits is looked up before they are: whatever it names is there by then.
  const refs = await store.storedRows.read('refs', 'tract_id', tracts)
  const records: string[] = []
  const beside: Beside = { events: new Set(), tracts: new Set(tracts) }
  for (const tractId of tracts) {
    for (const recordId of await store.compileRecords.getAllIds(tractId)) records.push(recordId)
    for (const eventId of await store.operationEvents.getAllIds(tractId)) beside.events.add(eventId)
  }
  const sent = new Hashes()
  for await (const batch of commitsOf(store, tracts, beside, isWhole)) yield* commitRows(store, batch, sent)
  if (isWhole) {
    yield* keyed(store, 'blobs', 'content_hash', await store.blobs.getOrphanHashes(), PAYLOADS_AT_ONCE)
  }
  for (const row of refs) yield ['refs', row]
  yield* keyed(store, 'operation_events', 'event_id', [...beside.events])
  yield* keyed(store, 'operation_commits', 'event_id', [...beside.events], FEW_AT_ONCE)
  yield* keyed(store, 'compile_records', 'record_id', records, FEW_AT_ONCE)
  yield* keyed(store, 'compile_effectives', 'record_id', records, FEW_AT_ONCE)
  // The pointers to the tracts in the bundle, and to those from which they took something over.
  yield* keyed(store, 'spawn_pointers', 'child_tract_id', [...beside.tracts])
  yield* keyed(store, 'policy_proposals', 'tract_id', tracts, 1)
  yield* keyed(store, 'policy_log', 'tract_id', tracts, 1)
}

/** @param sent the payloads that have come, to which those of the batch are added */
async function* commitRows(store: Repositories, { commits, links }: CommitBatch, sent: Hashes): Rows {
  const contents = commits.map((row) => String(row.content_hash)).filter((hash) => sent.add(hash))
  yield* keyed(store, 'blobs', 'content_hash', contents, PAYLOADS_AT_ONCE)
  for (const row of commits) yield ['commits', row]
  for (const row of links) yield ['commit_parents', row]
  const hashes = commits.map((row) => String(row.commit_hash))
  yield* keyed(store, 'annotations', 'target_hash', hashes)
}

async function* keyed(
  store: Repositories,
  table: StoredTable,
  column: string,
  values: readonly string[],
  atOnce?: number,
): Rows {
  for (const some of chunksOf(values, atOnce)) {
    for (const row of await store.storedRows.read(table, column, some)) yield [table, row]
  }
}
