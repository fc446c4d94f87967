import type { BrokenReference, IntegrityReport } from '@tract/repositories'
import type { Connection } from './connection.js'
import { isDamage } from './sqlite-error.js'

const SOUND = 'ok'

interface CheckLine {
  readonly integrity_check: string
}

interface Violation {
  readonly table: string
  readonly rowid: number | null
  readonly parent: string
  readonly fkid: number
}

interface ForeignKeyColumn {
  readonly id: number
  readonly from: string
}

/** SQLite's own checks of the whole database: its structure, its indexes, its foreign keys. */
export function integrityOf({ handle }: Connection): IntegrityReport {
  const damage: string[] = []
  const lines = linesOf<CheckLine>(handle, 'PRAGMA integrity_check', damage).map(
    (line) => line.integrity_check,
  )
  damage.unshift(...lines.filter((line) => line !== SOUND))
  const violations = linesOf<Violation>(handle, 'PRAGMA foreign_key_check', damage)
  const brokenReferences = violations.map((violation) => brokenReference(handle, violation))
  return { ok: damage.length === 0 && brokenReferences.length === 0, damage, brokenReferences }
}

/** The lines of a check, one at a time: it may say much before it meets damage that it cannot pass. */
function linesOf<Line>(handle: Connection['handle'], sql: string, damage: string[]): readonly Line[] {
  const lines: Line[] = []
  try {
    for (const line of handle.prepare<[], Line>(sql).iterate()) lines.push(line)
  } catch (error) {
    if (!isDamage(error) || !(error instanceof Error)) throw error
    damage.push(error.message)
  }
  return lines
}

function brokenReference(handle: Connection['handle'], violation: Violation): BrokenReference {
  const { table, rowid, parent, fkid } = violation
  if (rowid === null) return { table, rowId: null, columns: {}, target: parent }
  const keys = handle.pragma(`foreign_key_list(${quoted(table)})`) as ForeignKeyColumn[]
  const names = keys.filter(({ id }) => id === fkid).map(({ from }) => quoted(from))
  const select = `SELECT ${names.join(', ')} FROM ${quoted(table)} WHERE rowid = ?`
  const columns = handle.prepare<[number], Record<string, string | null>>(select).get(rowid)
  return { table, rowId: rowid, columns: columns ?? {}, target: parent }
}

/** A name as SQL takes it: these tables may be an application's own. */
function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}
