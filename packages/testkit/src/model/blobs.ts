import { type BlobInput, BlobRepository } from '@tract/repositories'
import type { BlobRow } from '@tract/schema'
import { compareText, handOut, pick, timeFor } from './rules.js'
import type { ModelState } from './state.js'

export class ModelBlobRepository extends BlobRepository {
  readonly #state: ModelState

  constructor(state: ModelState) {
    super()
    this.#state = state
  }

  override async get(contentHash: string): Promise<BlobRow | null> {
    return handOut(this.#find(contentHash) ?? null)
  }

  override async getMany(contentHashes: readonly string[]): Promise<Map<string, BlobRow>> {
    return pick(contentHashes, (contentHash) => this.#find(contentHash))
  }

  override async saveIfAbsent(blob: BlobInput): Promise<BlobRow> {
    const first = this.#find(blob.contentHash)
    if (first !== undefined) return handOut(first)
    const row = { ...blob, createdAt: timeFor(blob) }
    this.#state.blobs.push(row)
    return handOut(row)
  }

  override async deleteIfOrphaned(contentHash: string): Promise<boolean> {
    const index = this.#state.blobs.findIndex((blob) => blob.contentHash === contentHash)
    if (index === -1 || this.#state.commits.some((commit) => commit.contentHash === contentHash)) return false
    this.#state.blobs.splice(index, 1)
    return true
  }

  override async getOrphanHashes(): Promise<readonly string[]> {
    const named = new Set(this.#state.commits.map((commit) => commit.contentHash))
    const hashes = this.#state.blobs.map((blob) => blob.contentHash)
    return hashes.filter((hash) => !named.has(hash)).sort(compareText)
  }

  #find(contentHash: string): BlobRow | undefined {
    return this.#state.blobs.find((blob) => blob.contentHash === contentHash)
  }
}
