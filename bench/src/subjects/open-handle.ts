import Database from 'better-sqlite3'

/** The settings with which a store opens its handle, and so everybody who is compared with it. */
export function openHandle(path: string): Database.Database {
  const handle = new Database(path)
  for (const setting of [
    'foreign_keys = ON',
    'trusted_schema = OFF',
    'cell_size_check = ON',
    'mmap_size = 0',
    'synchronous = NORMAL',
    'journal_mode = WAL',
  ]) {
    handle.pragma(setting)
  }
  return handle
}
