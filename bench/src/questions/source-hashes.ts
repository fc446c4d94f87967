import { OperationCommitRow, OperationEventRow } from '@tract/schema'
import { and, eq, sql } from 'drizzle-orm'
import { raceOf } from '../harness/race.js'
import { operationCommits, operationEvents } from '../subjects/drizzle.js'
import { always, type Question } from './question.js'

const SOURCE_HASHES = `
  SELECT link.commit_hash
  FROM operation_events AS event CROSS JOIN operation_commits AS link ON link.event_id = event.event_id
  WHERE event.tract_id = ? AND link.role = 'source'`

export const sourceHashes: Question = {
  name: 'source-hashes',
  title: ({ history }) => `all source hashes of a tract (${history.compressedSources.toLocaleString('en')})`,
  kind: 'several rows',
  writes: false,
  touchesFixedRows: false,
  race({ history, store, db, typeorm, drizzle, kysely }) {
    const limit = db.prepare<[string], string>(SOURCE_HASHES).pluck()
    const repository = typeorm.getRepository(OperationCommitRow)
    const prepared = drizzle
      .select({ commitHash: operationCommits.commitHash })
      .from(operationCommits)
      .innerJoin(operationEvents, eq(operationEvents.eventId, operationCommits.eventId))
      .where(and(eq(operationEvents.tractId, sql.placeholder('tract')), eq(operationCommits.role, 'source')))
      .prepare()
    return raceOf({
      next: always(history.compressedTract),
      contestants: {
        tract: (tract: string) => store.operationEvents.getAllSourceHashes(tract),
        limit: (tract) => new Set(limit.all(tract)),
        typeorm: async (tract) => {
          const links = await repository
            .createQueryBuilder('link')
            .select('link.commitHash', 'hash')
            .innerJoin(OperationEventRow, 'event', 'event.eventId = link.eventId')
            .where('event.tractId = :tract AND link.role = :role', { tract, role: 'source' })
            .getRawMany<{ hash: string }>()
          return new Set(links.map(({ hash }) => hash))
        },
        drizzle: (tract) => new Set(prepared.all({ tract }).map(({ commitHash }) => commitHash)),
        kysely: async (tract) => {
          const links = await kysely
            .selectFrom('operation_commits as link')
            .innerJoin('operation_events as event', 'event.event_id', 'link.event_id')
            .select('link.commit_hash')
            .where('event.tract_id', '=', tract)
            .where('link.role', '=', 'source')
            .execute()
          return new Set(links.map(({ commit_hash }) => commit_hash))
        },
      },
    })
  },
}
