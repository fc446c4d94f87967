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
import { rowsLeft, settle } from './writing.js'

const EVENTS = 2_000

export const saveEvents: Question = {
  name: 'save-events',
  title: () => `record ${EVENTS.toLocaleString('en')} such events in one transaction`,
  kind: 'several rows',
  writes: true,
  touchesFixedRows: true,
  race({ history, store, db, aside, typeorm, drizzle, kysely }) {
    const writeOne = limitWriter(db)
    const write = db.transaction((events: readonly NewEvent[]) => events.forEach(writeOne)).immediate
    const writeByDrizzle = drizzleWriter(drizzle)
    const erase = eraser(aside)
    const next = newEvents(history)
    return raceOf({
      next: () => Array.from({ length: EVENTS }, next),
      contestants: {
        tract: (events: readonly NewEvent[]) =>
          store.transaction(async (tx) => {
            for (const event of events) await tx.operationEvents.saveEventWithCommits(event)
          }),
        limit: (events) => write(events),
        typeorm: (events) => typeorm.transaction((manager) => writeByTypeorm(manager, events)),
        drizzle: (events) =>
          drizzle.transaction(() => events.forEach(writeByDrizzle), { behavior: 'immediate' }),
        kysely: (events) => kysely.transaction().execute((transaction) => writeByKysely(transaction, events)),
      },
      observe: (events: readonly NewEvent[]) =>
        events.map(({ eventId }) => rowsLeft(aside, ...LEFT_BY_EVENT.map((sql) => [sql, eventId] as const))),
      undo: aside.transaction((events: readonly NewEvent[]) => events.forEach(erase)),
      settle: settle(aside),
      mostCalls: 1,
      compared: 1,
    })
  },
}
