import type { DataSource } from 'typeorm'
import { whenNotBusy } from './busy.js'
import { driverOf, fileModesOf, IN_MEMORY } from './data-source.js'

/**
 * Sets what SQLite must read the file for: the write-ahead log, which the file itself keeps, how durable a commit of this
 * handle is, and how long the log may get. Only after the file was recognised: a file of somebody else's would be changed.
 *
 * @throws {@link StoreBusyError} where another connection holds the file for longer than the timeout
 */
export async function setFileModes(dataSource: DataSource, busyTimeoutMs: number): Promise<void> {
  const { database, databaseConnection: handle } = driverOf(dataSource)
  if (database === IN_MEMORY || handle.readonly) return
  const { synchronous, checkpointPages } = fileModesOf(dataSource)
  const set = () => {
    handle.pragma('journal_mode = WAL')
    handle.pragma(`synchronous = ${synchronous}`)
    handle.pragma(`wal_autocheckpoint = ${checkpointPages}`)
  }
  await whenNotBusy(set, { location: String(database), busyTimeoutMs })
}
