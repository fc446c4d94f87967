import { check, checkAmount, checkObject } from '../builders/check-call.js'
import {
  MOVED_ROWS,
  manyLinks,
  ORPHAN_ROWS,
  VERSION_2_ROWS,
  VERSION_5_ROWS,
  VERSION_6_ROWS,
  version1Rows,
  version3Rows,
  version4Rows,
} from './rows.js'
import { literal } from './sql-text.js'
import {
  type CompressionsShape,
  type LegacyLayout,
  VERSION_2_TABLES,
  VERSION_5_TABLES,
  VERSION_6_TABLES,
  version1Tables,
  version3Tables,
  version4Tables,
} from './tables.js'

/** The versions that the original system wrote and that can be opened. */
export type LegacyVersion = 1 | 2 | 3 | 4 | 5 | 6

const LAYOUTS: ReadonlySet<unknown> = new Set<LegacyLayout>(['a', 'b', 'c', 'd'])
const SHAPES: ReadonlySet<unknown> = new Set<CompressionsShape>(['listed', 'with-defaults', 'without-tokens'])

/** What is odd about a legacy database. */
export interface LegacyOptions {
  /** How the tables of version 1 look; `d` unless given, the columns of today. */
  readonly layout?: LegacyLayout
  /** How `compressions` looks; `listed` unless given. */
  readonly compressions?: CompressionsShape
  /** What the version row states, instead of the version; `null` for no row. */
  readonly versionRow?: string | null
  /** Leave all tables empty. `false` unless given. */
  readonly isEmpty?: boolean
  /** Links whose commit or compression is missing, as they are written with foreign keys off. `false` unless given. */
  readonly orphans?: boolean
  /**
   * Whether a child may have several parents, as in the first files of version 4: `allowed` leaves the unique rule out,
   * `present` also has such a child. `no` unless given.
   */
  readonly duplicateChildren?: 'no' | 'allowed' | 'present'
  /** The empty tables of version 6, which the original makes before it reads the version. `false` unless given. */
  readonly emptyNewTables?: boolean
  /** The original was killed in its last step, after copying: with the old tables still there, or dropped. */
  readonly halfDone?: 'old-kept' | 'old-dropped'
  /** So many source links besides, from version 3 on; 0 unless given. */
  readonly links?: number
}

/**
 * A database of the original system, as SQL text to execute on an empty database. It holds rows in every table, with
 * what is odd in real files: shared sources, a compression without sources, a tract id with quotes and emoji, times
 * without a fraction, Python's JSON.
 */
export function legacyDatabase(version: LegacyVersion, options: LegacyOptions = {}): string {
  check('version', [1, 2, 3, 4, 5, 6].includes(version), version, 'a whole number from 1 to 6')
  checkObject('options', options)
  const { compressions = 'listed', duplicateChildren = 'no', isEmpty = false, links = 0 } = options
  const { layout = 'd', versionRow = String(version), orphans = false, halfDone } = options
  checkAmount('links', links)
  const isText = versionRow === null || typeof versionRow === 'string'
  check('versionRow', isText, versionRow, 'a text or null')
  check('layout', LAYOUTS.has(layout), layout, [...LAYOUTS].join(', '))
  check('compressions', SHAPES.has(compressions), compressions, [...SHAPES].join(', '))
  const tables: string[] = []
  const rows: string[] = []
  const add = (from: number, structure: readonly string[], content: readonly string[]) => {
    if (version < from) return
    tables.push(...structure)
    rows.push(...content)
  }
  const old = version < 6
  add(1, version1Tables(layout), version1Rows(layout))
  add(2, VERSION_2_TABLES, VERSION_2_ROWS)
  if (old) add(3, version3Tables(compressions), version3Rows(compressions))
  if (old && orphans) add(3, [], ORPHAN_ROWS)
  if (old && links > 0) add(3, [], manyLinks(links))
  add(4, version4Tables(duplicateChildren === 'no'), version4Rows(duplicateChildren === 'present'))
  add(5, VERSION_5_TABLES, VERSION_5_ROWS)
  add(6, VERSION_6_TABLES, VERSION_6_ROWS)
  if (old && (options.emptyNewTables === true || halfDone !== undefined)) tables.push(...VERSION_6_TABLES)
  if (old && halfDone !== undefined) rows.push(...MOVED_ROWS)
  if (old && halfDone === 'old-dropped') rows.push(...DROP_OLD)
  const row =
    versionRow === null ? [] : [`INSERT INTO _trace_meta VALUES ('schema_version', ${literal(versionRow)})`]
  return script([...tables, ...(isEmpty ? [] : rows), ...row])
}

const DROP_OLD = ['compression_results', 'compression_sources', 'compressions'].map(
  (table) => `DROP TABLE ${table}`,
)

/** A minimal database of version 2 as somebody makes it by hand: its columns are not those of the format. */
export function handMadeVersion2(): string {
  return script([
    'CREATE TABLE _trace_meta (key TEXT PRIMARY KEY, value TEXT)',
    "INSERT INTO _trace_meta VALUES ('schema_version', '2')",
    'CREATE TABLE blobs (blob_hash TEXT PRIMARY KEY, content TEXT)',
    "INSERT INTO blobs VALUES ('b1', 'hello')",
    'CREATE TABLE commits (commit_hash TEXT PRIMARY KEY, blob_hash TEXT, message TEXT)',
    "INSERT INTO commits VALUES ('h1', 'b1', 'first'), ('h2', 'b1', 'second')",
    'CREATE TABLE commit_parents (child_hash TEXT, parent_hash TEXT)',
    "INSERT INTO commit_parents VALUES ('h2', 'h1')",
  ])
}

/** A database of another program. */
export function foreignDatabase(): string {
  return script([
    'CREATE TABLE recipes (id INTEGER PRIMARY KEY, title TEXT)',
    "INSERT INTO recipes VALUES (1, 'soup')",
  ])
}

function script(statements: readonly string[]): string {
  return ['PRAGMA foreign_keys = OFF', 'BEGIN', ...statements, 'COMMIT', 'PRAGMA foreign_keys = ON', '']
    .map((statement) => statement && `${statement};\n`)
    .join('')
}
