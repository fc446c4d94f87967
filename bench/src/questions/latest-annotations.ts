import { AnnotationRow } from '@tract/schema'
import { inArray } from 'drizzle-orm'
import { In } from 'typeorm'
import { raceOf } from '../harness/race.js'
import { annotations } from '../subjects/drizzle.js'
import { annotationOf as annotationOfKysely } from '../subjects/kysely-rows.js'
import { ANNOTATION_COLUMNS, annotationOf } from '../subjects/rows.js'
import { always, type Question } from './question.js'

const LATEST_OF_EACH = `
  SELECT ${ANNOTATION_COLUMNS} FROM json_each(?) AS wanted CROSS JOIN annotations ON annotations.id = (
    SELECT id FROM annotations AS one WHERE one.target_hash = wanted.value
    ORDER BY one.created_at DESC, one.id DESC LIMIT 1)`

export const latestAnnotations: Question = {
  name: 'latest-annotations',
  title: ({ history }) => `batchGetLatest of ${history.chain.length.toLocaleString('en')}`,
  kind: 'several rows',
  writes: false,
  touchesFixedRows: false,
  race({ history, store, db, typeorm, drizzle, kysely }) {
    const limit = db.prepare<[string], unknown[]>(LATEST_OF_EACH)
    limit.raw()
    const repository = typeorm.getRepository(AnnotationRow)
    return raceOf({
      next: always(history.chain),
      contestants: {
        tract: (hashes: readonly string[]) => store.annotations.batchGetLatest(hashes),
        limit: (hashes) => lastOfEach(limit.all(JSON.stringify(hashes)).map(annotationOf)),
        // The peers read all annotations of each commit, oldest first; the last of a commit overwrites the others.
        typeorm: async (hashes) =>
          lastOfEach(
            await repository.find({
              where: { targetHash: In(hashes) },
              order: { createdAt: 'ASC', id: 'ASC' },
            }),
          ),
        drizzle: (hashes) =>
          lastOfEach(
            drizzle
              .select()
              .from(annotations)
              .where(inArray(annotations.targetHash, [...hashes]))
              .orderBy(annotations.createdAt, annotations.id)
              .all(),
          ),
        kysely: async (hashes) => {
          const rows = await kysely
            .selectFrom('annotations')
            .selectAll()
            .where('target_hash', 'in', hashes)
            .orderBy('created_at')
            .orderBy('id')
            .execute()
          return lastOfEach(rows.map(annotationOfKysely))
        },
      },
    })
  },
}

function lastOfEach(rows: readonly AnnotationRow[]): Map<string, AnnotationRow> {
  const latest = new Map<string, AnnotationRow>()
  for (const row of rows) latest.set(row.targetHash, row)
  return latest
}
