import { CompileEffectiveRow } from '@tract/schema'
import { eq, sql } from 'drizzle-orm'
import { raceOf } from '../harness/race.js'
import type { History } from '../history/history.js'
import { compileEffectives } from '../subjects/drizzle.js'
import { EFFECTIVE_COLUMNS, effectiveOf } from '../subjects/rows.js'
import { cycle, type Question } from './question.js'

export const effectivesOf20 = effectivesOfRecord(20, (history) => history.recordsOf20)
export const effectivesOf200 = effectivesOfRecord(200, (history) => history.recordsOf200)

function effectivesOfRecord(count: number, recordsOf: (history: History) => readonly string[]): Question {
  return {
    name: `effectives-of-record-${count}`,
    title: () => `a record's effective commits (${count} rows)`,
    kind: 'several rows',
    writes: false,
    touchesFixedRows: true,
    race({ history, store, db, typeorm, drizzle, kysely }) {
      const limit = db.prepare<[string], unknown[]>(`
        SELECT ${EFFECTIVE_COLUMNS} FROM compile_effectives WHERE record_id = ? ORDER BY position, rowid`)
      limit.raw()
      const repository = typeorm.getRepository(CompileEffectiveRow)
      const prepared = drizzle
        .select()
        .from(compileEffectives)
        .where(eq(compileEffectives.recordId, sql.placeholder('id')))
        .orderBy(compileEffectives.position)
        .prepare()
      return raceOf({
        next: cycle(recordsOf(history)),
        contestants: {
          tract: (id: string) => store.compileRecords.getEffectives(id),
          limit: (id) => limit.all(id).map(effectiveOf),
          typeorm: (recordId) => repository.find({ where: { recordId }, order: { position: 'ASC' } }),
          drizzle: (id) => prepared.all({ id }),
          kysely: (id) =>
            kysely
              .selectFrom('compile_effectives')
              .select(['record_id as recordId', 'commit_hash as commitHash', 'position'])
              .where('record_id', '=', id)
              .orderBy('position')
              .execute(),
        },
      })
    },
  }
}
