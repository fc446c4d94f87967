import type { DataSource } from 'typeorm'
import { whenNotBusy } from './busy.js'
import { driverOf, IN_MEMORY, synchronousOf } from './data-source.js'

/**
 * Sets what SQLite must read the file for: the write-ahead log, which the file itself keeps, and how durable a commit of
 * this handle is. Only after the file was recognised, for both would change a file of somebody else's.
 *
 * @throws {@link StoreBusyError} where another connection holds the file for longer than the timeout
 */
export async function setFileModes(dataSource: DataSource, busyTimeoutMs: number): Promise<void> {
  const { database, databaseConnection: handle } = driverOf(dataSource)
  if (database === IN_MEMORY || handle.readonly) return
  const set = () => {
    handle.pragma('journal_mode = WAL')
    handle.pragma(`synchronous = ${synchronousOf(dataSource)}`)
  }
  await whenNotBusy(set, { location: String(database), busyTimeoutMs })
}
