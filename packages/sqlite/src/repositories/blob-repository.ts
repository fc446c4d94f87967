import { type BlobInput, BlobRepository } from '@tract/repositories'
import type { BlobRow } from '@tract/schema'
import { checkId, readIdsAsJson } from '../input.js'
import { byKey } from '../lookup.js'
import type { Session } from '../session.js'

const BLOB = 'SELECT blobs.* FROM blobs WHERE content_hash = ?'
// A CROSS JOIN keeps its order: the rows come in the order of the question.
const BLOBS =
  'SELECT blobs.* FROM json_each(?) AS wanted CROSS JOIN blobs ON blobs.content_hash = wanted.value'
/** What becomes of a blob whose hash is there. */
export const KEEP_FIRST_BLOB = 'ON CONFLICT (content_hash) DO NOTHING'
const DELETE_ORPHAN = `
  DELETE FROM blobs
  WHERE content_hash = ? AND NOT EXISTS (SELECT 1 FROM commits WHERE commits.content_hash = blobs.content_hash)`
const ORPHANS = `
  SELECT content_hash FROM blobs
  WHERE NOT EXISTS (SELECT 1 FROM commits WHERE commits.content_hash = blobs.content_hash) ORDER BY content_hash`

export class SqliteBlobRepository extends BlobRepository {
  readonly #session: Session

  constructor(session: Session) {
    super()
    this.#session = session
  }

  override async get(contentHash: string): Promise<BlobRow | null> {
    checkId('contentHash', contentHash)
    return this.#session.read((db) => db.blobs.get(BLOB, contentHash))
  }

  override async getMany(contentHashes: readonly string[]): Promise<Map<string, BlobRow>> {
    const wanted = readIdsAsJson('contentHashes', contentHashes)
    const blobs = await this.#session.read((db) => db.blobs.all(BLOBS, wanted))
    return byKey(blobs, (blob) => blob.contentHash)
  }

  override async saveIfAbsent(blob: BlobInput): Promise<BlobRow> {
    const values = this.#session.forms.blobs.encode(blob)
    return this.#session.write((db) => {
      const isNew = db.blobs.insertUnlessKnown(values, KEEP_FIRST_BLOB)
      const row = db.blobs.rowOf(values)
      return isNew ? row : (db.blobs.get(BLOB, row.contentHash) ?? row)
    })
  }

  override async deleteIfOrphaned(contentHash: string): Promise<boolean> {
    checkId('contentHash', contentHash)
    return this.#session.write((db) => db.run(DELETE_ORPHAN, contentHash) === 1)
  }

  override async getOrphanHashes(): Promise<readonly string[]> {
    return this.#session.read((db) => db.values(ORPHANS) as string[])
  }
}
