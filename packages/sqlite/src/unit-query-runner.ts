import { TractError } from '@tract/repositories'
import type { Database } from 'better-sqlite3'
import { EntityManager, QueryFailedError } from 'typeorm'
import type { BetterSqlite3Driver } from 'typeorm/driver/better-sqlite3/BetterSqlite3Driver.js'
import { BetterSqlite3QueryRunner } from 'typeorm/driver/better-sqlite3/BetterSqlite3QueryRunner.js'

/** What is run with a manager. */
export type ManagerWork<Result> = (manager: EntityManager) => Promise<Result>

/** What a query runner asks of the unit of work that it serves. */
export interface RunnerTurn {
  /** Waits for the unit's turn. @throws where the unit has ended */
  enterForQuery(): Promise<void>
  leaveAfterQuery(): void
  /** @throws where the unit has ended */
  assertRunning(): void
  /** Runs a function with the manager of a unit nested in this one. */
  nestManager<Result>(work: ManagerWork<Result>): Promise<Result>
}

/**
 * TypeORM's query runner for one unit of work: it waits for the unit's turn before each query and is dead when the unit
 * has ended. TypeORM's own is one for the whole DataSource, shared by everybody. The unit has begun its transaction
 * itself, by a prepared statement, for TypeORM's way costs more than a small unit's writes; this runner is told so, and a
 * `save()` joins, a transaction of the manager's is a savepoint.
 */
export class UnitQueryRunner extends BetterSqlite3QueryRunner {
  readonly #turn: RunnerTurn
  #entityManager: EntityManager | undefined

  constructor(driver: BetterSqlite3Driver, turn: RunnerTurn) {
    super(driver)
    this.#turn = turn
  }

  /** TypeORM's manager over this runner. */
  entityManager(): EntityManager {
    if (this.#entityManager === undefined) {
      this.#entityManager = new UnitEntityManager(this, this.#turn)
      this.manager = this.#entityManager
    }
    return this.#entityManager
  }

  /** Takes part in the transaction that is open, so that TypeORM begins none of its own. */
  join(): this {
    this.isTransactionActive = true
    this.transactionDepth = 1
    return this
  }

  /** TypeORM waits between taking its turn and running the statement; a unit that nobody waits for may have ended by then. */
  override async connect(): Promise<Database> {
    const handle = this.driver.databaseConnection as Database
    const prepare = (sql: string) => {
      const statement = handle.prepare(sql)
      const inUnit = <Result>(run: (...values: unknown[]) => Result) => {
        return (...values: unknown[]): Result => {
          this.#turn.assertRunning()
          return run.apply(statement, values)
        }
      }
      return { reader: statement.reader, all: inUnit(statement.all), run: inUnit(statement.run) }
    }
    return Object.create(handle, { prepare: { value: prepare } }) as Database
  }

  override async query(
    ...query: Parameters<BetterSqlite3QueryRunner['query']>
  ): ReturnType<BetterSqlite3QueryRunner['query']> {
    await this.#turn.enterForQuery()
    try {
      return await super.query(...query)
    } catch (error) {
      if (error instanceof QueryFailedError && error.driverError instanceof TractError)
        throw error.driverError
      throw error
    } finally {
      this.#turn.leaveAfterQuery()
    }
  }
}

/** A manager whose transactions are units: TypeORM's own, begun side by side on one query runner, would mix their savepoints. */
class UnitEntityManager extends EntityManager {
  readonly #turn: RunnerTurn

  constructor(runner: UnitQueryRunner, turn: RunnerTurn) {
    super(runner.driver.dataSource, runner)
    this.#turn = turn
  }

  override transaction<Result>(work: ManagerWork<Result>): Promise<Result>
  override transaction<Result>(isolationLevel: unknown, work: ManagerWork<Result>): Promise<Result>
  override async transaction<Result>(first: unknown, second?: ManagerWork<Result>): Promise<Result> {
    return this.#turn.nestManager(second ?? (first as ManagerWork<Result>))
  }
}
