/**
 * The statement of a walk along events, its one parameter a JSON list of hashes. It alternates between commits and visits
 * of events, so that whether an event pairs its commits, and which pair a visit is of, is asked once a visit and not once
 * a link. `pair` is null where every source went into every result. UNION drops what was met before: a circle ends it.
 *
 * @param near the role of the commits that the walk comes from
 * @param far the role of those that it goes to
 */
function lineage(near: 'result' | 'source', far: 'result' | 'source'): string {
  return `
  WITH RECURSIVE reached (hash, event_id, pair) AS (
    SELECT value, NULL, NULL FROM json_each(?)
    UNION
    SELECT NULL, event.event_id,
      CASE WHEN event.event_type IN ('reorganize', 'import')
        AND (SELECT count(*) FROM operation_commits WHERE event_id = event.event_id AND role = 'source')
          = (SELECT count(*) FROM operation_commits WHERE event_id = event.event_id AND role = 'result')
      THEN (
        SELECT count(*) FROM operation_commits AS earlier
        WHERE earlier.event_id = event.event_id AND earlier.role = '${near}'
          AND (earlier.position, earlier.rowid) < (near.position, near.rowid)
      ) END
    FROM reached
    CROSS JOIN operation_commits AS near ON near.commit_hash = reached.hash AND near.role = '${near}'
    CROSS JOIN operation_events AS event ON event.event_id = near.event_id
    UNION
    SELECT far.commit_hash, NULL, NULL
    FROM reached CROSS JOIN operation_commits AS far ON far.event_id = reached.event_id AND far.role = '${far}'
    WHERE reached.pair IS NULL
    UNION
    SELECT far.commit_hash, NULL, NULL
    FROM reached CROSS JOIN operation_commits AS far ON far.rowid = (
      SELECT id FROM (
        SELECT rowid AS id, row_number() OVER (ORDER BY position, rowid) - 1 AS pair
        FROM operation_commits WHERE event_id = reached.event_id AND role = '${far}'
      ) AS ranked WHERE ranked.pair = reached.pair
    )
    WHERE reached.pair IS NOT NULL
  ),
  visits AS MATERIALIZED (SELECT event_id, pair FROM reached WHERE event_id IS NOT NULL),
  links AS MATERIALIZED (
    SELECT link.event_id, role, commit_hash, position,
      row_number() OVER (PARTITION BY link.event_id, role ORDER BY position, link.rowid) - 1 AS pair
    FROM (SELECT DISTINCT event_id FROM visits) AS visited
    CROSS JOIN operation_commits AS link ON link.event_id = visited.event_id
  )
  SELECT visits.event_id AS eventId, source.commit_hash AS sourceHash, source.position AS sourcePosition,
    result.commit_hash AS resultHash, result.position AS resultPosition
  FROM visits
  JOIN links AS source ON source.event_id = visits.event_id AND source.role = 'source'
    AND (visits.pair IS NULL OR source.pair = visits.pair)
  JOIN links AS result ON result.event_id = visits.event_id AND result.role = 'result'
    AND (visits.pair IS NULL OR result.pair = visits.pair)
  JOIN operation_events AS event ON event.event_id = visits.event_id
  WHERE ${near}.commit_hash IN (SELECT hash FROM reached)
  ORDER BY event.created_at, event.event_id, result.position, source.position, resultHash, sourceHash`
}

/** The walk in each direction. */
export const LINEAGE = { origins: lineage('result', 'source'), fate: lineage('source', 'result') } as const
