import type { QueryRunner } from 'typeorm'
import { IN_RANGE, inChunks } from '../chunks.js'
import { Connection } from '../connection.js'
import type { RollbackLoss } from '../errors.js'
import type { StepContext } from '../progress.js'
import { ADDITIONAL_INDEXES } from '../version-6.js'
import { COMPRESSIONS } from './002-to-003.js'
import { createMissing } from './tables.js'

const IS_COMPRESSION = `EXISTS (SELECT 1 FROM operation_events e WHERE e.event_id = l.event_id AND e.event_type = 'compress')`
const IS_EVENT = 'EXISTS (SELECT 1 FROM operation_events e WHERE e.event_id = l.event_id)'

const LOST_ROWS = [
  {
    what: 'events of other types',
    from: "operation_events WHERE event_type <> 'compress'",
    key: "event_type || ' ' || event_id",
  },
  {
    what: 'links of other roles',
    from: `operation_commits l WHERE role NOT IN ('source', 'result') AND ${IS_COMPRESSION}`,
    key: "role || ' of ' || event_id",
  },
  { what: 'links of no event', from: `operation_commits l WHERE NOT ${IS_EVENT}`, key: 'event_id' },
  { what: 'compile records', from: 'compile_records', key: 'record_id' },
  {
    what: 'effective commits',
    from: 'compile_effectives l WHERE NOT EXISTS (SELECT 1 FROM compile_records r WHERE r.record_id = l.record_id)',
    key: 'record_id',
  },
] as const

/** How many keys are named. */
const NAMED = 3

/** What version 5 has no place for. Reads only. */
export async function rollbackLosses(connection: Connection, context: StepContext): Promise<RollbackLoss[]> {
  const losses: RollbackLoss[] = []
  for (const { what, from, key } of LOST_ROWS) {
    const count = await connection.count(`SELECT count(*) AS n FROM ${from}`)
    if (count === 0) continue
    const rows = await connection.rows<{ key: string }>(`SELECT ${key} AS key FROM ${from} LIMIT ${NAMED}`)
    losses.push({ what, count, examples: rows.map((row) => row.key) })
  }
  let count = 0
  const examples: string[] = []
  await inEvents(connection, context, 'checking', async (row) => {
    const { lost } = parametersOf(row)
    count += lost.length
    for (const key of lost.slice(0, NAMED - examples.length)) examples.push(`${key} of ${row.id}`)
  })
  return count === 0 ? losses : [...losses, { what: 'parameters', count, examples }]
}

/** Rebuilds the tables of compressions from the events, and takes away what version 6 brought. */
export async function undoOperationEvents(runner: QueryRunner, context: StepContext): Promise<void> {
  const connection = new Connection(runner.dataSource)
  await createMissing(runner, COMPRESSIONS)
  const copy = `INSERT OR ROLLBACK INTO compressions (compression_id, tract_id, branch_name, created_at, original_tokens, compressed_tokens)
    SELECT event_id, tract_id, branch_name, created_at, original_tokens, compressed_tokens FROM operation_events
    WHERE ${IN_RANGE} AND event_type = 'compress'`
  const events = { phase: 'copying', table: 'operation_events' } as const
  await inChunks(connection, context, events, async ({ from, to }) => {
    await connection.run(copy, from, to)
  })
  await inEvents(connection, context, 'copying', async (row) => {
    const { target, instructions } = parametersOf(row)
    await connection.run(SET_PARAMETERS, target, instructions, row.id)
  })
  const links = { phase: 'copying', table: 'operation_commits' } as const
  await inChunks(connection, context, links, async ({ from, to }) => {
    for (const [table, role] of [
      ['compression_sources', 'source'],
      ['compression_results', 'result'],
    ] as const) {
      await connection.run(
        `INSERT OR ROLLBACK INTO ${table} (compression_id, commit_hash, position) SELECT event_id, commit_hash, position
          FROM operation_commits l WHERE ${IN_RANGE} AND role = '${role}' AND ${IS_COMPRESSION}`,
        from,
        to,
      )
    }
  })
  for (const sql of ADDITIONAL_INDEXES) {
    await connection.run(`DROP INDEX IF EXISTS ${sql.split(' ')[2] ?? ''}`)
  }
  for (const table of ['operation_commits', 'operation_events', 'compile_effectives', 'compile_records']) {
    await context.progress('dropping', table)
    await connection.run(`DROP TABLE ${table}`)
  }
}

const SET_PARAMETERS = `UPDATE compressions SET target_tokens = CAST(? AS INTEGER), instructions = ?
  WHERE compression_id = ?`

interface EventRow {
  readonly id: string
  readonly params: string
  /** The number in full: JavaScript's would lose digits. */
  readonly target: string | null
}

const EVENT = `SELECT event_id AS id, CAST(params_json AS TEXT) AS params,
  CASE WHEN json_valid(params_json) AND json_type(params_json, '$.target_tokens') = 'integer'
    THEN CAST(json_extract(params_json, '$.target_tokens') AS TEXT) END AS target
  FROM operation_events WHERE rowid = CAST(? AS INTEGER)`
const EVENTS_WITH_PARAMETERS = `SELECT CAST(rowid AS TEXT) AS rowid FROM operation_events
  WHERE ${IN_RANGE} AND event_type = 'compress' AND params_json IS NOT NULL`

/** Goes through the compress events that have parameters, one at a time: one may hold megabytes. */
async function inEvents(
  connection: Connection,
  context: StepContext,
  phase: 'checking' | 'copying',
  work: (row: EventRow) => Promise<void>,
): Promise<void> {
  await inChunks(connection, context, { phase, table: 'operation_events' }, async ({ from, to }) => {
    for (const { rowid } of await connection.rows<{ rowid: string }>(EVENTS_WITH_PARAMETERS, from, to)) {
      for (const row of await connection.rows<EventRow>(EVENT, rowid)) await work(row)
    }
  })
}

/** What of an event's parameters version 5 has columns for, and the keys of the others. */
function parametersOf({ params, target }: EventRow): {
  readonly target: string | null
  readonly instructions: string | null
  readonly lost: readonly string[]
} {
  const value = parsed(params)
  if (value === null) return { target: null, instructions: null, lost: [] }
  if (typeof value !== 'object' || Array.isArray(value)) {
    return { target: null, instructions: null, lost: ['a value that is no object'] }
  }
  const tokens = target !== null && /^-?\d+$/.test(target) ? target : null
  const lost: string[] = []
  let instructions: string | null = null
  for (const [key, part] of Object.entries(value)) {
    if (part === null) continue
    if (key === 'instructions' && typeof part === 'string' && part.isWellFormed()) instructions = part
    else if (key !== 'target_tokens' || tokens === null) lost.push(key)
  }
  return { target: tokens, instructions, lost }
}

/** `undefined` stands for a text that JavaScript cannot read, such as Python's `NaN`. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
