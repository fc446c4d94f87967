import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  copyFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { UnsafeSchemaError } from '@tract/migrations'
import {
  InvalidInputError,
  type ReadableRow,
  StorageFailedError,
  type Store,
  type StoredRow,
  UnsupportedDatabaseError,
} from '@tract/repositories'
import type { Database } from 'better-sqlite3'
import { describe, expect, onTestFinished, vi } from 'vitest'
import { it } from './support/it.js'
import { aBlob, aCommit, hash, TRACT } from './support/rows.js'

const PAGE_SIZE = 4096
const COMMITS = 300
const SALVAGE = { readonly: true, salvage: true }

/** What stands on a page, as SQLite tells it of a sound file. */
interface Page {
  readonly page: number
  readonly name: string
  readonly pagetype: 'internal' | 'leaf' | 'overflow'
  readonly cells: number
}

/** Commits whose payloads lie on pages of their own, on shared ones, and on several. */
async function fill(store: Store): Promise<void> {
  await store.transaction(async (tx) => {
    for (let number = 1; number <= COMMITS; number++) {
      const text = 'x'.repeat(number % 10 === 0 ? 9_000 : number * 3)
      const payloadJson = `{"text": "${number} ${text}"}`
      await tx.blobs.saveIfAbsent(aBlob(number, { payloadJson, byteSize: payloadJson.length }))
      await tx.commits.save(aCommit(number, { parentHash: number === 1 ? null : hash(number - 1) }))
      await tx.annotations.save({ tractId: TRACT, targetHash: hash(number), priority: 'pinned' })
    }
  })
}

async function readable(store: Store, table: 'blobs' | 'commits' | 'annotations') {
  const rows: StoredRow[] = []
  const lost: NonNullable<ReadableRow['damage']>[] = []
  for await (const { row, damage } of store.storedRows.iterateReadable(table)) {
    if (row !== null) rows.push(row)
    if (damage !== null) lost.push(damage)
  }
  return { rows, lost }
}

function pagesOf(handle: Database): readonly Page[] {
  const sql = 'SELECT pageno AS page, name, pagetype, ncell AS cells FROM dbstat ORDER BY pageno'
  return handle.prepare<[], Page>(sql).all()
}

/** A copy of a file with other bytes on a page. */
function withPage(location: string, page: number, change: (bytes: Buffer) => void): string {
  const copy = join(location, '..', `page-${page}.db`)
  const bytes = readFileSync(location)
  change(bytes.subarray((page - 1) * PAGE_SIZE, page * PAGE_SIZE))
  writeFileSync(copy, bytes)
  return copy
}

/** One entry of the schema that SQLite cannot read, and others that somebody put there. */
function withSchema(handle: Database, sql: string): void {
  handle.unsafeMode(true)
  handle.pragma('foreign_keys = OFF')
  handle.exec(`PRAGMA legacy_alter_table = ON; CREATE TABLE unreadable (value);
    PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = 'CREATE TABEL' WHERE name = 'unreadable';
    ${sql}`)
  handle.close()
}

const ENDLESS = 'WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n)'
const ENDLESS_BLOBS = `VIEW blobs AS ${ENDLESS}
  SELECT 'a' AS content_hash, 'b' AS payload_json, 1 AS byte_size, 1 AS token_count, 'c' AS created_at FROM n WHERE x < 0`

describe('a damaged schema in which something stands in the place of a table of ours', () => {
  it.for([
    ['a view', 'blobs', `ALTER TABLE blobs RENAME TO was; CREATE ${ENDLESS_BLOBS}`],
    [
      'a view under another name',
      'harmless',
      `ALTER TABLE blobs RENAME TO was; INSERT INTO sqlite_schema VALUES ('table', 'harmless', 'harmless', 0,
        '${`CREATE ${ENDLESS_BLOBS}`.replaceAll("'", "''")}')`,
    ],
    [
      'a view in the place of a function',
      'json_each',
      `CREATE VIEW json_each AS ${ENDLESS} SELECT x AS value FROM n`,
    ],
    ['a table in the place of a function', 'pragma_table_xinfo', 'CREATE TABLE pragma_table_xinfo (name)'],
    [
      'a virtual table',
      'refs',
      `DROP TABLE refs; INSERT INTO sqlite_schema VALUES ('table', 'refs', 'refs', 0, 'CREATE VIRTUAL TABLE refs USING fts5(a)')`,
    ],
    [
      'a computed column',
      'blobs',
      `UPDATE sqlite_schema SET sql = replace(sql, 'payload_json TEXT', 'payload_json TEXT AS (hex(zeroblob(9)))')
        WHERE name = 'blobs'`,
    ],
    [
      'a computed column behind a vertical tab',
      'blobs',
      `UPDATE sqlite_schema SET sql = replace(sql, 'payload_json TEXT', 'payload_json TEXT AS \v(hex(zeroblob(9)))')
        WHERE name = 'blobs'`,
    ],
    [
      'a default of a parameter',
      'blobs',
      `UPDATE sqlite_schema SET sql = replace(sql, 'payload_json TEXT', 'payload_json TEXT DEFAULT (?1)')
        WHERE name = 'blobs'`,
    ],
    [
      'a column in the place of the row id',
      'commits',
      `UPDATE sqlite_schema SET sql = replace(sql, 'message TEXT', 'rowid, message TEXT') WHERE name = 'commits'`,
    ],
    [
      'a table without row ids',
      'refs',
      `UPDATE sqlite_schema SET sql = sql || ' WITHOUT ROWID' WHERE name = 'refs'`,
    ],
  ] as const)('is refused: %s', async ([, object, sql], { open, location, plain }) => {
    const store = await open()
    await store.transaction(async (tx) => {
      await tx.blobs.saveIfAbsent(aBlob(1))
    })
    await store.close()
    withSchema(plain(), sql)
    const error = await open(location, SALVAGE).then(
      () => null,
      (error) => error,
    )
    expect(error).toBeInstanceOf(UnsafeSchemaError)
    expect(error).toMatchObject({ location, object })
  })

  it.for(['{', '\u0012', '@', '^'])(
    'is read without the table whose text has %j, of which SQLite makes nothing',
    async (character, { open, location, plain }) => {
      const store = await open()
      await fill(store)
      await store.close()
      withSchema(
        plain(),
        `UPDATE sqlite_schema SET sql = replace(sql, 'ref_name VARCHAR', 'ref_name ${character}VARCHAR') WHERE name = 'refs';
       UPDATE sqlite_schema SET sql = replace(sql, '${character}VARCHAR', '${character} VARCHAR') WHERE name = 'refs'`,
      )
      const { rows, lost } = await readable(await open(location, SALVAGE), 'commits')
      expect([rows.length, lost]).toEqual([COMMITS, []])
    },
  )

  it('is read where it is only damaged, with views of the application', async ({ open, location, plain }) => {
    const store = await open()
    await fill(store)
    await store.close()
    withSchema(plain(), `CREATE VIEW of_the_application AS ${ENDLESS} SELECT x FROM n, blobs`)
    const { rows, lost } = await readable(await open(location, SALVAGE), 'blobs')
    expect(rows).toHaveLength(COMMITS)
    expect(lost).toEqual([])
  })
})

describe('what can be read of a damaged file', () => {
  it('is every row that is not on the damaged page, and every other is named', async ({
    open,
    plain,
    location,
  }) => {
    const store = await open()
    await fill(store)
    const sound = {
      blobs: (await readable(store, 'blobs')).rows,
      commits: (await readable(store, 'commits')).rows,
    }
    await store.close()
    const handle = plain()
    const pages = pagesOf(handle)
    handle.close()
    // Behind a page of the schema, or one that leads to others, lie whole tables.
    const last = pages.filter(({ name, pagetype }) => name !== 'sqlite_schema' && pagetype !== 'internal')
    expect(last.length).toBeGreaterThan(100)
    for (const { page, name, pagetype, cells } of last.filter(({ page }) => page % 5 === 0)) {
      const copy = withPage(location, page, (bytes) => bytes.fill(0))
      const damaged = await open(copy, SALVAGE)
      for (const table of ['blobs', 'commits'] as const) {
        const { rows, lost } = await readable(damaged, table)
        const expected = name !== table ? 0 : pagetype === 'overflow' ? 1 : cells
        expect(lost.length, `${pagetype} page ${page} of ${name}`).toBe(expected)
        expect(rows.length).toBe(COMMITS - expected)
        const keys = new Set(rows.map((row) => JSON.stringify(row)))
        for (const row of sound[table]) {
          const hash = row.content_hash
          const isLost = lost.some(({ key }) => (key.commit_hash ?? key.content_hash) === hash)
          expect(keys.has(JSON.stringify(row))).toBe(!isLost)
        }
      }
      await damaged.close()
    }
  })

  it('is what lies before the end of a file that was cut, and what the indexes name of the rest', async ({
    open,
    location,
  }) => {
    const store = await open()
    await fill(store)
    await store.close()
    const size = readFileSync(location).length
    truncateSync(location, Math.floor(size / 2 / PAGE_SIZE) * PAGE_SIZE + 100)
    await expect(open(location, { readonly: true })).rejects.toMatchObject({ code: 'truncated_database' })
    const { rows, lost } = await readable(await open(location, SALVAGE), 'blobs')
    expect(rows.length).toBeGreaterThan(COMMITS / 4)
    expect(lost.length).toBeGreaterThan(0)
    for (const row of rows)
      expect(row.payload_json).toContain(`"${Number.parseInt(String(row.content_hash), 16)} `)
  })

  it('leaves out a value that no writer leaves where there may be none, and the row where there must be one', async ({
    store,
    plain,
    location,
    open,
  }) => {
    await fill(store)
    const handle = plain()
    handle.prepare('UPDATE commits SET message = ? WHERE commit_hash = ?').run(Buffer.from('text'), hash(7))
    handle.prepare('UPDATE commits SET token_count = ? WHERE commit_hash = ?').run('many', hash(8))
    handle.prepare("UPDATE commits SET message = 'a' || char(0) || 'b' WHERE commit_hash = ?").run(hash(9))
    const { rows, lost } = await readable(await open(location, SALVAGE), 'commits')
    const [found] = await store.storedRows.read('commits', 'commit_hash', [hash(1)])
    expect(rows).toHaveLength(COMMITS - 1)
    expect(rows.find(({ commit_hash }) => commit_hash === hash(7))).toMatchObject({ message: null })
    expect(rows[0]).toEqual(found)
    expect(lost).toMatchObject([
      { key: { commit_hash: hash(7) }, column: 'message', found: { message: 'text' } },
      { key: { commit_hash: hash(9) }, column: 'message' },
      { key: { commit_hash: hash(8) }, column: 'token_count', found: { token_count: 'many' } },
    ])
    // The same rows, asked for otherwise, are told and not given with another type.
    await expect(store.commits.get(hash(7))).rejects.toMatchObject({
      code: 'damaged_data',
      place: 'commits.message',
    })
    await expect(store.commits.get(hash(8))).rejects.toMatchObject({ code: 'damaged_data' })
  })

  it('is told by a typed error where a column stands in the place of the row id since the store is open', async ({
    store,
  }) => {
    await fill(store)
    await store.withManager((manager) =>
      manager.query("ALTER TABLE commits ADD COLUMN rowid NOT NULL DEFAULT 'x'"),
    )
    await expect(readable(store, 'commits')).rejects.toMatchObject({
      code: 'damaged_data',
      place: 'commits.rowid',
      found: '"x"',
    })
    await store.withManager((manager) => manager.query('ALTER TABLE commits DROP COLUMN rowid'))
    expect((await readable(store, 'commits')).rows).toHaveLength(COMMITS)
  })

  it('is for reading only', async ({ open, store }) => {
    await expect(open(':memory:', { salvage: true })).rejects.toBeInstanceOf(InvalidInputError)
    await fill(store)
    const salvage = await open(undefined, SALVAGE)
    await expect(salvage.blobs.saveIfAbsent(aBlob(1000))).rejects.toMatchObject({ code: 'readonly_store' })
  })

  it('is all of it where only the header was overwritten, with a log or without', async ({
    open,
    location,
    folder,
  }) => {
    const store = await open()
    await fill(store)
    const sound = (await readable(store, 'blobs')).rows
    const before = new Set(readdirSync(tmpdir()))
    for (const [name, close] of [
      ['with a log', async () => undefined],
      ['without', () => store.close()],
    ] as const) {
      await close()
      const copy = join(folder, `${name}.db`)
      copyFileSync(location, copy)
      if (existsSync(`${location}-wal`)) copyFileSync(`${location}-wal`, `${copy}-wal`)
      for (const header of [
        Buffer.alloc(100),
        Buffer.from('# Notes\n\nSomebody wrote here.'),
        Buffer.alloc(100, 0xa5),
      ]) {
        const bytes = readFileSync(copy)
        header.copy(bytes)
        writeFileSync(copy, bytes)
        // With the log the header is read from there.
        const refused = open(copy, { readonly: true }).then(
          () => null,
          (error) => error,
        )
        if (name === 'without') expect(await refused).toBeInstanceOf(UnsupportedDatabaseError)
        const damaged = await open(copy, SALVAGE)
        const { rows, lost } = await readable(damaged, 'blobs')
        expect(lost).toEqual([])
        expect(JSON.stringify(rows)).toBe(JSON.stringify(sound))
        await damaged.close()
        expect(readFileSync(copy).equals(bytes)).toBe(true)
      }
    }
    const left = readdirSync(tmpdir()).filter(
      (name) => name.startsWith('tract-salvage-') && !before.has(name),
    )
    expect(left).toEqual([])
  })

  it('is what its log holds too where the header was overwritten, also by a symbolic link', async ({
    open,
    plain,
    location,
    folder,
  }) => {
    await fill(await open())
    const handle = plain()
    handle.pragma('wal_checkpoint(TRUNCATE)')
    // The header's page is not in the log then.
    handle.prepare('UPDATE commits SET token_count = 77 WHERE commit_hash = ?').run(hash(5))
    const [copy, link] = [join(folder, 'copy.db'), join(folder, 'link.db')]
    for (const end of ['', '-wal']) copyFileSync(location + end, copy + end)
    writeFileSync(copy, readFileSync(copy).fill(0, 0, 100))
    symlinkSync('copy.db', link)
    for (const path of [copy, link]) {
      const { rows, lost } = await readable(await open(path, SALVAGE), 'commits')
      expect(rows.find(({ commit_hash }) => commit_hash === hash(5))).toMatchObject({ token_count: 77 })
      expect(lost).toEqual([])
    }
  })

  it('names the file that was given, not the copy that is read for it', async ({ open, location, plain }) => {
    const store = await open()
    await fill(store)
    await store.close()
    const refused = async () => {
      withPage(location, 1, (bytes) => bytes.fill(0, 0, 100))
      const copy = join(location, '..', 'page-1.db')
      const error = await open(copy, SALVAGE).then(
        () => null,
        (error) => error,
      )
      expect(error).toMatchObject({ location: copy, message: expect.stringContaining(copy) })
      expect(error.message).not.toContain('tract-salvage-')
      return error
    }
    const handle = plain()
    handle.pragma('journal_mode = DELETE')
    handle.exec("UPDATE _trace_meta SET value = '7' WHERE key = 'schema_version'")
    expect(await refused()).toMatchObject({ code: 'newer_schema_version' })
    handle.exec('DROP TABLE policy_log; DROP TABLE policy_proposals')
    handle.exec("UPDATE _trace_meta SET value = '4' WHERE key = 'schema_version'")
    const older = await refused()
    expect(older).toMatchObject({ code: 'older_schema_version', found: 4 })
    expect(older.message).toContain('only version 6 can be salvaged')
  })

  it('is told by errors of ours where the path is no file, may not be read, or no copy can be made', async ({
    open,
    location,
    folder,
  }) => {
    await expect(open(folder, SALVAGE)).rejects.toMatchObject({ code: 'is_a_directory', location: folder })
    const store = await open()
    await fill(store)
    await store.close()
    const copy = withPage(location, 1, (bytes) => bytes.fill(0, 0, 100))
    vi.stubEnv('TMPDIR', join(folder, 'nowhere'))
    onTestFinished(() => {
      vi.unstubAllEnvs()
    })
    const refused = open(copy, SALVAGE)
    await expect(refused).rejects.toBeInstanceOf(StorageFailedError)
    await expect(refused).rejects.toMatchObject({ location: copy, message: expect.stringContaining(copy) })
    chmodSync(folder, 0o755)
    chmodSync(copy, 0o000)
    const nobody = process.getuid?.() === 0 ? ['65534'] : []
    const program = fileURLToPath(new URL('programs/salvage.mjs', import.meta.url))
    const { stdout } = spawnSync(process.execPath, [program, copy, ...nobody], { encoding: 'utf8' })
    expect(JSON.parse(stdout)).toEqual({ code: 'permission_denied', location: copy, place: copy })
  })

  it('is nothing where the page of the schema is gone, and that is a typed error', async ({
    open,
    location,
  }) => {
    const store = await open()
    await fill(store)
    await store.close()
    const copy = withPage(location, 1, (bytes) => bytes.fill(0))
    await expect(open(copy, SALVAGE)).rejects.toBeInstanceOf(UnsupportedDatabaseError)
  })

  it('is every other row where the number of one was changed, wherever it says that it is', async ({
    open,
    plain,
    location,
  }) => {
    const store = await open()
    await fill(store)
    await store.close()
    const handle = plain()
    const leaves = pagesOf(handle).filter(({ name, pagetype }) => name === 'commits' && pagetype === 'leaf')
    handle.close()
    for (const { page } of leaves.slice(1, 3)) {
      // The number of a row stands behind the length of its cell, here in two bytes each
      // (https://www.sqlite.org/fileformat2.html#b_tree_pages).
      const copy = withPage(location, page, (bytes) => {
        const cell = bytes.readUInt16BE(8 + 2 * 3)
        bytes.writeUInt8(bytes.readUInt8(cell + 2) | 0x40, cell + 2)
      })
      const { rows, lost } = await readable(await open(copy, SALVAGE), 'commits')
      // The changed number may be that of another row: then the row is listed as if it were gone.
      const hashes = [...rows, ...lost.map(({ key }) => key)].map(({ commit_hash }) => commit_hash)
      expect(new Set(hashes).size).toBe(COMMITS)
      expect(rows.length).toBeGreaterThanOrEqual(COMMITS - 1)
      expect(lost.length).toBeLessThanOrEqual(1)
    }
  })

  it('is all of it where only the version is not to be read', async ({ open, plain, location }) => {
    const store = await open()
    await fill(store)
    await store.close()
    const handle = plain()
    handle.exec("UPDATE _trace_meta SET value = 'noise'")
    handle.close()
    await expect(open(location, { readonly: true })).rejects.toMatchObject({
      code: 'unreadable_schema_version',
    })
    const { rows, lost } = await readable(await open(location, SALVAGE), 'commits')
    expect([rows.length, lost]).toEqual([COMMITS, []])
  })

  it('is a row on a sound page, though a damaged one bears its number and the way ends there', async ({
    open,
    plain,
    location,
  }) => {
    const store = await open()
    await fill(store)
    await store.close()
    const handle = plain()
    const [, leaf] = pagesOf(handle).filter(({ name, pagetype }) => name === 'commits' && pagetype === 'leaf')
    handle.close()
    const { page, cells } = leaf ?? { page: 0, cells: 0 }
    const copy = withPage(location, page, (bytes) => {
      const cell = bytes.readUInt16BE(8 + 2 * 3)
      // The lengths and numbers here take two bytes each, of seven bits; the time is the last column.
      const payload = ((bytes.readUInt8(cell) & 0x7f) << 7) | bytes.readUInt8(cell + 1)
      bytes.writeUInt8(0x80 | (COMMITS >> 7), cell + 2)
      bytes.writeUInt8(COMMITS & 0x7f, cell + 3)
      bytes.write('no time', cell + 4 + payload - 7)
      bytes.writeUInt16BE(0xffff, 8 + 2 * 4)
    })
    const { rows, lost } = await readable(await open(copy, SALVAGE), 'commits')
    expect(rows.map(({ commit_hash }) => commit_hash)).toContain(hash(COMMITS))
    expect(lost.length).toBeGreaterThan(0)
    expect(lost.length).toBeLessThan(cells)
    const hashes = [...rows, ...lost.map(({ key }) => key)].map(({ commit_hash }) => commit_hash)
    expect(hashes).toHaveLength(COMMITS)
    expect(new Set(hashes).size).toBe(COMMITS)
  })

  it('names a damaged row by the key that the index has for it', async ({ store, plain, location, open }) => {
    await fill(store)
    const handle = plain()
    handle.unsafeMode(true)
    handle.pragma('writable_schema = ON')
    // Without its key, the table changes and the index does not.
    handle.exec(`UPDATE sqlite_master SET sql = replace(sql, 'PRIMARY KEY (commit_hash)', 'CHECK (1)') WHERE name = 'commits';
      UPDATE sqlite_master SET tbl_name = 'refs' WHERE name = 'sqlite_autoindex_commits_1'`)
    handle.close()
    const blind = plain()
    blind.unsafeMode(true)
    blind.pragma('writable_schema = ON')
    blind.pragma('foreign_keys = OFF')
    blind
      .prepare('UPDATE commits SET commit_hash = ?, token_count = ? WHERE rowid = 5')
      .run('garbled', 'many')
    blind.exec(`UPDATE sqlite_master SET sql = replace(sql, 'CHECK (1)', 'PRIMARY KEY (commit_hash)') WHERE name = 'commits';
      UPDATE sqlite_master SET tbl_name = 'commits' WHERE name = 'sqlite_autoindex_commits_1'`)
    blind.close()
    const { lost } = await readable(await open(location, SALVAGE), 'commits')
    expect(lost).toMatchObject([{ key: { commit_hash: hash(5) }, found: { commit_hash: 'garbled' } }])
  })
})
