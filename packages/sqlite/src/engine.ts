import { AsyncLocalStorage } from 'node:async_hooks'
import {
  CloseTimeoutError,
  InsideTransactionError,
  StoreBusyError,
  StoreClosedError,
  type Transaction,
  type TransactionOptions,
} from '@tract/repositories'
import type { BetterSqlite3Driver } from 'typeorm/driver/better-sqlite3/BetterSqlite3Driver.js'
import { type Patience, whenNotBusy } from './busy.js'
import type { Connection } from './connection.js'
import type { FilePlace } from './file-place.js'
import { Gate } from './gate.js'
import { fileIdentity, holderOf } from './lock-holders.js'
import { inTransaction, type Session } from './session.js'
import { ForeignTransaction } from './sqlite-error.js'
import type { TableForms } from './table-forms.js'
import { TurnWatch } from './turn-watch.js'
import { checkWork, readAllowsGaps, Unit, type UnitScope } from './unit.js'
import type { ManagerWork } from './unit-query-runner.js'

/** What an engine runs on. */
export interface EngineParts extends Patience {
  readonly driver: BetterSqlite3Driver
  readonly writer: Connection
  /** A second, read-only handle; `null` where the database lives in the writer's memory. */
  readonly reader: Connection | null
  /** Where the file lies that is written to; `null` where there is none. */
  readonly place: FilePlace | null
  /** How long closing waits for what runs, in milliseconds. */
  readonly closeTimeoutMs: number
  /** Ends the handles, when nothing runs any more. */
  readonly end: () => Promise<void>
}

/** Brings every call of a store to its place: into the running transaction, past the gate, or to its turn at the gate. */
export class Engine implements Session {
  readonly #parts: EngineParts
  readonly #scope: UnitScope
  readonly #gate = new Gate()
  readonly #watch: TurnWatch
  readonly #context = new AsyncLocalStorage<Unit>()
  /** The transaction that has its turn. */
  #running: Unit | undefined
  #transactions = 0
  #closing: Promise<void> | undefined
  #hasEnded = false

  constructor(parts: EngineParts) {
    const { location, busyTimeoutMs, reader } = parts
    const context = this.#context
    const file = reader === null ? null : fileIdentity(location)
    this.#parts = parts
    this.#scope = {
      ...parts,
      store: this,
      file: parts.writer.handle.readonly ? null : file,
      holder: () => holderOf(file ?? location, this),
      current: () => context.getStore(),
      runWithManager: (work) => this.#runWithManager(work),
      runIn: (unit, work) => context.run(unit, work),
    }
    this.#watch = new TurnWatch({
      gate: this.#gate,
      limitMs: busyTimeoutMs,
      heldSince: () => this.#running?.heldSince,
      refusal: (waitedMs) =>
        new StoreBusyError(location, waitedMs, this.#running?.holder ?? { where: 'elsewhere' }),
    })
  }

  get forms(): TableForms {
    return this.#parts.writer.forms
  }

  read<Result>(work: (db: Connection) => Result): Result | Promise<Result> {
    const unit = this.#context.getStore()
    if (unit !== undefined) return unit.read(work)
    this.#assertOpen()
    const { reader, writer } = this.#parts
    if (reader !== null) return whenNotBusy(() => work(reader), this.#scope)
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

  insertTogether<Result>(
    work: (db: Connection) => Result,
    willSucceed: (db: Connection) => boolean,
  ): Result | Promise<Result> {
    const unit = this.#context.getStore()
    if (unit !== undefined) return unit.insertTogether(work, willSucceed)
    return this.writeTogether(work)
  }

  /**
   * Runs a function in a transaction, or in a savepoint of the one it is called in.
   *
   * @param options as {@link Store.transaction} takes them
   * @param name what those are told that wait for it; the function's own unless given
   */
  async transaction<Result>(
    work: (tx: Transaction) => Promise<Result>,
    options?: TransactionOptions,
    name?: string,
  ): Promise<Result> {
    const allowsGaps = readAllowsGaps(options)
    const unit = this.#context.getStore()
    if (unit !== undefined) return unit.runNested(work, allowsGaps)
    this.#assertOpen()
    const turn = this.#enter()
    if (turn !== undefined) await turn
    const running = Unit.outermost(this.#scope, allowsGaps)
    this.#running = running
    try {
      return await running.run(++this.#transactions, work, name)
    } finally {
      this.#running = undefined
      this.#leave()
    }
  }

  /** Runs a function with TypeORM's manager as one unit; see {@link transaction}. */
  async withManager<Result>(work: ManagerWork<Result>): Promise<Result> {
    checkWork(work)
    return this.transaction(() => this.#runWithManager(work), {}, work.name)
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
    const { closeTimeoutMs } = this.#parts
    const start = performance.now()
    const turn = this.#gate.enter(true)
    const isInTime = turn === undefined || (await endsWithin(turn, closeTimeoutMs))
    this.#hasEnded = true
    try {
      if (!isInTime) throw this.#giveUp(Math.round(performance.now() - start))
    } finally {
      await this.#parts.end()
      this.#closing = Promise.resolve()
    }
  }

  /** Ends what runs and refuses what waits. Returns what closing throws. */
  #giveUp(waitedMs: number): CloseTimeoutError {
    const { location } = this.#parts
    const running = this.#running
    const error = new CloseTimeoutError(location, waitedMs, running?.holder ?? null)
    this.#gate.refuseAll(new StoreClosedError(location))
    this.#watch.stopIfIdle()
    running?.abandon(error)
    return error
  }

  #enter(): Promise<void> | undefined {
    const turn = this.#gate.enter()
    if (turn !== undefined) this.#watch.start()
    return turn
  }

  #leave(): void {
    this.#gate.leave()
    this.#watch.stopIfIdle()
  }

  #inTurn<Result>(work: () => Result): Result | Promise<Result> {
    const turn = this.#enter()
    return turn === undefined ? this.#runAndLeave(work) : turn.then(() => this.#runAndLeave(work))
  }

  #runAndLeave<Result>(work: () => Result): Result | Promise<Result> {
    let result: Result | Promise<Result>
    try {
      result = whenNotBusy(() => {
        if (this.#hasEnded) throw new StoreClosedError(this.#parts.location)
        if (this.#parts.writer.handle.inTransaction) throw new ForeignTransaction()
        this.#parts.place?.check()
        return work()
      }, this.#scope)
    } catch (error) {
      this.#leave()
      throw error
    }
    if (result instanceof Promise) return result.finally(() => this.#leave())
    this.#leave()
    return result
  }

  #assertOpen(): void {
    if (this.#closing !== undefined) throw new StoreClosedError(this.#parts.location)
  }
}

/** Whether a promise is fulfilled within a time, in milliseconds. */
function endsWithin(promise: Promise<void>, timeMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), timeMs)
    const settle = (isInTime: boolean) => () => {
      clearTimeout(timer)
      resolve(isInTime)
    }
    promise.then(settle(true), settle(false))
  })
}
