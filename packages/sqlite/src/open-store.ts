import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import {
  inspectFile,
  type MigrationResult,
  OlderSchemaVersionError,
  readSchemaVersion,
  refuseUnsafeDamagedSchema,
  TruncatedDatabaseError,
  UnreadableSchemaVersionError,
} from '@tract/migrations'
import { DamagedDataError, InvalidInputError, StorageFailedError } from '@tract/repositories'
import { SCHEMA_VERSION } from '@tract/schema'
import Database from 'better-sqlite3'
import type { DataSource } from 'typeorm'
import { type Patience, untilNotBusy, whenNotBusy } from './busy.js'
import { Connection } from './connection.js'
import { checkDataSource, checkPath, createDataSource, driverOf, IN_MEMORY, protect } from './data-source.js'
import { ImmediateDatabase } from './driver.js'
import { Engine } from './engine.js'
import { setFileModes } from './file-modes.js'
import { FilePlace } from './file-place.js'
import { initializeDatabase } from './initialize-database.js'
import { makeFile } from './new-file.js'
import {
  closeTimeout,
  DATA_SOURCE_OPTIONS,
  type OpenStoreOptions,
  PATH_OPTIONS,
  patience,
  readStoreOptions,
} from './open-store-options.js'
import { type ReadableSource, readableSource } from './readable-source.js'
import { translated } from './sqlite-error.js'
import { SqliteStore } from './store.js'
import { tableForms } from './table-forms.js'
import { tolerateDamage } from './tolerate-damage.js'

/** What there is to say of another version where nothing will be migrated. */
const SALVAGE_ADVICE = `only version ${SCHEMA_VERSION} can be salvaged, nothing older and nothing empty`

/** The DataSources that a store is open over: a second gate on the same handle would be none. */
const inUse = new WeakSet<DataSource>()

/**
 * Opens a store.
 *
 * With a path, creates the file where there is none (readable by its owner alone), or brings an older one to the present
 * version after a backup; what was done is in the store's `migration`. With a DataSource that {@link createDataSource}
 * made and {@link initializeDatabase} brought up to date, opens the store over it and leaves it open at the end.
 *
 * @param target a file's path, `:memory:`, or a DataSource
 * @throws {@link InvalidInputError} for an option that is unknown or of the wrong kind
 * @throws an error of `@tract/migrations` for what is no tract file or of a version that may not be opened; the file is
 * as it was
 */
export async function openStore(
  target: string | DataSource,
  options: OpenStoreOptions = {},
): Promise<SqliteStore> {
  if (typeof target !== 'string') return openOver(target, options)
  checkPath('path', target)
  const given = readStoreOptions(options, PATH_OPTIONS)
  // Now, for the process may be in another folder when the file is opened.
  const path = target === IN_MEMORY ? target : resolve(target)
  if (given.salvage !== true || path === IN_MEMORY) return openFile(path, given)
  const source = await readableSource(path, patience(path, given))
  try {
    return await openFile(path, given, source)
  } catch (error) {
    await source.remove()
    throw error
  }
}

/**
 * Opens the store of a file, or of one in memory.
 *
 * @param location its name for the caller
 * @param source what to read in its place, and how to remove that after closing
 */
async function openFile(
  location: string,
  options: OpenStoreOptions,
  source: ReadableSource = { path: location, remove: async () => undefined },
): Promise<SqliteStore> {
  const { path } = source
  const {
    migrate = 'auto',
    readonly = false,
    entities = [],
    synchronous,
    checkpointPages,
    salvage = false,
  } = options
  const dataSource = createDataSource({
    database: path,
    readonly,
    entities,
    ...(synchronous !== undefined && { synchronous }),
    ...(checkpointPages !== undefined && { checkpointPages }),
  })
  const found = path === IN_MEMORY ? null : await prepareFile(path, location, options)
  const mayPrepare = !readonly && (migrate === 'auto' || found === null)
  if (!mayPrepare) assertPresentVersion(location, found, salvage ? SALVAGE_ADVICE : undefined)
  try {
    await dataSource.initialize()
    if (salvage) {
      tolerateDamage(driverOf(dataSource).databaseConnection)
      const check = () => refuseUnsafeDamagedSchema(dataSource, location)
      await whenNotBusy(check, patience(location, options))
    }
    const migration = mayPrepare ? await bringUpToDate(dataSource, options) : null
    const end = async () => {
      try {
        await dataSource.destroy()
      } finally {
        await source.remove()
      }
    }
    return await storeOver(dataSource, options, migration, end, path === IN_MEMORY ? undefined : location)
  } catch (error) {
    if (dataSource.isInitialized) await dataSource.destroy()
    throw translated(error, location)
  }
}

async function openOver(dataSource: DataSource, options: OpenStoreOptions): Promise<SqliteStore> {
  checkDataSource(dataSource)
  const given = readStoreOptions(options, DATA_SOURCE_OPTIONS)
  if (inUse.has(dataSource)) {
    throw new InvalidInputError('dataSource', 'one that a store is open over', 'one store a DataSource')
  }
  inUse.add(dataSource)
  const release = async () => {
    inUse.delete(dataSource)
  }
  try {
    const location = String(driverOf(dataSource).database)
    const version = await untilNotBusy(() => readSchemaVersion(dataSource), patience(location, given))
    assertPresentVersion(location, version)
    return await storeOver(dataSource, given, null, release)
  } catch (error) {
    await release()
    throw error
  }
}

async function storeOver(
  dataSource: DataSource,
  options: OpenStoreOptions,
  migration: MigrationResult | null,
  release: () => Promise<void>,
  named?: string,
): Promise<SqliteStore> {
  const driver = driverOf(dataSource)
  const path = String(driver.database)
  const { location, busyTimeoutMs } = patience(named ?? path, options)
  await setFileModes(dataSource, busyTimeoutMs)
  const place = FilePlace.of(driver.databaseConnection, location)
  const reader = path === IN_MEMORY ? null : openReader(path, options)
  if (place !== null && reader !== null) {
    const handles = [driver.databaseConnection, reader] as const
    await settle(place, handles, { location, busyTimeoutMs })
  }
  const forms = tableForms(dataSource)
  const engine = new Engine({
    driver,
    location,
    busyTimeoutMs,
    closeTimeoutMs: closeTimeout(options),
    writer: new Connection(driver.databaseConnection, forms),
    reader: reader === null ? null : new Connection(reader, forms),
    place,
    end: async () => {
      reader?.close()
      await release()
    },
  })
  return new SqliteStore(engine, migration)
}

function openReader(path: string, { salvage = false }: OpenStoreOptions): Database.Database {
  const reader = new Database(path, { readonly: true, timeout: 0 })
  protect(reader)
  if (salvage) tolerateDamage(reader)
  return reader
}

/** @throws {@link StorageFailedError} where the reader would read another file than the writer has open */
async function settle(
  place: FilePlace,
  [writer, reader]: readonly [Database.Database, Database.Database],
  patience: Patience,
): Promise<void> {
  try {
    await whenNotBusy(() => place.settle(writer, reader), patience)
  } catch (error) {
    reader.close()
    throw error
  }
}

/**
 * Looks at a file before anything may write to it, and makes a new one.
 *
 * @returns its schema version; `null` where it is new or empty
 */
async function prepareFile(
  path: string,
  location: string,
  { readonly = false, salvage = false, signal }: OpenStoreOptions,
): Promise<number | null> {
  if (readonly && !existsSync(path)) throw new StorageFailedError(location, 'ENOENT', 'there is no such file')
  const look = inspectFile(path, { readonly, location, driver: ImmediateDatabase, ...(signal && { signal }) })
  const version = await (salvage ? look.catch(versionOfDamaged) : look)
  if (version === null && !readonly && !existsSync(path)) makeFile(path)
  return version
}

/** Where damage hides the version it is taken to be the present one: no other can be salvaged. */
function versionOfDamaged(error: unknown): number {
  const hides = [DamagedDataError, TruncatedDatabaseError, UnreadableSchemaVersionError]
  if (hides.some((kind) => error instanceof kind)) return SCHEMA_VERSION
  throw error
}

async function bringUpToDate(
  dataSource: DataSource,
  options: OpenStoreOptions,
): Promise<MigrationResult | null> {
  const { backup, orphans, onProgress, signal } = options
  const result = await initializeDatabase(dataSource, {
    ...(backup !== undefined && { backup }),
    ...(orphans !== undefined && { orphans }),
    ...(onProgress !== undefined && { onProgress }),
    ...(signal !== undefined && { signal }),
  })
  return result.changed && result.from !== null ? result : null
}

/** @throws {@link OlderSchemaVersionError} for an older version, and for a database without tables */
function assertPresentVersion(location: string, version: number | null, advice?: string): void {
  if (version !== SCHEMA_VERSION) throw new OlderSchemaVersionError(location, version, advice)
}
