import { existsSync } from 'node:fs'
import {
  inspectFile,
  type MigrationResult,
  OlderSchemaVersionError,
  readSchemaVersion,
} from '@tract/migrations'
import { InvalidInputError, StorageFailedError } from '@tract/repositories'
import { SCHEMA_VERSION } from '@tract/schema'
import Database from 'better-sqlite3'
import type { DataSource } from 'typeorm'
import { untilNotBusy } from './busy.js'
import { Connection } from './connection.js'
import { checkDataSource, checkPath, createDataSource, driverOf, IN_MEMORY, protect } from './data-source.js'
import { ImmediateDatabase } from './driver.js'
import { Engine } from './engine.js'
import { setFileModes } from './file-modes.js'
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
import { translated } from './sqlite-error.js'
import { SqliteStore } from './store.js'

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
  const { migrate = 'auto', readonly = false, entities = [], synchronous = 'normal' } = given
  const dataSource = createDataSource({ database: target, readonly, entities, synchronous })
  const found = target === IN_MEMORY ? null : await prepareFile(target, readonly, given.signal)
  const mayPrepare = !readonly && (migrate === 'auto' || found === null)
  if (!mayPrepare) assertPresentVersion(target, found)
  try {
    await dataSource.initialize()
    const migration = mayPrepare ? await bringUpToDate(dataSource, given) : null
    return await storeOver(dataSource, given, migration, () => dataSource.destroy())
  } catch (error) {
    if (dataSource.isInitialized) await dataSource.destroy()
    throw translated(error, target)
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
): Promise<SqliteStore> {
  const driver = driverOf(dataSource)
  const { location, busyTimeoutMs } = patience(String(driver.database), options)
  await setFileModes(dataSource, busyTimeoutMs)
  const reader = location === IN_MEMORY ? null : openReader(location)
  const engine = new Engine({
    driver,
    location,
    busyTimeoutMs,
    closeTimeoutMs: closeTimeout(options),
    writer: new Connection(driver.databaseConnection, dataSource),
    reader: reader === null ? null : new Connection(reader, dataSource),
    end: async () => {
      reader?.close()
      await release()
    },
  })
  return new SqliteStore(engine, migration)
}

function openReader(location: string): Database.Database {
  const reader = new Database(location, { readonly: true, timeout: 0 })
  protect(reader)
  return reader
}

/**
 * Looks at a file before anything may write to it, and makes a new one.
 *
 * @returns its schema version; `null` where it is new or empty
 */
async function prepareFile(path: string, readonly: boolean, signal?: AbortSignal): Promise<number | null> {
  if (readonly && !existsSync(path)) throw new StorageFailedError(path, 'ENOENT', 'there is no such file')
  const version = await inspectFile(path, { readonly, driver: ImmediateDatabase, ...(signal && { signal }) })
  if (version === null && !readonly && !existsSync(path)) makeFile(path)
  return version
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
function assertPresentVersion(location: string, version: number | null): void {
  if (version !== SCHEMA_VERSION) throw new OlderSchemaVersionError(location, version)
}
