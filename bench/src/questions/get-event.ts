import { OperationEventRow } from '@tract/schema'
import { eq, sql } from 'drizzle-orm'
import { raceOf } from '../harness/race.js'
import { operationEvents } from '../subjects/drizzle.js'
import { eventOf as eventOfKysely } from '../subjects/kysely-rows.js'
import { EVENT_COLUMNS, eventOf } from '../subjects/rows.js'
import { cycle, type Question } from './question.js'

export const getEvent: Question = {
  name: 'get-event',
  title: () => 'get an event by id',
  kind: 'one row',
  writes: false,
  touchesFixedRows: true,
  race({ history, store, db, typeorm, drizzle, kysely }) {
    const limit = db.prepare<[string], unknown[]>(
      `SELECT ${EVENT_COLUMNS} FROM operation_events WHERE event_id = ?`,
    )
    limit.raw()
    const repository = typeorm.getRepository(OperationEventRow)
    const prepared = drizzle
      .select()
      .from(operationEvents)
      .where(eq(operationEvents.eventId, sql.placeholder('id')))
      .prepare()
    return raceOf({
      next: cycle(history.someEvents),
      contestants: {
        tract: (id: string) => store.operationEvents.getEvent(id),
        limit: (id) => {
          const raw = limit.get(id)
          return raw === undefined ? null : eventOf(raw)
        },
        typeorm: (eventId) => repository.findOneBy({ eventId }),
        drizzle: (id) => prepared.get({ id }) ?? null,
        kysely: async (id) => {
          const row = await kysely
            .selectFrom('operation_events')
            .selectAll()
            .where('event_id', '=', id)
            .executeTakeFirst()
          return row === undefined ? null : eventOfKysely(row)
        },
      },
    })
  },
}
