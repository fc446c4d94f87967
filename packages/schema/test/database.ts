import 'reflect-metadata'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { entities } from '@tract/schema'
import { DataSource } from 'typeorm'

/** A DataSource of a user's own over our entities. */
export async function usersDataSource(database: string): Promise<DataSource> {
  return new DataSource({ type: 'better-sqlite3', database, entities: [...entities] }).initialize()
}

/** The same over an empty database of version 6. */
export async function emptyDatabase(): Promise<DataSource> {
  const dataSource = await usersDataSource(':memory:')
  const sql = readFileSync(fileURLToPath(new URL('version-6.sql', import.meta.url)), 'utf8')
  for (const statement of sql.split(';\n').filter((part) => part.includes('CREATE'))) {
    await dataSource.query(statement)
  }
  return dataSource
}
