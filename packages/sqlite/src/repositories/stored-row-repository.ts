import { type ReadableRow, type StoredRow, StoredRowRepository, type StoredTable } from '@tract/repositories'
import { checkMember, readIdsAsJson, readRows } from '../input.js'
import type { Session } from '../session.js'
import type { TableForms } from '../table-forms.js'
import { iterateReadable } from './iterate-readable.js'

const TABLES = {
  blobs: 'blobs',
  commits: 'commits',
  commit_parents: 'commitParents',
  refs: 'refs',
  annotations: 'annotations',
  operation_events: 'operationEvents',
  operation_commits: 'operationCommits',
  compile_records: 'compileRecords',
  compile_effectives: 'compileEffectives',
  spawn_pointers: 'spawnPointers',
  policy_proposals: 'policyProposals',
  policy_log: 'policyLog',
} as const satisfies Record<StoredTable, keyof TableForms>

export class SqliteStoredRowRepository extends StoredRowRepository {
  readonly #session: Session

  constructor(session: Session) {
    super()
    this.#session = session
  }

  override async read(
    table: StoredTable,
    column: string,
    values: readonly string[],
  ): Promise<readonly StoredRow[]> {
    checkMember('table', table, TABLES)
    const { stored } = this.#session.forms[TABLES[table]]
    const sql = stored.selectBy(column)
    const wanted = readIdsAsJson('values', values)
    return this.#session.read((db) => db.rows<StoredRow>(sql, wanted).map((row) => stored.read(row)))
  }

  override async *iterateReadable(table: StoredTable): AsyncGenerator<ReadableRow, void, undefined> {
    checkMember('table', table, TABLES)
    yield* iterateReadable(this.#session, this.#session.forms[TABLES[table]])
  }

  override async insert(
    table: StoredTable,
    rows: readonly StoredRow[],
  ): Promise<readonly (StoredRow | null)[]> {
    checkMember('table', table, TABLES)
    const name = TABLES[table]
    const { stored } = this.#session.forms[name]
    const encoded = readRows('rows', rows, (field, row) => stored.encode(field, row))
    return this.#session.writeTogether((db) =>
      encoded.map((values) => {
        if (db[name].run(stored.insert, values).changes === 1) return null
        const [known] = db.rows<StoredRow>(stored.selectByKey, ...stored.keyOf(values))
        return known === undefined ? null : stored.read(known)
      }),
    )
  }

  override async fill(table: StoredTable, rows: readonly StoredRow[]): Promise<number> {
    checkMember('table', table, TABLES)
    const name = TABLES[table]
    const { stored } = this.#session.forms[name]
    const encoded = readRows('rows', rows, (field, row) => stored.encode(field, row))
    return this.#session.writeTogether((db) => {
      let count = 0
      for (const values of encoded) count += db[name].run(stored.fill, stored.fillOf(values), values).changes
      return count
    })
  }
}
