import {
  InsideTransactionError,
  InvalidInputError,
  type LockHolder,
  StoreClosedError,
  type Transaction,
  TransactionEndedError,
  type TransactionOptions,
  UnfinishedTransactionError,
} from '@tract/repositories'
import type { EntityManager } from 'typeorm'
import type { BetterSqlite3Driver } from 'typeorm/driver/better-sqlite3/BetterSqlite3Driver.js'
import { type Patience, whenNotBusy } from './busy.js'
import type { Connection } from './connection.js'
import type { FilePlace } from './file-place.js'
import { Gate } from './gate.js'
import { describe, readingInput, readOptions } from './input.js'
import { asHolder, forgetHolding, type Holding, noteHolding } from './lock-holders.js'
import { bindRepositories } from './repositories/bind-repositories.js'
import { inSavepoint, orEndTransaction, type Session } from './session.js'
import { ForeignTransaction, translated } from './sqlite-error.js'
import type { TableForms } from './table-forms.js'
import { type ManagerWork, type RunnerTurn, UnitQueryRunner } from './unit-query-runner.js'

/** What all units of a store share. */
export interface UnitScope extends Patience {
  readonly writer: Connection
  readonly driver: BetterSqlite3Driver
  /** Where the file lies that is written to; `null` where there is none. */
  readonly place: FilePlace | null
  /** The store, by which its transactions are told from those of others. */
  readonly store: object
  /** What the database's file is known by; `null` where its transactions keep nobody else out. */
  readonly file: string | null
  /** The unit that the present async context belongs to. */
  current(): Unit | undefined
  /** Runs a function with the manager of the present async context's unit. */
  runWithManager<Result>(work: ManagerWork<Result>): Promise<Result>
  /** Runs a function, and whatever it starts, in the async context of a unit. */
  runIn(unit: Unit, work: () => void): void
}

/** What a transaction's function gets. */
type Work<Result> = (tx: Transaction) => Promise<Result>

/**
 * A transaction that is running, or a savepoint inside one. Whatever runs in it takes turns at its gate: single
 * statements, queries of TypeORM's, and the units nested in it, for a statement beside an open savepoint would be
 * rolled back with it.
 */
export class Unit implements Session, RunnerTurn {
  readonly #scope: UnitScope
  readonly #parent: Unit | null
  readonly #allowsGaps: boolean
  readonly #gate = new Gate()
  #runner: UnitQueryRunner | undefined
  /** The unit that runs inside this one. */
  #nested: Unit | undefined
  #holding: Holding | undefined
  #hasEnded = false
  #foresees: boolean | undefined
  /** The error at which SQLite, or we, ended the whole transaction before its function came to its end. */
  #endedBy: { readonly error: unknown } | undefined
  #abandoned: { readonly reason: unknown } | undefined
  #rejectRun: (reason: unknown) => void = () => undefined

  private constructor(scope: UnitScope, parent: Unit | null, allowsGaps: boolean) {
    this.#scope = scope
    this.#parent = parent
    this.#allowsGaps = allowsGaps
  }

  /** A transaction of its own, not yet begun. */
  static outermost(scope: UnitScope, allowsGaps: boolean): Unit {
    return new Unit(scope, null, allowsGaps)
  }

  /**
   * Begins, runs a function and commits. The caller holds the store's gate.
   *
   * @param number the transaction's number in its store
   * @param name its name; that of the function unless given
   */
  async run<Result>(number: number, work: Work<Result>, name?: string): Promise<Result> {
    checkWork(work)
    const beginning = whenNotBusy(() => this.#begin(number, name ?? work.name), this.#scope)
    if (beginning !== undefined) await beginning
    try {
      const result = await this.#perform(work)
      if (this.#abandoned !== undefined) throw this.#abandoned.reason
      this.#scope.place?.check()
      this.#end('COMMIT')
      return result
    } catch (error) {
      this.#hasEnded = true
      if (this.#abandoned === undefined && this.#scope.writer.handle.inTransaction) this.#end('ROLLBACK')
      throw error
    } finally {
      // A full disk may have ended it without us.
      if (this.#allowsGaps && !this.#scope.writer.handle.inTransaction) this.#checkReferences('ON')
      this.#forget()
    }
  }

  /** Rolls back and ends at once, whatever the function does. Calls that come later are refused, as are those that wait. */
  abandon(reason: unknown): void {
    this.#abandoned = { reason }
    this.#hasEnded = true
    this.#forget()
    for (let unit: Unit | undefined = this; unit !== undefined; unit = unit.#nested) {
      unit.#gate.refuseAll(new TransactionEndedError())
    }
    this.#rejectRun(reason)
    if (this.#holding !== undefined && this.#scope.writer.handle.inTransaction) this.#end('ROLLBACK')
  }

  /** When it began, in milliseconds of `performance.now()`; `undefined` where it has not. */
  get heldSince(): number | undefined {
    return this.#holding?.heldSince
  }

  /** The transaction as those see it that wait for it; `null` where it has not begun. */
  get holder(): LockHolder | null {
    return this.#holding === undefined ? null : asHolder(this.#holding, this.#scope.store)
  }

  /** Runs a function in a savepoint inside this unit, or inside the innermost one that the async context is in. */
  async runNested<Result>(work: Work<Result>, allowsGaps = false): Promise<Result> {
    checkWork(work)
    if (allowsGaps && !this.#allowsGaps) throw new InsideTransactionError('transaction')
    const unit = this.#innermost()
    await unit.#enter()
    try {
      return await unit.#nest(work)
    } finally {
      unit.#gate.leave()
    }
  }

  get forms(): TableForms {
    return this.#scope.writer.forms
  }

  read<Result>(work: (db: Connection) => Result): Result | Promise<Result> {
    return this.#innermost().#inTurn(work)
  }

  write<Result>(work: (db: Connection) => Result): Result | Promise<Result> {
    return this.#innermost().#inTurn(work)
  }

  writeTogether<Result>(work: (db: Connection) => Result): Result | Promise<Result> {
    return this.#innermost().#inTurn((db) => inSavepoint(db, work))
  }

  insertTogether<Result>(
    work: (db: Connection) => Result,
    willSucceed: (db: Connection) => boolean,
  ): Result | Promise<Result> {
    return this.#innermost().#inTurn((db) =>
      this.#root.#mayForesee(db) && willSucceed(db) ? orEndTransaction(db, work) : inSavepoint(db, work),
    )
  }

  /** Whether what would refuse a row can be told before. Asked once a transaction. */
  #mayForesee(db: Connection): boolean {
    this.#foresees ??= !db.handle.readonly && db.hasFormatRulesAlone()
    return this.#foresees
  }

  get #root(): Unit {
    let unit: Unit = this
    while (unit.#parent !== null) unit = unit.#parent
    return unit
  }

  /** TypeORM's manager for this unit. */
  manager(): EntityManager {
    this.#runner ??= new UnitQueryRunner(this.#scope.driver, this).join()
    return this.#runner.entityManager()
  }

  /** Whether the unit's function has come to its end. */
  get hasEnded(): boolean {
    return this.#hasEnded
  }

  async nestManager<Result>(work: ManagerWork<Result>): Promise<Result> {
    checkWork(work)
    return this.runNested(() => this.#scope.runWithManager(work))
  }

  async enterForQuery(): Promise<void> {
    await this.#enter()
  }

  leaveAfterQuery(): void {
    this.#gate.leave()
  }

  #begin(number: number, name: string): void {
    const { writer, location, file, store } = this.#scope
    if (this.#abandoned !== undefined) throw new StoreClosedError(location)
    if (writer.handle.inTransaction) throw new ForeignTransaction()
    // SQLite takes this only between transactions, and for all of one.
    if (this.#allowsGaps) this.#checkReferences('OFF')
    try {
      writer.run(writer.handle.readonly ? 'BEGIN' : 'BEGIN IMMEDIATE')
    } catch (error) {
      if (this.#allowsGaps) this.#checkReferences('ON')
      throw error
    }
    this.#holding = { store, number, name, heldSince: performance.now() }
    if (file !== null) noteHolding(file, this.#holding)
  }

  /** Ends the transaction, and in the same turn what was set for it alone: the next one may be anybody's. */
  #end(how: 'COMMIT' | 'ROLLBACK'): void {
    try {
      this.#control(how)
    } finally {
      if (this.#allowsGaps && !this.#scope.writer.handle.inTransaction) this.#checkReferences('ON')
    }
  }

  #checkReferences(state: 'ON' | 'OFF'): void {
    const { handle } = this.#scope.writer
    if (handle.open) handle.pragma(`foreign_keys = ${state}`)
  }

  #forget(): void {
    const { file } = this.#scope
    if (file !== null && this.#holding !== undefined) forgetHolding(file, this.#holding)
  }

  async #perform<Result>(work: Work<Result>): Promise<Result> {
    const tx = {
      ...bindRepositories(this),
      transaction: async <Inner>(inner: Work<Inner>, options?: TransactionOptions) =>
        this.runNested(inner, readAllowsGaps(options)),
    }
    // A promise of its own, because what is abandoned may never end.
    const result = await new Promise<Result>((resolve, reject) => {
      this.#rejectRun = reject
      this.#scope.runIn(this, () => void Promise.resolve(work(tx)).then(resolve, reject))
    })
    if (!this.#gate.isFree) throw new UnfinishedTransactionError()
    this.assertRunning()
    this.#hasEnded = true
    return result
  }

  async #nest<Result>(work: Work<Result>): Promise<Result> {
    const unit = new Unit(this.#scope, this, this.#allowsGaps)
    this.#control('SAVEPOINT tract_unit')
    this.#nested = unit
    try {
      const result = await unit.#perform(work)
      this.assertRunning()
      this.#control('RELEASE tract_unit')
      return result
    } catch (error) {
      unit.#hasEnded = true
      // Where the outer transaction has ended, the handle may serve another one by now.
      if (this.#isRunning()) {
        this.#control('ROLLBACK TO tract_unit')
        this.#control('RELEASE tract_unit')
      }
      throw error
    } finally {
      this.#nested = undefined
    }
  }

  /** Runs a statement that begins or ends something. What the caller's function throws is the caller's; this is ours. */
  #control(sql: string): void {
    try {
      this.#scope.writer.run(sql)
    } catch (error) {
      throw translated(error, this.#scope.location)
    }
  }

  /** The unit of the async context where that is inside this one: a call through an outer unit must not wait for the inner to end. */
  #innermost(): Unit {
    const current = this.#scope.current()
    for (let unit = current; unit !== undefined && unit !== null; unit = unit.#parent ?? undefined) {
      if (unit === this) return current ?? this
    }
    return this
  }

  #inTurn<Result>(work: (db: Connection) => Result): Result | Promise<Result> {
    const turn = this.#enter()
    return turn === undefined ? this.#runAndLeave(work) : turn.then(() => this.#runAndLeave(work))
  }

  #runAndLeave<Result>(work: (db: Connection) => Result): Result {
    try {
      return work(this.#scope.writer)
    } catch (error) {
      const told = translated(error, this.#scope.location)
      if (!this.#scope.writer.handle.inTransaction) this.#root.#noteEnd(told)
      throw told
    } finally {
      this.#gate.leave()
    }
  }

  /** Waits for the turn. @throws {@link TransactionEndedError} where the unit has ended, or ends while waiting */
  #enter(): Promise<void> | undefined {
    this.assertRunning()
    return this.#gate.enter()?.then(() => {
      if (this.#isRunning()) return
      this.#gate.leave()
      throw this.#ended()
    })
  }

  /** @throws {@link TransactionEndedError} */
  assertRunning(): void {
    if (!this.#isRunning()) throw this.#ended()
  }

  #noteEnd(error: unknown): void {
    this.#endedBy ??= { error }
  }

  #ended(): TransactionEndedError {
    const by = this.#root.#endedBy
    return new TransactionEndedError(by === undefined ? undefined : { cause: by.error })
  }

  /** A full disk or an input error can make SQLite roll back by itself; what came after would be a write of its own. */
  #isRunning(): boolean {
    if (!this.#scope.writer.handle.inTransaction) return false
    for (let unit: Unit | null = this; unit !== null; unit = unit.#parent) {
      if (unit.#hasEnded) return false
    }
    return true
  }
}

const TRANSACTION_OPTIONS = new Set(['allowGaps'])

/** What the options of a transaction say of gaps. @throws {@link InvalidInputError} */
export function readAllowsGaps(options: TransactionOptions = {}): boolean {
  const { allowGaps = false } = readOptions('options', options, TRANSACTION_OPTIONS)
  if (typeof allowGaps === 'boolean') return allowGaps
  throw new InvalidInputError('options.allowGaps', describe(allowGaps), 'true or false')
}

/** @throws {@link InvalidInputError} */
export function checkWork(work: unknown): void {
  if (typeof work !== 'function') throw new InvalidInputError('work', describe(work), 'a function')
  // Those who wait for it are told its name.
  readingInput('work', () => work.name)
}
