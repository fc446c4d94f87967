import { CompileRecordRow } from '@tract/schema'
import { eq, sql } from 'drizzle-orm'
import { raceOf } from '../harness/race.js'
import { compileRecords } from '../subjects/drizzle.js'
import { recordOf as recordOfKysely } from '../subjects/kysely-rows.js'
import { RECORD_COLUMNS, recordOf } from '../subjects/rows.js'
import { always, type Question } from './question.js'

export const recordsOfTract: Question = {
  name: 'records-of-tract',
  title: ({ history }) => `all records of a tract (${history.recordedRecords.toLocaleString('en')})`,
  kind: 'several rows',
  writes: false,
  touchesFixedRows: false,
  race({ history, store, db, typeorm, drizzle, kysely }) {
    const limit = db.prepare<[string], unknown[]>(
      `SELECT ${RECORD_COLUMNS} FROM compile_records WHERE tract_id = ? ORDER BY created_at, rowid`,
    )
    limit.raw()
    const repository = typeorm.getRepository(CompileRecordRow)
    const prepared = drizzle
      .select()
      .from(compileRecords)
      .where(eq(compileRecords.tractId, sql.placeholder('tract')))
      .orderBy(compileRecords.createdAt)
      .prepare()
    return raceOf({
      next: always(history.recordedTract),
      contestants: {
        tract: (tract: string) => store.compileRecords.getAll(tract),
        limit: (tract) => limit.all(tract).map(recordOf),
        typeorm: (tractId) => repository.find({ where: { tractId }, order: { createdAt: 'ASC' } }),
        drizzle: (tract) => prepared.all({ tract }),
        kysely: async (tract) => {
          const rows = await kysely
            .selectFrom('compile_records')
            .selectAll()
            .where('tract_id', '=', tract)
            .orderBy('created_at')
            .execute()
          return rows.map(recordOfKysely)
        },
      },
    })
  },
}
