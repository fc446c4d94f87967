import type { DataSource, QueryRunner } from 'typeorm'
import { DataSource as TypeOrmDataSource } from 'typeorm'
import type { BetterSqlite3DataSourceOptions } from 'typeorm/driver/better-sqlite3/BetterSqlite3DataSourceOptions.js'
import type { BetterSqlite3Driver } from 'typeorm/driver/better-sqlite3/BetterSqlite3Driver.js'

/** What a statement takes and gives. */
export type Value = string | number | bigint | Uint8Array | null

/** What is used of better-sqlite3's handle besides the query runner. */
interface Handle {
  readonly inTransaction: boolean
  pragma(source: string, options: { readonly simple: true }): unknown
  backup(path: string, options: { readonly progress: (state: BackupState) => number }): Promise<unknown>
}

/** How far a copy of pages has come. */
export interface BackupState {
  readonly totalPages: number
  readonly remainingPages: number
}

/** A DataSource's one connection, through TypeORM's query runner. */
export class Connection {
  readonly #dataSource: DataSource
  /** The runner that a step is run on. */
  readonly runner: QueryRunner

  /** The name of the database for messages. */
  readonly location: string

  constructor(dataSource: DataSource, location?: string) {
    this.#dataSource = dataSource
    this.location = location ?? String(this.options.database)
    this.runner = dataSource.createQueryRunner()
  }

  /** The options that the DataSource was made with. */
  get options(): BetterSqlite3DataSourceOptions {
    return this.#dataSource.options as BetterSqlite3DataSourceOptions
  }

  get inTransaction(): boolean {
    return this.#handle.inTransaction
  }

  /** Every row of a query. */
  async rows<Row>(sql: string, ...values: Value[]): Promise<Row[]> {
    return (await this.runner.query(sql, values)) as Row[]
  }

  /** The first row of a query; `undefined` where there is none. */
  async row<Row>(sql: string, ...values: Value[]): Promise<Row | undefined> {
    return (await this.rows<Row>(sql, ...values))[0]
  }

  /** Whether a query has a row. */
  async holds(sql: string, ...values: Value[]): Promise<boolean> {
    return (await this.row(sql, ...values)) !== undefined
  }

  /** A number that a query counts, in its column `n`. */
  async count(sql: string, ...values: Value[]): Promise<number> {
    return (await this.row<{ n: number }>(sql, ...values))?.n ?? 0
  }

  /** Runs a statement. Returns how many rows it changed. */
  async run(sql: string, ...values: Value[]): Promise<number> {
    const result: { affected?: number } = await this.runner.query(sql, values, true)
    return result.affected ?? 0
  }

  /**
   * Reads or sets a pragma. Not through the query runner: it caches statements, and a flag is set when a statement is
   * compiled, not when it is run, so the second time nothing would happen.
   */
  pragma(source: string): unknown {
    return this.#handle.pragma(source, { simple: true })
  }

  /** Copies the whole database, page by page, to a file. */
  async copyTo(path: string, progress: (state: BackupState) => number): Promise<void> {
    await this.#handle.backup(path, { progress })
  }

  get #handle(): Handle {
    return (this.#dataSource.driver as BetterSqlite3Driver).databaseConnection as Handle
  }
}

/** What a connection of our own may do. */
export interface OwnConnection {
  readonly database: string
  /** Its name for messages; `database` unless given. */
  readonly location?: string
  readonly readonly?: boolean
  /** The options of the DataSource whose driver and key to use; TypeORM's own driver unless given. */
  readonly like?: Pick<BetterSqlite3DataSourceOptions, 'driver' | 'nativeBinding' | 'key'>
}

/** Runs a function on a connection of our own, and closes it. */
export async function withConnection<Result>(
  { database, location, readonly = false, like = {} }: OwnConnection,
  work: (connection: Connection) => Promise<Result>,
): Promise<Result> {
  const dataSource = new TypeOrmDataSource({
    type: 'better-sqlite3',
    database,
    readonly,
    timeout: 0,
    prepareDatabase: (handle: Handle) => {
      // As in `withCare`: the file may be anybody's.
      for (const setting of ['trusted_schema = OFF', 'cell_size_check = ON']) {
        handle.pragma(setting, { simple: true })
      }
    },
    ...(like.driver !== undefined && { driver: like.driver }),
    ...(like.nativeBinding !== undefined && { nativeBinding: like.nativeBinding }),
    ...(like.key !== undefined && { key: like.key }),
  })
  await dataSource.initialize()
  try {
    return await work(new Connection(dataSource, location))
  } finally {
    await dataSource.destroy()
  }
}
