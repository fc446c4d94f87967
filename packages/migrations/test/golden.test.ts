import { copyFileSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { migrate, readStructure } from '@tract/migrations'
import Database from 'better-sqlite3'
import { expect, test } from 'vitest'
import { bytesOf, newDirectory, newFile, open, using } from './support.js'

const GOLDEN = process.env.TRACT_GOLDEN_DIR

interface Expected {
  readonly tables: Readonly<
    Record<string, { readonly columns: readonly string[]; readonly rows: readonly (readonly unknown[])[] }>
  >
}

const cases = [
  { file: 'v2.db', rows: 'v2.expected-v6.json' },
  { file: 'v5.db', rows: 'v5.expected-v6.json' },
  { file: 'v6.db', rows: 'v6.contents.json' },
]

for (const { file, rows } of cases) {
  test(`golden ${file}: every row of every table is what the original system's own migration leaves`, async (ctx) => {
    if (GOLDEN === undefined) return ctx.skip('TRACT_GOLDEN_DIR names no directory with the golden files')
    const path = join(newDirectory(), file)
    copyFileSync(join(GOLDEN, file), path)
    await using(path, (dataSource) => migrate(dataSource))
    const { tables } = JSON.parse(readFileSync(join(GOLDEN, rows), 'utf8')) as Expected
    const handle = new Database(path)
    const names = handle.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").pluck().all()
    expect(names.sort()).toEqual(Object.keys(tables).sort())
    for (const [table, expected] of Object.entries(tables)) {
      const keys = handle
        .prepare<[string], { name: string }>('SELECT name FROM pragma_table_info(?) WHERE pk > 0 ORDER BY pk')
        .all(table)
      const order = keys.map(({ name }) => `"${name}"`).join(', ')
      const columns = expected.columns.map((column) => `"${column}"`).join(', ')
      const found = handle.prepare(`SELECT ${columns} FROM "${table}" ORDER BY ${order}`).raw().all()
      expect(found, table).toEqual(expected.rows)
    }
    expect(handle.pragma('integrity_check', { simple: true })).toBe('ok')
    expect(handle.pragma('foreign_key_check')).toEqual([])
    handle.close()
  })

  test(`golden ${file}: its structure is that of a fresh file, and a second migration changes no byte`, async (ctx) => {
    if (GOLDEN === undefined) return ctx.skip('TRACT_GOLDEN_DIR names no directory with the golden files')
    const path = join(newDirectory(), file)
    copyFileSync(join(GOLDEN, file), path)
    const fresh = await open(newFile())
    await migrate(fresh)
    const dataSource = await open(path)
    await migrate(dataSource)
    expect(await readStructure(dataSource)).toEqual(await readStructure(fresh))
    const before = bytesOf(path)
    expect((await migrate(dataSource)).changed).toBe(false)
    expect(bytesOf(path).equals(before)).toBe(true)
  })
}
