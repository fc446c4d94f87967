/**
 * The statement of a walk along events, its one parameter a JSON list of hashes. It alternates between commits and visits
 * of events, so that whether an event pairs its commits is asked once a visit and not once a link. Where it does, the visit
 * is one by a link, `near_id`, whose rank, `pair`, leads to the link of the other side, `far_id`; both go along, for to
 * find them again would take a look at all links of the event. UNION drops what was met before: a circle ends it.
 *
 * @param near the role of the commits that the walk comes from
 * @param far the role of those that it goes to
 */
function lineage(near: 'result' | 'source', far: 'result' | 'source'): string {
  return `
  WITH RECURSIVE reached (hash, event_id, near_id, pair, far_id) AS (
    SELECT value, NULL, NULL, NULL, NULL FROM json_each(?)
    UNION
    SELECT NULL, event.event_id,
      CASE WHEN event.event_type IN ('reorganize', 'import')
        AND (SELECT count(*) FROM operation_commits WHERE event_id = event.event_id AND role = 'source')
          = (SELECT count(*) FROM operation_commits WHERE event_id = event.event_id AND role = 'result')
      THEN near.rowid END, NULL, NULL
    FROM reached
    CROSS JOIN operation_commits AS near ON near.commit_hash = reached.hash AND near.role = '${near}'
    CROSS JOIN operation_events AS event ON event.event_id = near.event_id
    UNION
    SELECT far.commit_hash, NULL, NULL, NULL, NULL
    FROM reached CROSS JOIN operation_commits AS far ON far.event_id = reached.event_id AND far.role = '${far}'
    WHERE reached.near_id IS NULL
    UNION
    SELECT NULL, NULL, reached.near_id, (
      SELECT count(*) FROM operation_commits AS earlier
      WHERE earlier.event_id = near.event_id AND earlier.role = '${near}'
        AND (earlier.position, earlier.rowid) < (near.position, near.rowid)
    ), NULL
    FROM reached CROSS JOIN operation_commits AS near ON near.rowid = reached.near_id
    WHERE reached.event_id IS NOT NULL
    UNION
    SELECT far.commit_hash, NULL, reached.near_id, NULL, far.rowid
    FROM reached CROSS JOIN operation_commits AS near ON near.rowid = reached.near_id
    CROSS JOIN operation_commits AS far ON far.rowid = (
      SELECT id FROM (
        SELECT rowid AS id, row_number() OVER (ORDER BY position, rowid) - 1 AS pair
        FROM operation_commits WHERE event_id = near.event_id AND role = '${far}'
      ) AS ranked WHERE ranked.pair = reached.pair
    )
    WHERE reached.pair IS NOT NULL
  ),
  walked AS MATERIALIZED (SELECT * FROM reached),
  steps AS (
    SELECT ${near}.event_id AS eventId, source.commit_hash AS sourceHash, source.position AS sourcePosition,
      result.commit_hash AS resultHash, result.position AS resultPosition
    FROM walked
    CROSS JOIN operation_commits AS ${near} ON ${near}.rowid = walked.near_id
    CROSS JOIN operation_commits AS ${far} ON ${far}.rowid = walked.far_id
    WHERE walked.far_id IS NOT NULL
    UNION ALL
    SELECT visits.event_id, source.commit_hash, source.position, result.commit_hash, result.position
    FROM (SELECT DISTINCT event_id FROM walked WHERE event_id IS NOT NULL AND near_id IS NULL) AS visits
    CROSS JOIN operation_commits AS ${near} ON ${near}.event_id = visits.event_id AND ${near}.role = '${near}'
    CROSS JOIN operation_commits AS ${far} ON ${far}.event_id = visits.event_id AND ${far}.role = '${far}'
    WHERE ${near}.commit_hash IN (SELECT hash FROM walked)
  )
  SELECT steps.* FROM steps CROSS JOIN operation_events AS event ON event.event_id = steps.eventId
  ORDER BY event.created_at, event.event_id, resultPosition, sourcePosition, resultHash, sourceHash`
}

/** The walk in each direction. */
export const LINEAGE = { origins: lineage('result', 'source'), fate: lineage('source', 'result') } as const
