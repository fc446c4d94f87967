import type { DataSource } from 'typeorm'
import { Connection } from './connection.js'
import { checkDataSource, readOptions } from './options.js'
import { DEFAULT_WAIT_MS, Patience } from './patience.js'
import { recognise } from './recognise.js'
import { withCare } from './settings.js'
import { patiently } from './survey.js'
import { inTurn } from './turn.js'

/** How {@link readSchemaVersion} and {@link planMigration} wait. */
export interface WaitOptions {
  /** How long to wait for another connection's lock, in milliseconds; five minutes unless given. */
  readonly waitMs?: number
  readonly signal?: AbortSignal
}

/**
 * The schema version of a database: what its version row states where the tables agree, otherwise what the tables tell.
 * Changes nothing.
 *
 * @returns `null` for a database without tables
 * @throws {@link NewerSchemaVersionError}, {@link UnreadableSchemaVersionError}, {@link ForeignDatabaseError} and the other
 * refusals of what is no tract file; {@link MigrationWaitTimeoutError}
 */
export async function readSchemaVersion(
  dataSource: DataSource,
  options: WaitOptions = {},
): Promise<number | null> {
  checkDataSource(dataSource)
  const { waitMs = DEFAULT_WAIT_MS, signal } = readOptions(options, ['waitMs', 'signal'])
  return inTurn(dataSource, () => {
    const connection = new Connection(dataSource)
    const patience = new Patience(connection.location, waitMs, signal)
    return withCare(connection, async () => (await patiently(connection, patience, recognise)).version)
  })
}
