import type { Connection } from './connection.js'
import { COMPRESSION_TABLES } from './names.js'
import type { TableStructure } from './structure.js'
import { TABLES } from './version-6.js'

/** The tables of a tract, of any version, that are there; the version's own is not one of them. */
export function tractTables(structure: readonly TableStructure[]): readonly string[] {
  const known = new Set<string>([...TABLES.keys(), ...COMPRESSION_TABLES])
  known.delete('_trace_meta')
  return structure.map(({ name }) => name).filter((name) => known.has(name))
}

/** Whether a tract has a row in any of its tables. */
export async function holdsRows(
  connection: Connection,
  structure: readonly TableStructure[],
): Promise<boolean> {
  for (const table of tractTables(structure)) {
    if (await connection.holds(`SELECT 1 FROM "${table}" LIMIT 1`)) return true
  }
  return false
}
