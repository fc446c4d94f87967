import { CommitRow } from '@tract/schema'
import { eq, sql } from 'drizzle-orm'
import { raceOf } from '../harness/race.js'
import { commits } from '../subjects/drizzle.js'
import { commitOf as commitOfKysely } from '../subjects/kysely-rows.js'
import { COMMIT_COLUMNS, commitOf } from '../subjects/rows.js'
import { cycle, type Question } from './question.js'

export const getCommit: Question = {
  name: 'get-commit',
  title: () => 'get a commit by hash',
  kind: 'one row',
  writes: false,
  touchesFixedRows: true,
  race({ history, store, db, typeorm, drizzle, kysely }) {
    const limit = db.prepare<[string], unknown[]>(
      `SELECT ${COMMIT_COLUMNS} FROM commits WHERE commit_hash = ?`,
    )
    limit.raw()
    const repository = typeorm.getRepository(CommitRow)
    const prepared = drizzle
      .select()
      .from(commits)
      .where(eq(commits.commitHash, sql.placeholder('hash')))
      .prepare()
    return raceOf({
      next: cycle(history.someCommits),
      contestants: {
        tract: (hash: string) => store.commits.get(hash),
        limit: (hash) => {
          const raw = limit.get(hash)
          return raw === undefined ? null : commitOf(raw)
        },
        typeorm: (commitHash) => repository.findOneBy({ commitHash }),
        drizzle: (hash) => prepared.get({ hash }) ?? null,
        kysely: async (hash) => {
          const row = await kysely
            .selectFrom('commits')
            .selectAll()
            .where('commit_hash', '=', hash)
            .executeTakeFirst()
          return row === undefined ? null : commitOfKysely(row)
        },
      },
    })
  },
}
