import { entities } from '@tract/schema'
import type { Database } from 'better-sqlite3'
import { DataSource } from 'typeorm'

/** A plain DataSource over the same entities, as someone has it who uses TypeORM's own repositories. */
export function openTypeorm(path: string): Promise<DataSource> {
  return new DataSource({
    type: 'better-sqlite3',
    database: path,
    enableWAL: true,
    entities: [...entities],
    prepareDatabase: (handle: Database) => {
      for (const setting of [
        'trusted_schema = OFF',
        'cell_size_check = ON',
        'mmap_size = 0',
        'synchronous = NORMAL',
      ]) {
        handle.pragma(setting)
      }
    },
  }).initialize()
}
