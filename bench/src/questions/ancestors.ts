import { raceOf } from '../harness/race.js'
import type { History } from '../history/history.js'
import { commitOf as commitOfKysely } from '../subjects/kysely-rows.js'
import type { Lab } from '../subjects/lab.js'
import { COMMIT_COLUMNS, commitOf } from '../subjects/rows.js'
import { always, type Question } from './question.js'

// TypeORM's Repository and drizzle's query builder have no recursive query.
const ANCESTORS = `
  WITH RECURSIVE chain (id, parent_hash) AS (
    SELECT rowid, parent_hash FROM commits WHERE commit_hash = ?
    UNION
    SELECT parent.rowid, parent.parent_hash
    FROM chain CROSS JOIN commits AS parent ON parent.commit_hash = chain.parent_hash
  )
  SELECT ${COMMIT_COLUMNS} FROM chain CROSS JOIN commits ON commits.rowid = chain.id LIMIT +?`

export const wholeChain = ancestors(
  'ancestors',
  (history) => `getAncestors, the whole chain (${history.chainLength.toLocaleString('en')})`,
  undefined,
)
export const newestOfChain = ancestors(
  'ancestors-50',
  (history) => `getAncestors, limit 50 of ${history.chainLength.toLocaleString('en')}`,
  50,
)

function ancestors(name: string, title: (history: History) => string, limit: number | undefined): Question {
  return {
    name,
    title: ({ history }) => title(history),
    kind: 'several rows',
    writes: false,
    touchesFixedRows: limit !== undefined,
    race({ history, store, db, kysely }) {
      const statement = db.prepare<[string, number], unknown[]>(ANCESTORS)
      statement.raw()
      const options = limit === undefined ? {} : { limit }
      return raceOf({
        next: always(history.chainHead),
        contestants: {
          tract: (hash: string) => store.commits.getAncestors(hash, options),
          limit: (hash) => statement.all(hash, limit ?? -1).map(commitOf),
          kysely: async (hash) => {
            const rows = await chainOf(kysely, hash)
              .limit(limit ?? -1)
              .execute()
            return rows.map(commitOfKysely)
          },
        },
      })
    },
  }
}

function chainOf(kysely: Lab['kysely'], hash: string) {
  return kysely
    .withRecursive('chain(id, parent_hash)', (query) =>
      query
        .selectFrom('commits')
        .select(['rowid as id', 'parent_hash'])
        .where('commit_hash', '=', hash)
        .union((step) =>
          step
            .selectFrom('chain')
            .crossJoin('commits as parent')
            .whereRef('parent.commit_hash', '=', 'chain.parent_hash')
            .select(['parent.rowid as id', 'parent.parent_hash']),
        ),
    )
    .selectFrom('chain')
    .crossJoin('commits')
    .whereRef('commits.rowid', '=', 'chain.id')
    .selectAll('commits')
}
