import type { BrokenReference } from '@tract/repositories'
import type { StructureDifference } from './completion.js'
import type { Connection, Value } from './connection.js'
import type { StepContext } from './progress.js'

/** How many broken rows of a table are named. */
const NAMED = 100

/** What the check of foreign keys found. */
export interface ForeignKeyReport {
  readonly brokenReferences: readonly BrokenReference[]
  /** Tables whose foreign keys cannot be checked, as they name what is no key. */
  readonly differences: readonly StructureDifference[]
}

const TABLES = `SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%'
  AND EXISTS (SELECT 1 FROM pragma_foreign_key_list(name, 'main')) ORDER BY name`

/** Checks the foreign keys of every table (https://www.sqlite.org/pragma.html#pragma_foreign_key_check). */
export async function checkForeignKeys(
  connection: Connection,
  context: StepContext,
): Promise<ForeignKeyReport> {
  const brokenReferences: BrokenReference[] = []
  const differences: StructureDifference[] = []
  for (const { name } of await connection.rows<{ name: string }>(TABLES)) {
    await context.progress('checking', name)
    try {
      brokenReferences.push(...(await brokenRowsOf(connection, name)))
    } catch (error) {
      if (!(error instanceof Error) || !error.message.includes('foreign key mismatch')) throw error
      const reason = 'the table that it refers to is not of this format'
      differences.push({ table: name, difference: error.message, reason })
    }
  }
  return { brokenReferences, differences }
}

interface Violation {
  /** `null` in a table WITHOUT ROWID. */
  readonly rowid: number | null
  readonly parent: string
  readonly fkid: number
}

async function brokenRowsOf(connection: Connection, table: string): Promise<BrokenReference[]> {
  const violations = await connection.rows<Violation>(
    `SELECT rowid, parent, fkid FROM pragma_foreign_key_check(?, 'main') LIMIT ${NAMED}`,
    table,
  )
  const broken: BrokenReference[] = []
  for (const { rowid, parent, fkid } of violations) {
    const keys = await connection.rows<{ name: string }>(
      'SELECT "from" AS name FROM pragma_foreign_key_list(?, \'main\') WHERE id = ? ORDER BY seq',
      table,
      fkid,
    )
    const columns: Record<string, string | null> = {}
    for (const { name } of rowid === null ? [] : keys) {
      const row = await connection.row<{ value: Value }>(
        `SELECT CAST(${quoted(name)} AS TEXT) AS value FROM ${quoted(table)} WHERE rowid = ?`,
        rowid,
      )
      columns[name] = typeof row?.value === 'string' ? row.value : null
    }
    broken.push({ table, rowId: rowid, columns, target: parent })
  }
  return broken
}

/** A name as SQL takes it: these tables may be an application's own. */
function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}
