// The rows of a recursive query leave its queue first in, first out, so the chain comes newest first and a LIMIT
// outside stops the walk (https://www.sqlite.org/lang_with.html). UNION drops what was met before: a cycle ends it.
const CHAIN_OF_IDS = `
  WITH RECURSIVE chain (id, parent_hash) AS (
    SELECT rowid, parent_hash FROM commits WHERE commit_hash = ?
    UNION
    SELECT parent.rowid, parent.parent_hash
    FROM chain CROSS JOIN commits AS parent ON parent.commit_hash = chain.parent_hash
  )`
const CHAIN = `${CHAIN_OF_IDS}
  SELECT commits.* FROM chain CROSS JOIN commits ON commits.rowid = chain.id`

// SQLite plans a statement for the value of a bare `LIMIT ?`, and compiles it again whenever that parameter is bound. With
// a sign before it, the parameter is an expression whose value no plan depends on.

/** The first-parent chain of a commit, newest first, as long as a limit. */
export const ANCESTORS = `${CHAIN} LIMIT +?`
/** Those of one operation, in its stored form. */
export const ANCESTORS_OF_OPERATION = `${CHAIN} WHERE commits.operation = ? LIMIT +?`
/** The same chain with the row id of each commit behind its columns, as text where a number would round it. */
export const ANCESTORS_WITH_ID = `${CHAIN_OF_IDS}
  SELECT commits.*, CASE WHEN abs(id) < 9007199254740992 THEN id ELSE CAST(id AS TEXT) END
  FROM chain CROSS JOIN commits ON commits.rowid = chain.id LIMIT +?`
/** The row ids of the chain, as {@link ANCESTORS_WITH_ID} gives them. */
export const ANCESTOR_IDS = `${CHAIN_OF_IDS}
  SELECT CASE WHEN abs(id) < 9007199254740992 THEN id ELSE CAST(id AS TEXT) END FROM chain LIMIT +?`
/** As a limit: none. */
export const WITHOUT_LIMIT = -1
