import Database from 'better-sqlite3'

/** A driver class that calls a function before each statement that writes, with its text. */
export function watchedDriver(beforeWrite) {
  return class WatchedDatabase extends Database {
    constructor(...parameters) {
      super(...parameters)
      const prepare = this.prepare.bind(this)
      this.prepare = (sql) => {
        const statement = prepare(sql)
        if (statement.reader) return statement
        const run = statement.run.bind(statement)
        statement.run = (...values) => {
          beforeWrite(sql)
          return run(...values)
        }
        return statement
      }
    }
  }
}
