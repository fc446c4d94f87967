import { CompileRecordRow } from '@tract/schema'
import { eq, sql } from 'drizzle-orm'
import { raceOf } from '../harness/race.js'
import { compileRecords } from '../subjects/drizzle.js'
import { recordOf as recordOfKysely } from '../subjects/kysely-rows.js'
import { RECORD_COLUMNS, recordOf } from '../subjects/rows.js'
import { cycle, type Question } from './question.js'

export const getRecord: Question = {
  name: 'get-record',
  title: () => 'get a compile record by id',
  kind: 'one row',
  writes: false,
  touchesFixedRows: true,
  race({ history, store, db, typeorm, drizzle, kysely }) {
    const limit = db.prepare<[string], unknown[]>(
      `SELECT ${RECORD_COLUMNS} FROM compile_records WHERE record_id = ?`,
    )
    limit.raw()
    const repository = typeorm.getRepository(CompileRecordRow)
    const prepared = drizzle
      .select()
      .from(compileRecords)
      .where(eq(compileRecords.recordId, sql.placeholder('id')))
      .prepare()
    return raceOf({
      next: cycle(history.someRecords),
      contestants: {
        tract: (id: string) => store.compileRecords.getRecord(id),
        limit: (id) => {
          const raw = limit.get(id)
          return raw === undefined ? null : recordOf(raw)
        },
        typeorm: (recordId) => repository.findOneBy({ recordId }),
        drizzle: (id) => prepared.get({ id }) ?? null,
        kysely: async (id) => {
          const row = await kysely
            .selectFrom('compile_records')
            .selectAll()
            .where('record_id', '=', id)
            .executeTakeFirst()
          return row === undefined ? null : recordOfKysely(row)
        },
      },
    })
  },
}
