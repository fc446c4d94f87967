import { existsSync } from 'node:fs'
import { isAbsolute } from 'node:path'
import Database from 'better-sqlite3'
import { makeFile } from './new-file.js'

/** What TypeORM sends to begin a transaction. */
const TYPEORM_BEGIN = 'BEGIN TRANSACTION'

/**
 * The driver that TypeORM opens its handle with; a file that it makes is its owner's alone. TypeORM hard-codes a deferred
 * BEGIN: a transaction that reads and then writes fails at once where another connection wrote in between, however long it
 * may wait (https://www.sqlite.org/isolation.html). An immediate one takes the write lock first.
 */
export class ImmediateDatabase extends Database {
  constructor(...parameters: ConstructorParameters<typeof Database>) {
    const [path, { readonly = false } = {}] = parameters
    // Not `:memory:`: the paths of our DataSources are absolute.
    if (typeof path === 'string' && isAbsolute(path) && !readonly && !existsSync(path)) makeFile(path)
    super(...parameters)
    if (this.readonly) return
    const prepare = this.prepare.bind(this)
    const prepareImmediate = (source: string) =>
      prepare(source === TYPEORM_BEGIN ? 'BEGIN IMMEDIATE' : source)
    this.prepare = prepareImmediate as typeof this.prepare
  }
}
