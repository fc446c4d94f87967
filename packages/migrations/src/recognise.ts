import type { Connection } from './connection.js'
import { ForeignDatabaseError, NewerSchemaVersionError, UnreadableSchemaVersionError } from './errors.js'
import { COMPRESSION_TABLES } from './names.js'
import { readSchema } from './read-schema.js'
import type { TableStructure } from './structure.js'
import { NEW_TABLES, TABLES } from './version-6.js'

/** What a database was found to be. */
export interface Recognition {
  /** Its version by the row and the tables together; `null` where it holds nothing of a tract yet. */
  readonly version: number | null
  /** What the version row states; `null` where there is none. */
  readonly recorded: number | null
  readonly structure: readonly TableStructure[]
}

const POLICY_TABLES = ['policy_proposals', 'policy_log']

/**
 * Finds out what a database is, in one read transaction of its own or in the running one.
 *
 * @throws {@link ForeignDatabaseError}, {@link NewerSchemaVersionError}, {@link UnreadableSchemaVersionError},
 * {@link UnsafeSchemaError}
 */
export async function recognise(connection: Connection): Promise<Recognition> {
  if (connection.inTransaction) return recogniseNow(connection)
  // One snapshot: otherwise the tables could be of another moment than the version row.
  await connection.run('BEGIN DEFERRED')
  try {
    return await recogniseNow(connection)
  } finally {
    if (connection.inTransaction) await connection.run('COMMIT')
  }
}

async function recogniseNow(connection: Connection): Promise<Recognition> {
  const { names, structure } = await readSchema(connection)
  if (names.length === 0) return { version: null, recorded: null, structure: [] }
  const foreign = () => new ForeignDatabaseError(connection.location, [...names].sort())
  const tables = new Tables(connection, structure)
  if (!tables.has('_trace_meta', 'key', 'value')) throw foreign()
  const recorded = await recordedVersion(connection)
  const holdsTract = [...TABLES.keys(), ...COMPRESSION_TABLES].some(
    (name) => name !== '_trace_meta' && tables.has(name),
  )
  if (!holdsTract && recorded === null) {
    if (names.length > 1) throw foreign()
    return { version: null, recorded, structure }
  }
  const isCredible = recorded !== null && (await fits(recorded, tables))
  return { version: isCredible ? recorded : versionByTables(tables), recorded, structure }
}

const VERSION_ROW = `SELECT substr(CAST(value AS TEXT), 1, 64) AS value FROM _trace_meta
  WHERE "key" = 'schema_version' AND value IS NOT NULL ORDER BY rowid DESC`

async function recordedVersion(connection: Connection): Promise<number | null> {
  const row = await connection.row<{ value: string }>(VERSION_ROW)
  if (row === undefined) return null
  const version = /^\s*\d+\s*$/.test(row.value) ? Number(row.value) : 0
  if (version === 0) throw new UnreadableSchemaVersionError(connection.location, row.value)
  if (version > 6) throw new NewerSchemaVersionError(connection.location, version)
  return version
}

/** Which tables of a tract a database holds. */
class Tables {
  readonly #connection: Connection
  readonly #columns: ReadonlyMap<string, ReadonlySet<string>>

  constructor(connection: Connection, structure: readonly TableStructure[]) {
    this.#connection = connection
    this.#columns = new Map(
      structure.map(({ name, columns }) => [name, new Set(columns.map((column) => column.name))]),
    )
  }

  /** Whether the table exists, with these columns. */
  has(table: string, ...columns: readonly string[]): boolean {
    const found = this.#columns.get(table)
    return found !== undefined && columns.every((column) => found.has(column))
  }

  hasAll(tables: readonly string[]): boolean {
    return tables.every((table) => this.has(table))
  }

  /** Whether one of the tables has a row. */
  async anyFilled(tables: readonly string[]): Promise<boolean> {
    for (const table of tables) {
      if (this.has(table) && (await this.#connection.holds(`SELECT 1 FROM "${table}" LIMIT 1`))) return true
    }
    return false
  }

  /** The compression tables that are there; a table of that name without our key is the application's. */
  get compressions(): readonly string[] {
    return COMPRESSION_TABLES.filter((name) => this.has(name, 'compression_id'))
  }

  /** Whether a table still has the columns of an early layout of version 1. */
  get isOfEarlyLayout(): boolean {
    const { commits } = LATER_COLUMNS
    return (
      ['commits', 'refs', 'annotations'].some((t) => this.has(t, 'repo_id') && !this.has(t, 'tract_id')) ||
      (this.has('commits', 'reply_to') && !this.has('commits', 'response_to')) ||
      (this.has('commits', ...commits.others) && !this.has('commits', commits.added))
    )
  }
}

/** By these columns a table of version 1 that lacks one of today's is told from one that somebody made by hand. */
const LATER_COLUMNS = {
  commits: {
    added: 'generation_config_json',
    others: [
      'commit_hash',
      'tract_id',
      'parent_hash',
      'content_hash',
      'content_type',
      'operation',
      'response_to',
      'message',
      'token_count',
      'metadata_json',
      'created_at',
    ],
  },
}

/** Whether the tables can be those of the version that the row states. */
async function fits(version: number, tables: Tables): Promise<boolean> {
  if (version > 1 && tables.isOfEarlyLayout) return false
  if (version >= 2 && !tables.has('commit_parents')) return false
  if (version >= 4 && !tables.has('spawn_pointers')) return false
  if (version >= 5 && !tables.hasAll(POLICY_TABLES)) return false
  if (version === 6) return tables.hasAll(NEW_TABLES) && tables.compressions.length === 0
  // Empty tables of later versions prove nothing: the original makes them before it reads the version.
  if (version < 2 && (await tables.anyFilled(['commit_parents']))) return false
  if (version < 3 && (await tables.anyFilled(tables.compressions))) return false
  if (version < 4 && (await tables.anyFilled(['spawn_pointers']))) return false
  if (version < 5 && (await tables.anyFilled([...POLICY_TABLES, ...NEW_TABLES]))) return false
  return true
}

function versionByTables(tables: Tables): number {
  if (tables.isOfEarlyLayout) return 1
  if (tables.compressions.length === 0 && tables.hasAll(NEW_TABLES)) return 6
  if (tables.hasAll(POLICY_TABLES)) return 5
  if (tables.has('spawn_pointers')) return 4
  if (tables.compressions.length > 0) return 3
  return tables.has('commit_parents') ? 2 : 1
}
