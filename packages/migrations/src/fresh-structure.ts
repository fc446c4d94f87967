import { type OwnConnection, withConnection } from './connection.js'
import { structureOf, type TableStructure } from './structure.js'
import { INDEXES, TABLES } from './version-6.js'

let fresh: Promise<ReadonlyMap<string, TableStructure>> | undefined

/** The structure that the frozen SQL of version 6 makes, read from a scratch database in memory, once. */
export function freshStructure(like: OwnConnection['like']): Promise<ReadonlyMap<string, TableStructure>> {
  fresh ??= withConnection({ database: ':memory:', ...(like && { like }) }, async (scratch) => {
    for (const sql of [...TABLES.values(), ...INDEXES.values()]) await scratch.run(sql)
    return new Map((await structureOf(scratch)).map((table) => [table.name, table]))
  })
  return fresh
}
