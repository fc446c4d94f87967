import type { BlobRow } from '@tract/schema'
import type { BlobInput } from './inputs.js'

/** Content-addressed payloads: each is stored once, under the hash of its content. */
export abstract class BlobRepository {
  /** The blob, or `null`. */
  abstract get(contentHash: string): Promise<BlobRow | null>

  /** The blobs that exist, by hash, in the order of the question. */
  abstract getMany(contentHashes: readonly string[]): Promise<Map<string, BlobRow>>

  /**
   * Stores the blob unless its hash is there; returns the row that is stored afterwards, which is the first one ever
   * given under that hash.
   */
  abstract saveIfAbsent(blob: BlobInput): Promise<BlobRow>

  /** Deletes the blob when no commit refers to it. Returns whether it did. */
  abstract deleteIfOrphaned(contentHash: string): Promise<boolean>

  /** The hashes of all blobs that no commit refers to, by code point. Looks at every blob. */
  abstract getOrphanHashes(): Promise<readonly string[]>
}
