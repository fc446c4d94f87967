import { OperationCommitRow } from '@tract/schema'
import { and, eq, sql } from 'drizzle-orm'
import { raceOf } from '../harness/race.js'
import type { History } from '../history/history.js'
import { operationCommits } from '../subjects/drizzle.js'
import { cycle, type Question } from './question.js'

export const isSourceHit = isSource('hit', (history) => history.someSources)
export const isSourceMiss = isSource('miss', (history) => history.someCommits)

function isSource(outcome: 'hit' | 'miss', hashesOf: (history: History) => readonly string[]): Question {
  return {
    name: `is-source-${outcome}`,
    title: () => `isSourceOf, ${outcome}`,
    kind: 'one row',
    writes: false,
    touchesFixedRows: true,
    race({ history, store, db, typeorm, drizzle, kysely }) {
      const limit = db.prepare<[string], 1>(
        `SELECT 1 FROM operation_commits WHERE commit_hash = ? AND role = 'source' LIMIT 1`,
      )
      limit.pluck()
      const repository = typeorm.getRepository(OperationCommitRow)
      const prepared = drizzle
        .select({ eventId: operationCommits.eventId })
        .from(operationCommits)
        .where(
          and(eq(operationCommits.commitHash, sql.placeholder('hash')), eq(operationCommits.role, 'source')),
        )
        .limit(1)
        .prepare()
      return raceOf({
        next: cycle(hashesOf(history)),
        contestants: {
          tract: (hash: string) => store.operationEvents.isSourceOf(hash),
          limit: (hash) => limit.get(hash) !== undefined,
          typeorm: (commitHash) => repository.existsBy({ commitHash, role: 'source' }),
          drizzle: (hash) => prepared.get({ hash }) !== undefined,
          kysely: async (hash) => {
            const link = await kysely
              .selectFrom('operation_commits')
              .select('event_id')
              .where('commit_hash', '=', hash)
              .where('role', '=', 'source')
              .limit(1)
              .executeTakeFirst()
            return link !== undefined
          },
        },
      })
    },
  }
}
