import { CommitRow } from '@tract/schema'
import { and, gte, lt, sql } from 'drizzle-orm'
import { And, LessThan, MoreThanOrEqual } from 'typeorm'
import { raceOf } from '../harness/race.js'
import { commits } from '../subjects/drizzle.js'
import { commitOf as commitOfKysely } from '../subjects/kysely-rows.js'
import { COMMIT_COLUMNS, commitOf } from '../subjects/rows.js'
import { cycle, type Question } from './question.js'

const BEHIND_EVERY_DIGIT = 'g'
const SHOWN_DIGITS = 12

export const commitByPrefix: Question = {
  name: 'commit-by-prefix',
  title: () => `getByPrefix (${SHOWN_DIGITS} digits)`,
  kind: 'one row',
  writes: false,
  touchesFixedRows: true,
  race({ history, store, db, typeorm, drizzle, kysely }) {
    const limit = db.prepare<[string, string, number], unknown[]>(`
      SELECT ${COMMIT_COLUMNS} FROM commits WHERE commit_hash >= ? AND commit_hash < ? ORDER BY commit_hash LIMIT +?`)
    limit.raw()
    const repository = typeorm.getRepository<Pick<CommitRow, 'commitHash'>>(CommitRow)
    const prepared = drizzle
      .select()
      .from(commits)
      .where(
        and(
          gte(commits.commitHash, sql.placeholder('start')),
          lt(commits.commitHash, sql.placeholder('end')),
        ),
      )
      .limit(2)
      .prepare()
    return raceOf({
      next: cycle(history.someCommits.map((hash) => hash.slice(0, SHOWN_DIGITS))),
      contestants: {
        tract: (prefix: string) => store.commits.getByPrefix(prefix),
        limit: (prefix) => only(limit.all(prefix, prefix + BEHIND_EVERY_DIGIT, 2).map(commitOf)),
        typeorm: async (prefix) =>
          only(
            await repository.find({
              where: { commitHash: And(MoreThanOrEqual(prefix), LessThan(prefix + BEHIND_EVERY_DIGIT)) },
              take: 2,
            }),
          ),
        drizzle: (prefix) => only(prepared.all({ start: prefix, end: prefix + BEHIND_EVERY_DIGIT })),
        kysely: async (prefix) => {
          const rows = await kysely
            .selectFrom('commits')
            .selectAll()
            .where('commit_hash', '>=', prefix)
            .where('commit_hash', '<', prefix + BEHIND_EVERY_DIGIT)
            .limit(2)
            .execute()
          return only(rows.map(commitOfKysely))
        },
      },
    })
  },
}

function only<Row>(rows: readonly Row[]): Row | null {
  if (rows.length > 1) throw new Error(`found ${rows.length} commits of one prefix, expected one`)
  return rows[0] ?? null
}
