import { IN_RANGE, inChunks } from './chunks.js'
import type { Connection } from './connection.js'
import type { OrphanedRow } from './errors.js'
import type { StepContext } from './progress.js'
import { Tables } from './steps/tables.js'

/** How many rows are named in an error or a result. */
const NAMED = 100

/** The links that name a row which does not exist. */
export interface Orphans {
  /** At most the first 100. */
  readonly rows: readonly OrphanedRow[]
  readonly count: number
}

/** Tables that hold links from an operation to a commit, and what the column of the operation is called there. */
export const LINK_TABLES = [
  { table: 'compression_sources', owner: 'compression_id', role: "'source'", target: 'compression' },
  { table: 'compression_results', owner: 'compression_id', role: "'result'", target: 'compression' },
  { table: 'operation_commits', owner: 'event_id', role: 'role', target: 'operation event' },
] as const

/** A table of {@link LINK_TABLES}. */
export type LinkTable = (typeof LINK_TABLES)[number]

const COMMIT_EXISTS = 'EXISTS (SELECT 1 FROM commits c WHERE c.commit_hash = l.commit_hash)'

/** The conditions, in the words of SQL, that a link `l` has its commit and its operation. */
export interface LinkConditions {
  readonly commitExists: string
  readonly ownerExists: string
}

/** The conditions for a table of links, by the tables that are there. */
export async function linkConditions(tables: Tables, { owner }: LinkTable): Promise<LinkConditions> {
  const owners: string[] = []
  if (await tables.has('compressions', 'compression_id')) {
    owners.push(`EXISTS (SELECT 1 FROM compressions p WHERE p.compression_id = l.${owner})`)
  }
  if (await tables.has('operation_events', 'event_id')) {
    owners.push(`EXISTS (SELECT 1 FROM operation_events e WHERE e.event_id = l.${owner})`)
  }
  return {
    commitExists: (await tables.has('commits', 'commit_hash')) ? COMMIT_EXISTS : 'true',
    ownerExists: owners.length === 0 ? 'false' : `(${owners.join(' OR ')})`,
  }
}

/** Whether a table of links is there and is ours. */
export async function isLinkTable(tables: Tables, { table, owner }: LinkTable): Promise<boolean> {
  return tables.has(table, owner, 'commit_hash')
}

/** Finds the links, moved or still to be moved, whose commit or operation is missing. Reads only. */
export async function findOrphans(connection: Connection, context: StepContext): Promise<Orphans> {
  const tables = new Tables(connection.runner)
  const rows: OrphanedRow[] = []
  let count = 0
  for (const links of LINK_TABLES) {
    const { table, owner, role, target } = links
    if (!(await isLinkTable(tables, links))) continue
    const { commitExists, ownerExists } = await linkConditions(tables, links)
    const found = `SELECT CAST(${owner} AS TEXT) AS owner, CAST(commit_hash AS TEXT) AS hash, ${role} AS role,
      ${commitExists} AS "hasCommit" FROM ${table} l WHERE ${IN_RANGE} AND NOT (${commitExists} AND ${ownerExists})`
    await inChunks(connection, context, { phase: 'checking', table }, async ({ from, to }) => {
      const part = await connection.rows<OrphanRow>(found, from, to)
      count += part.length
      for (const row of part.slice(0, NAMED - rows.length)) {
        rows.push({
          table,
          key: { [owner]: row.owner, commit_hash: row.hash, ...(role === 'role' && { role: row.role }) },
          ...(row.hasCommit ? { target, missing: row.owner } : { target: 'commit', missing: row.hash }),
        })
      }
    })
  }
  return { rows, count }
}

interface OrphanRow {
  readonly owner: string
  readonly hash: string
  readonly role: string
  readonly hasCommit: number
}
