import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { DataSource } from 'typeorm'
import { afterEach } from 'vitest'

const directories: string[] = []
const dataSources: DataSource[] = []

afterEach(async () => {
  for (const dataSource of dataSources.splice(0)) if (dataSource.isInitialized) await dataSource.destroy()
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true, force: true })
})

/** A directory of the running test's own. */
export function newDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'tract-migrations-'))
  directories.push(directory)
  return directory
}

/** A file with what the SQL makes. */
export function newFile(sql = '', directory = newDirectory()): string {
  const path = join(directory, 'agent.db')
  execute(path, sql)
  return path
}

/** Runs SQL on a file, on a connection of its own. */
export function execute(path: string, sql: string): void {
  const handle = new Database(path)
  handle.exec(sql)
  handle.close()
}

/** A plain TypeORM DataSource over a file, as a user would make it. */
export async function open(path: string, options: { readonly?: boolean } = {}): Promise<DataSource> {
  const dataSource = new DataSource({ type: 'better-sqlite3', database: path, ...options })
  dataSources.push(dataSource)
  return dataSource.initialize()
}

/** Opens a file, runs a function on it, and closes it. */
export async function using<Result>(
  path: string,
  work: (dataSource: DataSource) => Promise<Result>,
): Promise<Result> {
  const dataSource = await open(path)
  try {
    return await work(dataSource)
  } finally {
    await dataSource.destroy()
  }
}

/** Every row of every table, in the words of SQL so that no digit and no type is lost, by table. */
export function dump(path: string): Record<string, string[]> {
  const handle = new Database(path)
  try {
    const tables = handle
      .prepare<[], { name: string }>("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
      .all()
    return Object.fromEntries(tables.map(({ name }) => [name, rowsOf(handle, name)]))
  } finally {
    handle.close()
  }
}

function rowsOf(handle: Database.Database, table: string): string[] {
  const columns = handle
    .prepare<[string], { name: string }>('SELECT name FROM pragma_table_info(?) ORDER BY name')
    .all(table)
  const list = columns.map(({ name }) => `'${name}=' || quote("${name}")`).join(` || ' ' || `)
  const rows = handle.prepare<[], { row: string }>(`SELECT ${list} AS row FROM "${table}"`).all()
  return rows.map(({ row }) => row).sort()
}

/** One value that a query gives. */
export function oneValue(path: string, sql: string): unknown {
  const handle = new Database(path, { readonly: true })
  try {
    return handle.prepare(sql).pluck().get()
  } finally {
    handle.close()
  }
}

/** All first values that a query gives. */
export function allValues(path: string, sql: string): unknown[] {
  const handle = new Database(path, { readonly: true })
  try {
    return handle.prepare(sql).pluck().all()
  } finally {
    handle.close()
  }
}

/** The names in a file's directory that are no file of SQLite's. */
export function filesBeside(path: string): string[] {
  return readdirSync(join(path, '..'))
    .filter((name) => !/-(wal|shm|journal)$/.test(name))
    .sort()
}

/** The bytes of a file. */
export function bytesOf(path: string): Buffer {
  return readFileSync(path)
}
