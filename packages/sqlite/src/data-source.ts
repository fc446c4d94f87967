import { resolve } from 'node:path'
import { InvalidInputError } from '@tract/repositories'
import { entities as tractEntities } from '@tract/schema'
import type { Database } from 'better-sqlite3'
import { DataSource, EntitySchema } from 'typeorm'
import type { BetterSqlite3Driver } from 'typeorm/driver/better-sqlite3/BetterSqlite3Driver.js'
import { ImmediateDatabase } from './driver.js'
import { noteOpenedFile } from './file-place.js'
import { checkText, describe, readingInput, readOptions } from './input.js'

/** The name of a database that lives in memory and ends with its store. */
export const IN_MEMORY = ':memory:'

/** An entity of the application's own, as TypeORM takes it. */
export type AppEntity = (new () => object) | EntitySchema

/**
 * How far a commit has come when its promise is kept (https://www.sqlite.org/pragma.html#pragma_synchronous). `normal`: it
 * survives the end of the process, and a power failure may take the last commits, never the file's soundness. `full`: it
 * survives a power failure too; each commit waits for the disk. `extra`: the same for the folder's entry.
 */
export type Synchronous = 'normal' | 'full' | 'extra'

/** What a store asks of its file beyond reading and writing it. */
export interface FileModes {
  /** `normal` unless given. */
  readonly synchronous?: Synchronous
  /**
   * How many pages of 4 KiB the write-ahead log may hold before a commit brings them into the file; 1000 unless given, as
   * in SQLite (https://www.sqlite.org/pragma.html#pragma_wal_autocheckpoint). More of them make writes faster that change
   * the same pages again and again, as compile records of long contexts do; the log grows to that size, and with
   * `synchronous: 'normal'` a power failure can take what is in it.
   */
  readonly checkpointPages?: number
}

/** What {@link createDataSource} takes. */
export interface DataSourceOptions extends FileModes {
  /** A file's path, or `:memory:`. */
  readonly database: string
  /** Entities of the application's own, kept in the same file. Their tables are the application's to make. */
  readonly entities?: readonly AppEntity[]
  /** Never write. `false` unless given. */
  readonly readonly?: boolean
}

const OPTIONS = new Set(['database', 'entities', 'readonly', 'synchronous', 'checkpointPages'])
const SYNCHRONOUS = new Set<unknown>(['normal', 'full', 'extra'])

/** SQLite's own number of pages; it counts them in 32 bits. */
const DEFAULT_CHECKPOINT_PAGES = 1000
const MOST_CHECKPOINT_PAGES = 2 ** 31 - 1

/** What was made here, and the modes asked for: SQLite reads the file to set one, so that comes later. */
const made = new WeakMap<DataSource, Required<FileModes>>()

/**
 * A TypeORM DataSource over a tract file, set up as a store needs it. Nothing is opened before its `initialize()`;
 * whoever made it destroys it.
 *
 * @throws {@link InvalidInputError} for an option that is unknown or of the wrong kind
 */
export function createDataSource(options: DataSourceOptions): DataSource {
  const given = readOptions('options', options, OPTIONS)
  const { database, entities = [], readonly = false } = given
  const { synchronous = 'normal', checkpointPages = DEFAULT_CHECKPOINT_PAGES } = given
  checkPath('options.database', database)
  checkSynchronous(synchronous)
  checkPages(checkpointPages)
  const ofApp = readEntities(entities)
  if (typeof readonly !== 'boolean') {
    throw new InvalidInputError('options.readonly', describe(readonly), 'true or false')
  }
  const dataSource = new DataSource({
    type: 'better-sqlite3',
    driver: ImmediateDatabase,
    database: database === IN_MEMORY ? IN_MEMORY : resolve(database),
    readonly,
    // Waiting natively would block the event loop; the store waits by itself.
    timeout: 0,
    entities: [...tractEntities, ...ofApp],
    // Only what does not read the file: whose it is and whether somebody holds it is not known yet.
    prepareDatabase: (handle: Database) => {
      protect(handle)
      noteOpenedFile(handle)
    },
  })
  made.set(dataSource, { synchronous, checkpointPages })
  return dataSource
}

/** SQLite's advice for files of unknown origin (https://www.sqlite.org/security.html). */
export function protect(handle: Database): void {
  handle.pragma('trusted_schema = OFF')
  handle.pragma('cell_size_check = ON')
  handle.pragma('mmap_size = 0')
}

/** @throws {@link InvalidInputError} unless {@link createDataSource} made it and it is initialized */
export function checkDataSource(dataSource: unknown): asserts dataSource is DataSource {
  if (!isOurs(dataSource)) {
    throw new InvalidInputError('dataSource', describe(dataSource), 'a DataSource made by createDataSource()')
  }
  if (!dataSource.isInitialized) {
    throw new InvalidInputError('dataSource', 'one that is not initialized', 'an initialized DataSource')
  }
}

function isOurs(value: unknown): value is DataSource {
  return typeof value === 'object' && value !== null && made.has(value as DataSource)
}

/** A copy of a caller's list of entities. @throws {@link InvalidInputError} */
function readEntities(entities: readonly AppEntity[]): readonly AppEntity[] {
  return readingInput('options.entities', () => {
    if (!Array.isArray(entities)) {
      throw new InvalidInputError('options.entities', describe(entities), 'an array of entities')
    }
    const read: AppEntity[] = []
    for (let index = 0; index < entities.length; index++) {
      const entity: unknown = entities[index]
      if (typeof entity !== 'function' && !(entity instanceof EntitySchema)) {
        const expected = 'an entity class or an EntitySchema'
        throw new InvalidInputError(`options.entities[${index}]`, describe(entity), expected)
      }
      read.push(entity as AppEntity)
    }
    return read
  })
}

/** The modes that {@link createDataSource} was asked for. */
export function fileModesOf(dataSource: DataSource): Required<FileModes> {
  return made.get(dataSource) ?? { synchronous: 'normal', checkpointPages: DEFAULT_CHECKPOINT_PAGES }
}

/** The handle that TypeORM writes with. */
export function driverOf(dataSource: DataSource): BetterSqlite3Driver {
  return dataSource.driver as BetterSqlite3Driver
}

/** @throws {@link InvalidInputError} unless the value can be the path of a file, or `:memory:` */
export function checkPath(field: string, value: unknown): asserts value is string {
  checkText(field, value)
  if (value.trim() === '') throw new InvalidInputError(field, describe(value), 'a path or :memory:')
  // The driver takes it off, and opens another file than was looked at.
  if (value !== value.trimEnd()) {
    throw new InvalidInputError(field, describe(value), 'a path without white space at its end')
  }
}

/** @throws {@link InvalidInputError} */
function checkSynchronous(value: unknown): asserts value is Synchronous {
  if (!SYNCHRONOUS.has(value)) {
    throw new InvalidInputError('options.synchronous', describe(value), 'normal, full or extra')
  }
}

/** @throws {@link InvalidInputError} */
function checkPages(value: unknown): asserts value is number {
  const whole = Number.isSafeInteger(value)
  if (whole && Number(value) >= 1 && Number(value) <= MOST_CHECKPOINT_PAGES) return
  const expected = `a whole number of pages from 1 to ${MOST_CHECKPOINT_PAGES}`
  throw new InvalidInputError('options.checkpointPages', describe(value), expected)
}
