import type { StoredRow } from '@tract/repositories'
import { type CommitRow, timestampCodec } from '@tract/schema'

/**
 * A commit with what its hash covers, of undecoded values; `null` where it has no time.
 *
 * @throws {@link UnreadableValueError} for a time that is none
 */
export function commitOfStored(row: StoredRow): CommitRow | null {
  const text = (column: string) => {
    const value = row[column] ?? null
    return value === null ? null : String(value)
  }
  const operation = String(row.operation)
  const createdAt = timestampCodec.from(row.created_at)
  if (createdAt === null) return null
  return {
    commitHash: String(row.commit_hash),
    tractId: String(row.tract_id),
    parentHash: text('parent_hash'),
    contentHash: String(row.content_hash),
    contentType: String(row.content_type),
    // Stored in capitals; what is not is no writer's, and fits no hash.
    operation: operation === operation.toUpperCase() ? operation.toLowerCase() : operation,
    responseTo: text('response_to'),
    message: text('message'),
    tokenCount: Number(row.token_count),
    metadataJson: null,
    generationConfigJson: null,
    createdAt,
  }
}
