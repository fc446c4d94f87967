import { raceOf } from '../harness/race.js'
import {
  drizzleWriter,
  eraser,
  LEFT_BY_EVENT,
  limitWriter,
  type NewEvent,
  newEvents,
  writeByKysely,
  writeByTypeorm,
} from './new-event.js'
import type { Question } from './question.js'
import { MOST_WRITES, rowsLeft, settle } from './writing.js'

export const saveEvent: Question = {
  name: 'save-event',
  title: () => 'record an event (8 sources, 1 result)',
  kind: 'several rows',
  writes: true,
  touchesFixedRows: true,
  race({ history, store, db, aside, typeorm, drizzle, kysely }) {
    const write = db.transaction(limitWriter(db)).immediate
    const writeByDrizzle = drizzleWriter(drizzle)
    return raceOf({
      next: newEvents(history),
      contestants: {
        tract: (event: NewEvent) => store.operationEvents.saveEventWithCommits(event),
        limit: (event) => write(event),
        typeorm: (event) => typeorm.transaction((manager) => writeByTypeorm(manager, [event])),
        drizzle: (event) => drizzle.transaction(() => writeByDrizzle(event), { behavior: 'immediate' }),
        kysely: (event) => kysely.transaction().execute((transaction) => writeByKysely(transaction, [event])),
      },
      observe: ({ eventId }: NewEvent) =>
        rowsLeft(aside, ...LEFT_BY_EVENT.map((sql) => [sql, eventId] as const)),
      undo: eraser(aside),
      settle: settle(aside),
      mostCalls: MOST_WRITES,
    })
  },
}
