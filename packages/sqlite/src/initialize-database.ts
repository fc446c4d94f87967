import { type MigrateOptions, type MigrationResult, migrate } from '@tract/migrations'
import type { DataSource } from 'typeorm'
import { checkDataSource } from './data-source.js'
import { setFileModes } from './file-modes.js'

/** How long setting the journal mode may wait for other connections, in milliseconds. */
const PATIENCE_MS = 5000

/**
 * Brings the database of a DataSource to the present version: creates the tables of a new one, migrates an older one after
 * a backup, and leaves a finished one as it is. The DataSource stays the caller's.
 *
 * @param dataSource an initialized one that {@link createDataSource} made
 * @returns what was done
 * @throws {@link InvalidInputError} for another DataSource
 * @throws an error of `@tract/migrations` where the database cannot be brought there; it is then as it was
 */
export async function initializeDatabase(
  dataSource: DataSource,
  options: MigrateOptions = {},
): Promise<MigrationResult> {
  checkDataSource(dataSource)
  const result = await migrate(dataSource, options)
  await setFileModes(dataSource, PATIENCE_MS)
  return result
}
