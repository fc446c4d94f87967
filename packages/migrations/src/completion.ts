import type { Connection } from './connection.js'
import { freshStructure } from './fresh-structure.js'
import type { StepContext } from './progress.js'
import { rebuild, rebuildObstacle } from './rebuild.js'
import { structureOf, type TableStructure } from './structure.js'
import { differencesBetween } from './structure-difference.js'
import { INDEXES, TABLES } from './version-6.js'

/** Where a migrated file differs from a new one, because its rows come first. */
export interface StructureDifference {
  readonly table: string
  /** What differs, as in `unique (child_tract_id) is missing`. */
  readonly difference: string
  /** Why it was left so. */
  readonly reason: string
}

/** An index that could not be made. */
export interface SkippedIndex {
  readonly index: string
  readonly table: string
  /** The column that the table lacks. */
  readonly column: string
}

/** What is to be done so that a database has the structure of version 6, and what cannot be. */
export interface Completion {
  /** Tables to make, by name. */
  readonly create: readonly string[]
  /** Tables to build anew with all their rows. */
  readonly rebuild: readonly TableStructure[]
  /** Indexes to take away, as they are not on what their names say. */
  readonly dropIndexes: readonly string[]
  readonly createIndexes: readonly string[]
  readonly skippedIndexes: readonly SkippedIndex[]
  readonly differences: readonly StructureDifference[]
}

/** Whether anything is to be done. */
export function isComplete({ create, rebuild, dropIndexes, createIndexes }: Completion): boolean {
  return create.length + rebuild.length + dropIndexes.length + createIndexes.length === 0
}

/** Compares a database with the structure of version 6. Reads only. */
export async function planCompletion(
  connection: Connection,
  structure: readonly TableStructure[],
): Promise<Completion> {
  const found = new Map(structure.map((table) => [table.name, table]))
  const create: string[] = []
  const toRebuild: TableStructure[] = []
  const differences: StructureDifference[] = []
  const dropIndexes: string[] = []
  const createIndexes: string[] = []
  const skippedIndexes: SkippedIndex[] = []
  const holders = new Map(
    structure.flatMap(({ name, indexes }) => indexes.map((index) => [index.name, name])),
  )
  for (const expected of (await freshStructure(connection.options)).values()) {
    const table = found.get(expected.name)
    const difference = table === undefined ? '' : differencesBetween(table, expected).join('; ')
    let columns = expected.columns
    if (table === undefined) {
      create.push(expected.name)
    } else if (difference !== '') {
      const reason = await rebuildObstacle(connection, table, expected)
      if (reason === null) {
        toRebuild.push(table)
      } else {
        columns = table.columns
        differences.push({ table: expected.name, difference, reason })
      }
    }
    const names = new Set<string | null>(columns.map((column) => column.name))
    for (const index of expected.indexes) {
      const holder = holders.get(index.name)
      const lacking = index.columns.find((column) => !names.has(column))
      if (holder !== undefined && holder !== expected.name) {
        const reason = `an index of that name belongs to table ${holder}`
        differences.push({ table: expected.name, difference: `index ${index.name} is missing`, reason })
      } else if (lacking !== undefined) {
        skippedIndexes.push({ index: index.name, table: expected.name, column: String(lacking) })
      } else {
        const present = table?.indexes.find(({ name }) => name === index.name)
        if (present !== undefined && JSON.stringify(present) === JSON.stringify(index)) continue
        if (present !== undefined) dropIndexes.push(index.name)
        createIndexes.push(index.name)
      }
    }
  }
  return {
    create: [...TABLES.keys()].filter((name) => create.includes(name)),
    rebuild: toRebuild,
    dropIndexes,
    createIndexes,
    skippedIndexes,
    differences,
  }
}

/**
 * Gives a database the structure of version 6 wherever its rows permit it, with foreign keys off. Returns what could not
 * be done.
 */
export async function complete(
  connection: Connection,
  context: StepContext,
): Promise<Pick<Completion, 'skippedIndexes' | 'differences'>> {
  const completion = await planCompletion(connection, await structureOf(connection))
  for (const table of completion.create) await connection.run(TABLES.get(table) ?? '')
  for (const name of completion.dropIndexes) await connection.run(`DROP INDEX "${name}"`)
  for (const table of completion.rebuild)
    await rebuild(connection, context, table, TABLES.get(table.name) ?? '')
  for (const name of completion.createIndexes) {
    await context.progress('indexing', name)
    await connection.run(INDEXES.get(name) ?? '')
  }
  const { skippedIndexes, differences } = completion
  return { skippedIndexes, differences }
}
