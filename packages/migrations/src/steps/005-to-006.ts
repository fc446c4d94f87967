import { DamagedDataError } from '@tract/repositories'
import type { QueryRunner } from 'typeorm'
import { IN_RANGE, inChunks } from '../chunks.js'
import { complete } from '../completion.js'
import { Connection } from '../connection.js'
import { OrphanedRowsError } from '../errors.js'
import { COMPRESSION_TABLES, ORPHANS_TABLE } from '../names.js'
import {
  findOrphans,
  isLinkTable,
  LINK_TABLES,
  type LinkTable,
  linkConditions,
  type Orphans,
} from '../orphans.js'
import { ALONE, type StepContext } from '../progress.js'
import { pythonJsonText } from '../python-json.js'
import { INDEXES, NEW_TABLES, TABLES } from '../version-6.js'
import { undoOperationEvents } from './006-to-005.js'
import type { Step, StepOutcome } from './step.js'
import { createMissing, Tables } from './tables.js'

const CREATE_ORPHANS = `CREATE TABLE IF NOT EXISTS ${ORPHANS_TABLE} (
  event_id VARCHAR(64) NOT NULL,
  commit_hash VARCHAR(64) NOT NULL,
  role VARCHAR(10) NOT NULL,
  position INTEGER NOT NULL,
  PRIMARY KEY (event_id, commit_hash, role)
)`

/** Moves compressions into operation events, makes the tables of compile records, and completes the structure. */
export class OperationEvents implements Step {
  readonly name = '005-to-006'
  readonly from = 5
  readonly to = 6
  readonly summary = { creates: NEW_TABLES, moves: COMPRESSION_TABLES, drops: COMPRESSION_TABLES }
  outcome?: StepOutcome
  readonly #context: StepContext
  readonly #checked: Orphans | undefined

  /** @param checked the orphans, where they were looked for in the same transaction */
  constructor(context: StepContext = ALONE, checked?: Orphans) {
    this.#context = context
    this.#checked = checked
  }

  async up(runner: QueryRunner): Promise<void> {
    const connection = new Connection(runner.dataSource)
    const tables = new Tables(runner)
    const orphans = this.#checked ?? (await findOrphans(connection, this.#context))
    if (orphans.count > 0 && this.#context.orphans === 'stop') {
      throw new OrphanedRowsError(connection.location, orphans.rows, orphans.count)
    }
    if (orphans.count > 0) await connection.run(CREATE_ORPHANS)
    await createMissing(runner, NEW_DEFINITIONS)
    const ours = COMPRESSION_TABLES.filter((name) => name !== 'compressions')
    if (await tables.has('compressions', 'compression_id')) await this.#moveEvents(connection, tables)
    for (const links of LINK_TABLES) {
      if (!(await isLinkTable(tables, links))) continue
      if (links.table !== 'operation_commits')
        await this.#moveLinks(connection, tables, links, orphans.count > 0)
      else if (orphans.count > 0) await this.#takeOut(connection, tables, links)
    }
    for (const table of [...ours, 'compressions']) {
      if (!(await tables.has(table, 'compression_id'))) continue
      await this.#context.progress('dropping', table)
      await connection.run(`DROP TABLE ${table}`)
    }
    const undone = await complete(connection, this.#context)
    this.outcome = { ...undone, orphans: orphans.rows, orphanCount: orphans.count }
  }

  async down(runner: QueryRunner): Promise<void> {
    await undoOperationEvents(runner, this.#context)
  }

  async #moveEvents(connection: Connection, tables: Tables): Promise<void> {
    const nameless = await connection.row<{ rowid: string }>(WITHOUT_ID)
    if (nameless !== undefined) {
      const place = `${connection.location}: compressions.compression_id of row ${nameless.rowid}`
      throw new DamagedDataError(place, 'NULL', 'an id')
    }
    const tokens = async (column: string) =>
      (await tables.has('compressions', column)) ? `coalesce(${column}, 0)` : '0'
    const copy = `INSERT OR ROLLBACK INTO operation_events (event_id, tract_id, event_type, branch_name, created_at,
        original_tokens, compressed_tokens, params_json)
      SELECT compression_id, tract_id, 'compress', branch_name, created_at,
        ${await tokens('original_tokens')}, ${await tokens('compressed_tokens')}, ${PLAIN_PARAMETERS}
      FROM compressions WHERE ${IN_RANGE} ON CONFLICT DO NOTHING`
    const chunks = { phase: 'copying', table: 'compressions', largest: PARAMETER_ROWS } as const
    await inChunks(connection, this.#context, chunks, async ({ from, to }) => {
      await connection.run(copy, from, to)
      for (const row of await connection.rows<ParameterRow>(SHORT_PARAMETERS, from, to)) {
        await setParameters(connection, row)
      }
      for (const { rowid } of await connection.rows<{ rowid: string }>(LONG_PARAMETERS, from, to)) {
        for (const row of await connection.rows<ParameterRow>(PARAMETERS_OF_ROW, rowid)) {
          await setParameters(connection, row)
        }
      }
    })
  }

  async #moveLinks(connection: Connection, tables: Tables, links: LinkTable, apart: boolean): Promise<void> {
    const { table, owner, role } = links
    const { commitExists, ownerExists } = await linkConditions(tables, links)
    const insert = (target: string, condition: string) =>
      `INSERT OR ROLLBACK INTO ${target} (event_id, commit_hash, role, position) SELECT ${owner}, commit_hash, ${role}, position
        FROM ${table} l WHERE ${IN_RANGE} AND ${condition} ON CONFLICT DO NOTHING`
    const sound = `${commitExists} AND ${ownerExists}`
    await inChunks(connection, this.#context, { phase: 'copying', table }, async ({ from, to }) => {
      await connection.run(insert('operation_commits', apart ? sound : 'true'), from, to)
      if (apart) await connection.run(insert(ORPHANS_TABLE, `NOT (${sound})`), from, to)
    })
  }

  /** Takes the links out that a half-done migration of the original system has moved although their commit is missing. */
  async #takeOut(connection: Connection, tables: Tables, links: LinkTable): Promise<void> {
    const { commitExists, ownerExists } = await linkConditions(tables, links)
    const orphaned = `NOT (${commitExists} AND ${ownerExists})`
    await connection.run(`INSERT INTO ${ORPHANS_TABLE} (event_id, commit_hash, role, position)
      SELECT event_id, commit_hash, role, position FROM operation_commits l WHERE ${orphaned} ON CONFLICT DO NOTHING`)
    await connection.run(`DELETE FROM operation_commits AS l WHERE ${orphaned}`)
  }
}

const NEW_DEFINITIONS = NEW_TABLES.map((table) => ({
  table,
  sql: [TABLES.get(table) ?? '', ...[...INDEXES.values()].filter((sql) => sql.includes(` ON ${table} `))],
}))

/** Rows of one chunk, and the longest instructions of which that many are held in memory at once. */
const PARAMETER_ROWS = 2000
const LONG = 4096

interface ParameterRow {
  readonly id: string
  readonly kind: 'integer' | 'real' | 'text' | 'blob' | 'null'
  readonly target: string | null
  readonly instructions: string | null
}

const PARAMETERS = `SELECT compression_id AS id, typeof(target_tokens) AS kind, CAST(target_tokens AS TEXT) AS target,
  CAST(instructions AS TEXT) AS instructions FROM compressions`
/** One shape of the table lets its key be null. */
const WITHOUT_ID =
  'SELECT CAST(rowid AS TEXT) AS rowid FROM compressions WHERE compression_id IS NULL LIMIT 1'
const HAS_PARAMETERS = '(target_tokens IS NOT NULL OR instructions IS NOT NULL)'
/** Parameters whose JSON is their own text: printable ASCII without quotes and backslashes, and an integer. */
const IS_PLAIN = `(target_tokens IS NULL OR typeof(target_tokens) = 'integer')
  AND (instructions IS NULL OR typeof(instructions) = 'text' AND instructions NOT GLOB '*[^ -~]*'
    AND instr(instructions, '"') = 0 AND instr(instructions, '\\') = 0
    AND length(CAST(instructions AS BLOB)) = length(instructions))`
const PLAIN_PARAMETERS = `CASE WHEN ${HAS_PARAMETERS} AND ${IS_PLAIN} THEN
  '{' || coalesce('"target_tokens": ' || target_tokens, '')
  || CASE WHEN target_tokens IS NOT NULL AND instructions IS NOT NULL THEN ', ' ELSE '' END
  || coalesce('"instructions": "' || instructions || '"', '') || '}' END`
const SHORT_PARAMETERS = `${PARAMETERS} WHERE ${IN_RANGE} AND ${HAS_PARAMETERS} AND NOT (${IS_PLAIN})
  AND coalesce(length(instructions), 0) <= ${LONG}`
const LONG_PARAMETERS = `SELECT CAST(rowid AS TEXT) AS rowid FROM compressions
  WHERE ${IN_RANGE} AND NOT (${IS_PLAIN}) AND length(instructions) > ${LONG}`
const PARAMETERS_OF_ROW = `${PARAMETERS} WHERE rowid = CAST(? AS INTEGER)`
const SET_PARAMETERS =
  'UPDATE operation_events SET params_json = ? WHERE event_id = ? AND params_json IS NULL'

async function setParameters(connection: Connection, row: ParameterRow): Promise<void> {
  const parts: string[] = []
  if (row.target !== null) parts.push(`"target_tokens": ${targetText(row.target, row.kind)}`)
  if (row.instructions !== null) parts.push(`"instructions": ${pythonJsonText(row.instructions)}`)
  await connection.run(SET_PARAMETERS, `{${parts.join(', ')}}`, row.id)
}

/** The number as it was stored: text, because an integer of 64 bits exceeds what a JavaScript number holds. */
function targetText(target: string, kind: ParameterRow['kind']): string {
  if (kind === 'text' || kind === 'blob') return pythonJsonText(target)
  return target.replace('Inf', 'Infinity')
}
