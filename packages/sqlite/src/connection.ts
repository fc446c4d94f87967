import type {
  AnnotationRow,
  BlobRow,
  CommitParentRow,
  CommitRow,
  CompileEffectiveRow,
  CompileRecordRow,
  OperationCommitRow,
  OperationEventRow,
  PolicyLogRow,
  PolicyProposalRow,
  RefRow,
  SpawnPointerRow,
} from '@tract/schema'
import type { Database, Statement } from 'better-sqlite3'
import type { Bound } from './column.js'
import { isUnreadable } from './sqlite-error.js'
import { Table } from './table.js'
import type { TableForm } from './table-form.js'
import type { TableForms } from './table-forms.js'

type FormShape = Pick<TableForm<object>, 'table' | 'columns' | 'references'>
type RowOf<Form> = Form extends TableForm<infer Row> ? Row : never
type Tables = { readonly [Name in keyof TableForms]: Table<RowOf<TableForms[Name]>> }

const SCHEMA_VERSION = 'PRAGMA schema_version'
/** What of a table's own could refuse a row that the format takes. */
const COLUMN_COUNT = 'SELECT count(*) FROM pragma_table_xinfo(?)'
const REFERENCE_COUNT = 'SELECT count(*) FROM pragma_foreign_key_list(?)'
const UNIQUE_COUNT = `SELECT count(*) FROM pragma_index_list(?) WHERE "unique" AND origin <> 'pk'`
const CHECK_COUNT = "SELECT count(*) FROM sqlite_master WHERE name = ? AND sql LIKE '%check%'"

/** One handle on the database with its tables and its prepared statements. All of it is synchronous. */
export class Connection implements Tables {
  readonly handle: Database
  readonly forms: TableForms
  readonly blobs: Table<BlobRow>
  readonly commits: Table<CommitRow>
  readonly commitParents: Table<CommitParentRow>
  readonly refs: Table<RefRow>
  readonly annotations: Table<AnnotationRow>
  readonly operationEvents: Table<OperationEventRow>
  readonly operationCommits: Table<OperationCommitRow>
  readonly compileRecords: Table<CompileRecordRow>
  readonly compileEffectives: Table<CompileEffectiveRow>
  readonly spawnPointers: Table<SpawnPointerRow>
  readonly policyProposals: Table<PolicyProposalRow>
  readonly policyLog: Table<PolicyLogRow>
  /** What was found of the rules, at a version of the schema. */
  #rules: { readonly version: Bound | undefined; readonly areFormats: boolean } | undefined
  readonly #statements = new Map<string, Statement<Bound[], Bound>>()

  constructor(handle: Database, forms: TableForms) {
    const table = <Row extends object>(form: TableForm<Row>) => new Table(handle, form)
    this.handle = handle
    this.forms = forms
    this.blobs = table(forms.blobs)
    this.commits = table(forms.commits)
    this.commitParents = table(forms.commitParents)
    this.refs = table(forms.refs)
    this.annotations = table(forms.annotations)
    this.operationEvents = table(forms.operationEvents)
    this.operationCommits = table(forms.operationCommits)
    this.compileRecords = table(forms.compileRecords)
    this.compileEffectives = table(forms.compileEffectives)
    this.spawnPointers = table(forms.spawnPointers)
    this.policyProposals = table(forms.policyProposals)
    this.policyLog = table(forms.policyLog)
  }

  /**
   * Whether nothing but the format's own rules refuses a row of an event or a record: an application may have added columns,
   * unique indexes and checks.
   */
  hasFormatRulesAlone(): boolean {
    const version = this.value(SCHEMA_VERSION)
    const known = this.#rules
    if (known !== undefined && known.version === version) return known.areFormats
    const { operationEvents, operationCommits, compileRecords, compileEffectives } = this.forms
    const forms = [operationEvents, operationCommits, compileRecords, compileEffectives]
    const areFormats = forms.every((form) => this.#hasItsRulesAlone(form))
    this.#rules = { version, areFormats }
    return areFormats
  }

  #hasItsRulesAlone({ table, columns, references }: FormShape): boolean {
    return (
      this.value(COLUMN_COUNT, table) === columns.length &&
      this.value(REFERENCE_COUNT, table) === references.length &&
      this.value(UNIQUE_COUNT, table) === 0 &&
      this.value(CHECK_COUNT, table) === 0
    )
  }

  /** Runs a statement that returns nothing. Returns how many rows it changed. */
  run(sql: string, ...values: Bound[]): number {
    return this.#prepared(sql).run(...values).changes
  }

  /** The first column of the first row; `undefined` where there is no row. */
  value(sql: string, ...values: Bound[]): Bound | undefined {
    return this.#plucking(sql).get(...values)
  }

  /** The first column of every row. */
  values(sql: string, ...values: Bound[]): Bound[] {
    return this.#plucking(sql).all(...values)
  }

  /** The first column of every row, one at a time. No other statement may run on the handle meanwhile. */
  each(sql: string, ...values: Bound[]): IterableIterator<Bound> {
    return this.#plucking(sql).iterate(...values)
  }

  /**
   * Every row as an object, by the names that the statement gives its columns. A whole number that a `number` would round
   * is a bigint.
   */
  rows<Row extends object>(sql: string, ...values: Bound[]): Row[] {
    const found = this.#exact(sql).all(...values) as Row[]
    for (const row of found) exactly(row)
    return found
  }

  /** The rows of {@link rows} that come before one that cannot be read, and what is said of that; `null` where all can. */
  readableRows<Row extends object>(
    sql: string,
    ...values: Bound[]
  ): { readonly rows: Row[]; readonly damage: Error | null } {
    const rows: Row[] = []
    try {
      for (const row of this.#exact(sql).iterate(...values)) rows.push(exactly(row as Row))
      return { rows, damage: null }
    } catch (error) {
      if (!isUnreadable(error)) throw error
      return { rows, damage: error }
    }
  }

  #prepared(sql: string): Statement<Bound[], Bound> {
    const known = this.#statements.get(sql)
    if (known !== undefined) return known
    const statement = this.handle.prepare<Bound[], Bound>(sql)
    this.#statements.set(sql, statement)
    return statement
  }

  #exact(sql: string): Statement<Bound[], unknown> {
    return this.#statements.get(sql) ?? this.#prepared(sql).safeIntegers()
  }

  #plucking(sql: string): Statement<Bound[], Bound> {
    return this.#statements.get(sql) ?? this.#prepared(sql).pluck()
  }
}

/** A row with every integer that a `number` holds exactly as one. */
function exactly<Row extends object>(row: Row): Row {
  const values = row as Record<string, unknown>
  for (const [name, value] of Object.entries(values)) {
    if (typeof value === 'bigint' && Number.isSafeInteger(Number(value))) values[name] = Number(value)
  }
  return row
}
