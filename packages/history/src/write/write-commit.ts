import { DamagedDataError, type Repositories, type StoredRow } from '@tract/repositories'
import {
  type CommitOperation,
  type CommitRow,
  commitHash,
  contentHashOfStored,
  type JsonObject,
  payloadJson,
  type Timestamp,
  timestampCodec,
} from '@tract/schema'
import { convert } from '../input.js'
import { afterMoment, momentAfter } from '../moment.js'

/** A commit before it has its moment and its hash. */
export interface Draft {
  readonly tractId: string
  readonly parent: CommitRow | null
  readonly contentHash: string
  readonly contentType: string
  readonly tokenCount: number
  readonly operation?: CommitOperation
  readonly responseTo?: string | null
  readonly extraParents?: readonly string[]
  readonly message?: string | null
  readonly metadataJson?: JsonObject | null
  readonly generationConfigJson?: JsonObject | null
  readonly createdAt?: Timestamp
}

/** Settings of a commit in the texts that are stored, where a copy has those of another. */
export type StoredSettings = Pick<StoredRow, 'metadata_json' | 'generation_config_json'>

/**
 * Stores a commit under a hash that is its own. Where the same text on the same parent has the same microsecond, in
 * whatever tract, the later one takes the next.
 *
 * @param settings what the copy of a commit takes over as it stands: decoded, a number would lose its text
 */
export async function writeCommit(
  repositories: Repositories,
  draft: Draft,
  settings?: StoredSettings,
): Promise<CommitRow> {
  const { parent, operation = 'append', responseTo = null, extraParents = [], ...rest } = draft
  const parentHash = parent?.commitHash ?? null
  let createdAt = draft.createdAt ?? momentAfter(parent?.createdAt ?? null)
  const { contentHash, contentType } = rest
  const covered = { contentHash, contentType, parentHash, operation, responseTo, extraParents }
  let hash = commitHash({ ...covered, createdAt })
  while ((await repositories.commits.get(hash)) !== null) {
    createdAt = afterMoment(createdAt)
    hash = commitHash({ ...covered, createdAt })
  }
  const { tractId, message = null, tokenCount, metadataJson = null, generationConfigJson = null } = rest
  const described = { tractId, message, tokenCount, metadataJson, generationConfigJson }
  const row = {
    ...{ commitHash: hash, parentHash, contentHash, contentType, operation, responseTo, createdAt },
    ...described,
  }
  const commit =
    settings === undefined
      ? await repositories.commits.save(row)
      : await saveStored(repositories, row, settings)
  if (extraParents.length > 0) {
    // A merge that is copied to the start of a chain has only the parents that it merged.
    const first = parentHash === null ? [] : [parentHash]
    await repositories.commitParents.addParents(hash, [...first, ...extraParents])
  }
  return commit
}

async function saveStored(
  { commits, storedRows }: Repositories,
  row: Omit<CommitRow, 'metadataJson' | 'generationConfigJson'>,
  settings: StoredSettings,
): Promise<CommitRow> {
  const { commitHash: hash, tractId, parentHash, contentHash, contentType, operation, responseTo } = row
  await storedRows.insert('commits', [
    {
      ...{ commit_hash: hash, tract_id: tractId, parent_hash: parentHash, content_hash: contentHash },
      ...{ content_type: contentType, operation: operation.toUpperCase(), response_to: responseTo },
      ...{ message: row.message, token_count: row.tokenCount, created_at: timestampCodec.to(row.createdAt) },
      ...settings,
    },
  ])
  const commit = await commits.get(hash)
  if (commit === null) throw new DamagedDataError(`commit ${hash}`, 'nothing', 'what was just stored')
  return commit
}

/** Stores a payload once. Returns its hash. */
export async function writePayload(
  repositories: Repositories,
  payload: JsonObject,
  tokenCount: number,
  createdAt?: Timestamp,
): Promise<string> {
  const text = convert('payload', () => payloadJson(payload))
  // Of the text, not of the payload: that might read otherwise the second time.
  const hash = contentHashOfStored(text)
  const blob = { contentHash: hash, payloadJson: text, byteSize: Buffer.byteLength(text), tokenCount }
  await repositories.blobs.saveIfAbsent(createdAt === undefined ? blob : { ...blob, createdAt })
  return hash
}

/** Instructions are kept verbatim unless someone says otherwise; the original system writes the same words. */
export async function pinInstruction(repositories: Repositories, commit: CommitRow): Promise<void> {
  if (commit.contentType !== 'instruction' || commit.operation === 'edit') return
  const { tractId, commitHash: targetHash, createdAt } = commit
  const reason = 'Default priority for instruction'
  await repositories.annotations.save({ tractId, targetHash, priority: 'pinned', reason, createdAt })
}
