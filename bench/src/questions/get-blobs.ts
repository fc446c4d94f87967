import { BlobRow } from '@tract/schema'
import { inArray } from 'drizzle-orm'
import { In } from 'typeorm'
import { raceOf } from '../harness/race.js'
import { blobs } from '../subjects/drizzle.js'
import { blobOf as blobOfKysely } from '../subjects/kysely-rows.js'
import { BLOB_COLUMNS, blobOf } from '../subjects/rows.js'
import { always, type Question } from './question.js'

export const getBlobs: Question = {
  name: 'get-blobs',
  title: ({ history }) => `getMany of ${history.contents.length.toLocaleString('en')} blobs`,
  kind: 'several rows',
  writes: false,
  touchesFixedRows: false,
  race({ history, store, db, typeorm, drizzle, kysely }) {
    const limit = db.prepare<[string], unknown[]>(`
      SELECT ${BLOB_COLUMNS} FROM json_each(?) AS wanted CROSS JOIN blobs ON blobs.content_hash = wanted.value`)
    limit.raw()
    const repository = typeorm.getRepository(BlobRow)
    return raceOf({
      next: always(history.contents),
      contestants: {
        tract: (hashes: readonly string[]) => store.blobs.getMany(hashes),
        limit: (hashes) => byHash(limit.all(JSON.stringify(hashes)).map(blobOf)),
        typeorm: async (hashes) => byHash(await repository.findBy({ contentHash: In(hashes) })),
        drizzle: (hashes) =>
          byHash(
            drizzle
              .select()
              .from(blobs)
              .where(inArray(blobs.contentHash, [...hashes]))
              .all(),
          ),
        kysely: async (hashes) => {
          const rows = await kysely
            .selectFrom('blobs')
            .selectAll()
            .where('content_hash', 'in', hashes)
            .execute()
          return byHash(rows.map(blobOfKysely))
        },
      },
    })
  },
}

function byHash(rows: readonly BlobRow[]): Map<string, BlobRow> {
  return new Map(rows.map((row) => [row.contentHash, row]))
}
