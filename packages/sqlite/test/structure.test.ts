import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { describe, expect } from 'vitest'
import { createDataSource } from '../src/index.js'
import { it } from './support/it.js'
import { aBlob } from './support/rows.js'
import { describedStructure, structureOf, structureText } from './support/structure.js'

const run = promisify(execFile)

describe('the structure of a new database', () => {
  it('is the one that stands in structure.snapshot.txt', async ({ store, plain }) => {
    expect(store.schemaVersion).toBe(6)
    await expect(structureText(structureOf(plain()))).toMatchFileSnapshot('structure.snapshot.txt')
  })

  it('is the one that the entities describe, each column as its codec declares it', async ({
    store,
    plain,
    location,
  }) => {
    expect(store.schemaVersion).toBe(6)
    const dataSource = createDataSource({ database: location })
    await dataSource.initialize()
    try {
      expect(structureOf(plain())).toEqual(describedStructure(dataSource))
    } finally {
      await dataSource.destroy()
    }
  })

  it('is the same in memory', async ({ open, plain }) => {
    await open()
    const memory = await open(':memory:')
    const names: { name: string; sql: string }[] = await memory.withManager((manager) =>
      manager.query('SELECT name, sql FROM sqlite_master ORDER BY name'),
    )
    expect(names).toEqual(plain().prepare('SELECT name, sql FROM sqlite_master ORDER BY name').all())
  })

  it('holds no trigger, no view and no table that SQLite keeps by itself, as for AUTOINCREMENT', async ({
    store,
    plain,
  }) => {
    expect(store.schemaVersion).toBe(6)
    const kinds = plain().prepare('SELECT DISTINCT type FROM sqlite_master ORDER BY type').pluck().all()
    expect(kinds).toEqual(['index', 'table'])
    const tables = plain().prepare(
      `SELECT name FROM sqlite_master WHERE name LIKE 'sqlite\\_%' ESCAPE '\\' AND type = 'table'`,
    )
    expect(tables.all()).toEqual([])
  })

  it('opens in the sqlite3 shell, which finds what was written', async ({ store, location, skip }) => {
    await store.blobs.saveIfAbsent(aBlob(1, { payloadJson: '{"text": "中"}' }))
    const query =
      'SELECT payload_json, created_at FROM blobs; PRAGMA integrity_check; PRAGMA foreign_key_check'
    const shell = await run('sqlite3', ['-readonly', location, query]).catch((error: unknown) =>
      error instanceof Error && 'code' in error && error.code === 'ENOENT' ? null : Promise.reject(error),
    )
    if (shell === null) skip('no sqlite3 shell on this machine')
    expect(shell?.stdout).toBe('{"text": "中"}|2026-02-10 19:05:34.000001\nok\n')
  })
})
