import Database from 'better-sqlite3'

/** Counts the prepared statements of this process from now on. */
export function countStatements(): { readonly alive: number } {
  const counter = { alive: 0 }
  const registry = new FinalizationRegistry<null>(() => {
    counter.alive--
  })
  const { prepare } = Database.prototype
  Database.prototype.prepare = function counted(this: Database.Database, source: string) {
    const statement = prepare.call(this, source)
    counter.alive++
    registry.register(statement, null)
    return statement
  } as typeof prepare
  return counter
}
