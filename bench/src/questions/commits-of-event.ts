import { OperationCommitRow } from '@tract/schema'
import { desc, eq, sql } from 'drizzle-orm'
import { raceOf } from '../harness/race.js'
import { operationCommits } from '../subjects/drizzle.js'
import { LINK_COLUMNS, linkOf } from '../subjects/rows.js'
import { cycle, type Question } from './question.js'

export const commitsOfEvent: Question = {
  name: 'commits-of-event',
  title: () => "an event's commits (9 rows)",
  kind: 'several rows',
  writes: false,
  touchesFixedRows: true,
  race({ history, store, db, typeorm, drizzle, kysely }) {
    const limit = db.prepare<[string], unknown[]>(`
      SELECT ${LINK_COLUMNS} FROM operation_commits WHERE event_id = ? ORDER BY position, role DESC, rowid`)
    limit.raw()
    const repository = typeorm.getRepository(OperationCommitRow)
    const prepared = drizzle
      .select()
      .from(operationCommits)
      .where(eq(operationCommits.eventId, sql.placeholder('id')))
      .orderBy(operationCommits.position, desc(operationCommits.role))
      .prepare()
    return raceOf({
      next: cycle(history.someEvents),
      contestants: {
        tract: (id: string) => store.operationEvents.getCommits(id),
        limit: (id) => limit.all(id).map(linkOf),
        typeorm: (eventId) =>
          repository.find({ where: { eventId }, order: { position: 'ASC', role: 'DESC' } }),
        drizzle: (id) => prepared.all({ id }),
        kysely: (id) =>
          kysely
            .selectFrom('operation_commits')
            .select(['event_id as eventId', 'commit_hash as commitHash', 'role', 'position'])
            .where('event_id', '=', id)
            .orderBy('position')
            .orderBy('role', 'desc')
            .execute(),
      },
    })
  },
}
