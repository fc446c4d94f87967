import { AsyncLocalStorage } from 'node:async_hooks'
import { InsideTransactionError, StoreClosedError, type Transaction } from '@tract/repositories'
import type { BetterSqlite3Driver } from 'typeorm/driver/better-sqlite3/BetterSqlite3Driver.js'
import { type Patience, whenNotBusy } from './busy.js'
import type { Connection } from './connection.js'
import { Gate } from './gate.js'
import { type Encoders, inTransaction, type Session } from './session.js'
import { ForeignTransaction } from './sqlite-error.js'
import { checkWork, Unit, type UnitScope } from './unit.js'
import type { ManagerWork } from './unit-query-runner.js'

/** What an engine runs on. */
export interface EngineParts extends Patience {
  readonly driver: BetterSqlite3Driver
  readonly writer: Connection
  /** A second, read-only handle; `null` where the database lives in the writer's memory. */
  readonly reader: Connection | null
  /** Ends the handles, when nothing runs any more. */
  readonly end: () => Promise<void>
}

/** Brings every call of a store to its place: into the running transaction, past the gate, or to its turn at the gate. */
export class Engine implements Session {
  readonly #parts: EngineParts
  readonly #scope: UnitScope
  readonly #gate = new Gate()
  readonly #context = new AsyncLocalStorage<Unit>()
  #closing: Promise<void> | undefined

  constructor(parts: EngineParts) {
    this.#parts = parts
    const context = this.#context
    this.#scope = {
      ...parts,
      current: () => context.getStore(),
      runWithManager: (work) => this.#runWithManager(work),
      runIn: (unit, work) => context.run(unit, work),
    }
  }

  get tables(): Encoders {
    return this.#parts.writer
  }

  read<Result>(work: (db: Connection) => Result): Result | Promise<Result> {
    const unit = this.#context.getStore()
    if (unit !== undefined) return unit.read(work)
    this.#assertOpen()
    const { reader, writer } = this.#parts
    if (reader !== null) return whenNotBusy(() => work(reader), this.#parts)
    return this.#inTurn(() => work(writer))
  }

  write<Result>(work: (db: Connection) => Result): Result | Promise<Result> {
    const unit = this.#context.getStore()
    if (unit !== undefined) return unit.write(work)
    this.#assertOpen()
    return this.#inTurn(() => work(this.#parts.writer))
  }

  writeTogether<Result>(work: (db: Connection) => Result): Result | Promise<Result> {
    const unit = this.#context.getStore()
    if (unit !== undefined) return unit.writeTogether(work)
    this.#assertOpen()
    return this.#inTurn(() => inTransaction(this.#parts.writer, work))
  }

  insertTogether<Result>(work: (db: Connection) => Result): Result | Promise<Result> {
    const unit = this.#context.getStore()
    if (unit !== undefined) return unit.insertTogether(work)
    return this.writeTogether(work)
  }

  /** Runs a function in a transaction, or in a savepoint of the one it is called in. */
  async transaction<Result>(work: (tx: Transaction) => Promise<Result>): Promise<Result> {
    const unit = this.#context.getStore()
    if (unit !== undefined) return unit.runNested(work)
    this.#assertOpen()
    const turn = this.#gate.enter()
    if (turn !== undefined) await turn
    try {
      return await Unit.runOutermost(this.#scope, work)
    } finally {
      this.#gate.leave()
    }
  }

  /** Runs a function with TypeORM's manager as one unit; see {@link transaction}. */
  async withManager<Result>(work: ManagerWork<Result>): Promise<Result> {
    checkWork(work)
    return this.transaction(() => this.#runWithManager(work))
  }

  /** Runs what can be part of no transaction, in its turn. @throws {@link InsideTransactionError} */
  async alone<Result>(operation: string, work: (db: Connection) => Result): Promise<Result> {
    if (this.#context.getStore() !== undefined) throw new InsideTransactionError(operation)
    this.#assertOpen()
    return this.#inTurn(() => work(this.#parts.writer))
  }

  /** Refuses what comes from now on, waits for what came before, and ends the handles. */
  async close(): Promise<void> {
    if (this.#context.getStore()?.hasEnded === false) throw new InsideTransactionError('close')
    this.#closing ??= this.#end()
    return this.#closing
  }

  async #runWithManager<Result>(work: ManagerWork<Result>): Promise<Result> {
    const unit = this.#context.getStore()
    if (unit === undefined) throw new Error('a transaction runs in the context of its unit')
    return work(unit.manager())
  }

  async #end(): Promise<void> {
    await this.#gate.enter()
    await this.#parts.end()
  }

  #inTurn<Result>(work: () => Result): Result | Promise<Result> {
    const turn = this.#gate.enter()
    return turn === undefined ? this.#runAndLeave(work) : turn.then(() => this.#runAndLeave(work))
  }

  #runAndLeave<Result>(work: () => Result): Result | Promise<Result> {
    let result: Result | Promise<Result>
    try {
      result = whenNotBusy(() => {
        if (this.#parts.writer.handle.inTransaction) throw new ForeignTransaction()
        return work()
      }, this.#parts)
    } catch (error) {
      this.#gate.leave()
      throw error
    }
    if (result instanceof Promise) return result.finally(() => this.#gate.leave())
    this.#gate.leave()
    return result
  }

  #assertOpen(): void {
    if (this.#closing !== undefined) throw new StoreClosedError(this.#parts.location)
  }
}
