import {
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { UnsafeSchemaError } from '@tract/migrations'
import { InvalidInputError, StorageFailedError, TractError } from '@tract/repositories'
import Database from 'better-sqlite3'
import { describe, expect } from 'vitest'
import { createDataSource, initializeDatabase, openStore, type SqliteStore } from '../src/index.js'
import { it } from './support/it.js'
import { aBlob, anEvent, aRecord, hash, saveChain, TRACT } from './support/rows.js'
import { expectUntouched } from './support/untouched.js'

/** Every way to open a file. */
const WAYS: Readonly<Record<string, (path: string) => Promise<unknown>>> = {
  'openStore()': (path) => openStore(path),
  readonly: (path) => openStore(path, { readonly: true }),
  'migrate never': (path) => openStore(path, { migrate: 'never' }),
  'a DataSource': (path) => withDataSource(path, false),
  'a readonly DataSource': (path) => withDataSource(path, true),
}

/** The ways in which a path is given to us; a DataSource that opens nothing gives TypeORM's own errors. */
const PATHS = ['openStore()', 'readonly', 'migrate never'].flatMap((name) => WAYS[name] ?? [])

async function withDataSource(path: string, readonly: boolean): Promise<void> {
  const dataSource = await createDataSource({ database: path, readonly }).initialize()
  try {
    await openStore(dataSource)
  } finally {
    await dataSource.destroy()
  }
}

/** Changes a file behind the store's back, with the means of somebody who may write anything. */
function tamper(path: string, sql: string): void {
  const handle = new Database(path).unsafeMode(true)
  handle.pragma('foreign_keys = OFF')
  handle.pragma('writable_schema = ON')
  handle.exec(sql)
  handle.close()
}

/** The error of a call; a file that is opened is a failure of the test. */
async function refusal(call: Promise<unknown>): Promise<unknown> {
  return call.then(
    () => 'it was opened',
    (error: unknown) => error,
  )
}

describe('a file whose schema would run something of its own', () => {
  const schemas: readonly [what: string, object: string, sql: string][] = [
    ['a trigger', 'evil', 'CREATE TRIGGER evil AFTER INSERT ON blobs BEGIN DELETE FROM refs; END'],
    ['a view under our name', 'refs', 'DROP TABLE refs; CREATE VIEW refs AS SELECT 1 AS tract_id'],
    ['a virtual table under our name', 'blobs', 'DROP TABLE blobs; CREATE VIRTUAL TABLE blobs USING fts5(a)'],
    ['an index over a function', 'evil', 'CREATE INDEX evil ON commits (hex(message))'],
    ['a computed column', 'blobs', 'ALTER TABLE blobs ADD COLUMN evil AS (payload_json)'],
    [
      'a computed column behind a vertical tab',
      'blobs',
      'ALTER TABLE blobs ADD COLUMN evil AS \v(hex(zeroblob(9)))',
    ],
    ['a column in the place of the row id', 'commits', 'ALTER TABLE commits ADD COLUMN rowid'],
    [
      'a table without row ids',
      'refs',
      'DROP TABLE refs; CREATE TABLE refs (tract_id TEXT, ref_name TEXT PRIMARY KEY) WITHOUT ROWID',
    ],
  ]
  for (const [what, object, sql] of schemas) {
    it(`as ${what}, is refused by every way in, and stays as it is`, async ({ open, location }) => {
      await (await open()).close()
      tamper(location, sql)
      await expectUntouched(location, async () => {
        for (const [name, way] of Object.entries(WAYS)) {
          const error = await refusal(way(location))
          expect(error, name).toBeInstanceOf(UnsafeSchemaError)
          expect(error, name).toMatchObject({ object })
        }
      })
    })
  }

  it('is refused also where it became so between two looks', async ({ open, location }) => {
    await (await open()).close()
    const dataSource = await createDataSource({ database: location }).initialize()
    tamper(location, 'CREATE TRIGGER evil AFTER INSERT ON blobs BEGIN DELETE FROM refs; END')
    await expect(initializeDatabase(dataSource)).rejects.toBeInstanceOf(UnsafeSchemaError)
    await dataSource.destroy()
  })
})

describe('a handle on a file of unknown origin', () => {
  it('trusts no schema, checks cells, loads nothing and does not let the schema table be written', async ({
    store,
  }) => {
    await store.withManager(async (manager) => {
      const setting = async (name: string) => Object.values((await manager.query(`PRAGMA ${name}`))[0])[0]
      expect(await setting('trusted_schema')).toBe(0)
      expect(await setting('cell_size_check')).toBe(1)
      expect(await setting('mmap_size')).toBe(0)
    })
    const refused = [
      "SELECT load_extension('/tmp/none')",
      "UPDATE sqlite_schema SET sql = ''",
      'PRAGMA writable_schema = ON; UPDATE sqlite_schema SET rootpage = 1',
    ]
    for (const sql of refused) {
      await expect(
        store.withManager((manager) => manager.query(sql)),
        sql,
      ).rejects.toThrow()
    }
  })
})

/** Calls that read everything that a tract holds. */
function readings(store: SqliteStore): Readonly<Record<string, () => unknown>> {
  const all = async (values: AsyncIterable<unknown>) => {
    for await (const _ of values);
  }
  const hashes = [hash(1), hash(2), hash(3)]
  return {
    'blobs.get': () => store.blobs.get(hash(1)),
    'blobs.getMany': () => store.blobs.getMany(hashes),
    'commits.getAll': () => store.commits.getAll(TRACT),
    'commits.getAncestors': () => store.commits.getAncestors(hash(3)),
    'commits.iterateAncestors': () => all(store.commits.iterateAncestors(hash(3))),
    'commits.getOnChain': () => store.commits.getOnChain(hash(3), hashes),
    'commits.getByConfig': () =>
      store.commits.getByConfig(TRACT, [{ field: 'model', operator: '=', value: 'm' }]),
    'commits.iterateHashes': () => all(store.commits.iterateHashes(TRACT)),
    'refs.getHead': () => store.refs.getHead(TRACT),
    'refs.getRef': () => store.refs.getRef(TRACT, 'refs/a'),
    'refs.getCurrentBranch': () => store.refs.getCurrentBranch(TRACT),
    'refs.getAll': () => store.refs.getAll(TRACT),
    'refs.listBranches': () => store.refs.listBranches(TRACT),
    'operationEvents.getAll': () => store.operationEvents.getAll(TRACT),
    'operationEvents.getLineage fate': () => store.operationEvents.getLineage(hashes, 'fate'),
    'operationEvents.getLineage origins': () => store.operationEvents.getLineage(hashes, 'origins'),
    'operationEvents.iterateSourceHashes': () => all(store.operationEvents.iterateSourceHashes(TRACT)),
    'compileRecords.getAll': () => store.compileRecords.getAll(TRACT),
    'spawnPointers.hasAncestor': () => store.spawnPointers.hasAncestor(TRACT, 'nobody'),
    'spawnPointers.getAll': () => store.spawnPointers.getAll(TRACT),
    'storedRows.read': () => store.storedRows.read('commits', 'commit_hash', hashes),
    checkIntegrity: () => store.checkIntegrity(),
  }
}

/** Reads everything; each call gives an answer or a typed error. Returns what was refused. */
async function readAll(store: SqliteStore): Promise<string[]> {
  const refused: string[] = []
  for (const [name, read] of Object.entries(readings(store))) {
    try {
      await read()
    } catch (error) {
      expect(error, name).toBeInstanceOf(TractError)
      refused.push(name)
    }
  }
  return refused
}

async function fill(store: SqliteStore): Promise<void> {
  await saveChain(store, 3)
  await store.refs.updateHead(TRACT, hash(3))
  await store.operationEvents.saveEventWithCommits({ ...anEvent(1), sources: [hash(1)], results: [hash(2)] })
  await store.operationEvents.saveEventWithCommits({ ...anEvent(2), sources: [hash(2)], results: [hash(1)] })
  await store.compileRecords.saveRecord(aRecord(1, { headHash: hash(3) }))
}

describe('a file whose rows are meant to do harm', () => {
  it('holds circles of commits, events, refs and spawns: every walk ends', async ({ open, location }) => {
    const store = await open()
    await fill(store)
    await store.close()
    tamper(
      location,
      `UPDATE commits SET parent_hash = '${hash(3)}', response_to = '${hash(1)}' WHERE commit_hash = '${hash(1)}';
       INSERT INTO commit_parents VALUES ('${hash(1)}', '${hash(1)}', 0), ('${hash(2)}', '${hash(1)}', 1);
       INSERT OR REPLACE INTO refs VALUES ('${TRACT}', 'HEAD', NULL, 'refs/a'), ('${TRACT}', 'refs/a', NULL, 'refs/b'),
         ('${TRACT}', 'refs/b', NULL, 'refs/a');
       INSERT INTO spawn_pointers VALUES (1, '${TRACT}', NULL, 'child', '', 'selective', NULL, '2026-02-10 19:05:34'),
         (2, 'child', NULL, '${TRACT}', '', 'selective', NULL, '2026-02-10 19:05:34')`,
    )
    expect(await readAll(await open())).toEqual([])
  })

  const DEEP = `'${'['.repeat(100_000)}${']'.repeat(100_000)}'`
  for (const [what, json] of [
    ['100,000 arrays inside of one another', DEEP],
    ['100,000 objects inside of one another', `'${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}'`],
    ['100,000 arrays that are not closed', `'${'['.repeat(100_000)}'`],
    ['a number of 100,000 digits', `'{"model": 1${'0'.repeat(100_000)}}'`],
    [
      'keys that would change every object',
      `'{"__proto__": {"polluted": 1}, "constructor": {"prototype": 1}}'`,
    ],
    ['a blob that is no text', "x'00ff80'"],
  ] as const) {
    it(`holds JSON of ${what}: every call gives an answer or a typed error`, async ({ open, location }) => {
      const store = await open()
      await fill(store)
      await store.close()
      tamper(
        location,
        `UPDATE commits SET generation_config_json = ${json} WHERE commit_hash = '${hash(1)}';
         UPDATE operation_events SET params_json = ${json} WHERE event_id = 'event-1';
         UPDATE blobs SET payload_json = ${json} WHERE content_hash = '${hash(1)}'`,
      )
      await readAll(await open())
      expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
    })
  }

  it('holds values of other kinds in every column: every call gives an answer or a typed error', async ({
    open,
    location,
    plain,
  }) => {
    const store = await open()
    await fill(store)
    await store.close()
    const handle = plain()
    const columns = handle
      .prepare<[], { table: string; name: string }>(
        `SELECT m.name AS "table", c.name FROM sqlite_schema m, pragma_table_info(m.name) c WHERE m.type = 'table'
         AND c.pk = 0 AND m.name <> '_trace_meta'`,
      )
      .all()
    handle.close()
    for (const value of [
      '-9223372036854775808',
      '9e999',
      "char(0) || 'a'",
      "CAST(x'eda080' AS TEXT)",
      "x'ff00'",
    ]) {
      const changes = columns.map(
        ({ table, name }) => `UPDATE OR IGNORE "${table}" SET "${name}" = ${value};`,
      )
      tamper(location, changes.join('\n'))
      const again = await openStore(location)
      await readAll(again)
      await again.close()
    }
  })

  it('says of a text that it is as long as the file has room for: the read is a typed error', async ({
    open,
    location,
  }) => {
    const store = await open()
    await store.blobs.saveIfAbsent(aBlob(1, { payloadJson: 'LONG'.repeat(30_000) }))
    await store.close()
    const bytes = readFileSync(location)
    // Where the text begins, its page has the cell: the record's own length stands before it as a variable-length number.
    const pageSize = 4096
    const text = bytes.indexOf('LONGLONG')
    const page = Math.floor(text / pageSize) * pageSize
    const cell = page + bytes.readUInt16BE(page + 8)
    const file = openSync(location, 'r+')
    const claimed = 900_000_000
    const varint = [28, 21, 14, 7, 0].map((bits, n) => ((claimed >> bits) & 0x7f) | (n < 4 ? 0x80 : 0))
    // The lengths of the whole and of the text, each in the bytes that the true one takes, where that is enough.
    writeSync(file, Buffer.from(varint), 0, 3, cell)
    truncateSync(location, 1_200_000_000)
    const pages = Buffer.alloc(4)
    pages.writeUInt32BE(1_200_000_000 / pageSize)
    writeSync(file, pages, 0, 4, 28)
    expect(await readAll(await open())).not.toEqual([])
  })

  it('has a size of page that no page has', async ({ open, location }) => {
    for (const size of [0, 1, 3, 511, 513, 32_767, 65_535]) {
      const store = await open()
      await store.close()
      const bytes = Buffer.alloc(2)
      bytes.writeUInt16BE(size)
      writeSync(openSync(location, 'r+'), bytes, 0, 2, 16)
      for (const [name, way] of Object.entries(WAYS)) {
        // One of 65536 bytes is stated as 1.
        expect(await refusal(way(location)), `${size} ${name}`).toBeInstanceOf(TractError)
      }
      writeSync(openSync(location, 'r+'), Buffer.from([0x10, 0x00]), 0, 2, 16)
    }
  })

  for (const value of ['', 'six', '6.0', '6; DROP TABLE blobs', '٦', '6'.repeat(1_000_000)]) {
    it(`states the version ${value.slice(0, 20)}`, async ({ open, location }) => {
      await (await open()).close()
      tamper(location, `UPDATE _trace_meta SET value = '${value}'`)
      await expectUntouched(location, async () => {
        for (const way of Object.values(WAYS)) {
          const error = await refusal(way(location))
          expect(error).toBeInstanceOf(TractError)
          expect((error as Error).message.length).toBeLessThan(1000)
        }
      })
    })
  }

  it('keeps tables without a name: they are let be', async ({ open, location }) => {
    await (await open()).close()
    tamper(location, 'CREATE TABLE "" ("" TEXT); CREATE TABLE "a""b" ("c""d" REFERENCES commits)')
    const store = await open()
    await fill(store)
    expect(await store.checkIntegrity()).toMatchObject({ ok: true })
  })
})

describe('the permissions of a new file', () => {
  const modeOf = (path: string) => statSync(path).mode & 0o777

  for (const mask of [0o000, 0o022, 0o777]) {
    it(`are its owner's alone with the mask ${mask.toString(8)}, whoever opens it, and those of the files beside it`, async ({
      folder,
    }) => {
      const before = process.umask(mask)
      try {
        const path = join(folder, 'store.db')
        const store = await openStore(path)
        await store.blobs.saveIfAbsent(aBlob(1))
        for (const end of ['', '-wal', '-shm']) expect(modeOf(path + end), end).toBe(0o600)
        await store.close()

        const other = join(folder, 'source.db')
        const dataSource = await createDataSource({ database: other }).initialize()
        expect(modeOf(other)).toBe(0o600)
        await dataSource.query('PRAGMA journal_mode = DELETE')
        await dataSource.query('BEGIN IMMEDIATE')
        await dataSource.query('CREATE TABLE app (a)')
        expect(modeOf(`${other}-journal`)).toBe(0o600)
        await dataSource.query('ROLLBACK')
        await initializeDatabase(dataSource)
        await dataSource.query('CREATE TABLE app (a)')
        for (const end of ['', '-wal', '-shm']) expect(modeOf(other + end), end).toBe(0o600)
        await dataSource.destroy()
      } finally {
        process.umask(before)
      }
    })
  }
})

describe('a path', () => {
  it('that is a symbolic link to nothing is refused, and nothing is made', async ({ folder, location }) => {
    const target = join(folder, 'target.db')
    symlinkSync(target, location)
    for (const way of PATHS) {
      expect(await refusal(way(location))).toBeInstanceOf(StorageFailedError)
      expect(lstatSync(target, { throwIfNoEntry: false })).toBeUndefined()
    }
  })

  it('that is a symbolic link to nothing is refused by a DataSource too, before it is made', async ({
    folder,
    location,
  }) => {
    symlinkSync(join(folder, 'target.db'), location)
    await expect(createDataSource({ database: location }).initialize()).rejects.toBeInstanceOf(
      StorageFailedError,
    )
    expect(lstatSync(join(folder, 'target.db'), { throwIfNoEntry: false })).toBeUndefined()
  })

  it('that is a symbolic link to itself, or to a folder, is refused', async ({ folder, location }) => {
    symlinkSync(location, location)
    const place = join(folder, 'place')
    mkdirSync(place)
    const link = join(folder, 'link.db')
    symlinkSync(place, link)
    for (const path of [location, link]) {
      for (const way of PATHS) expect(await refusal(way(path))).toBeInstanceOf(TractError)
    }
  })

  it('with white space at its end, which the driver takes off, is refused', async ({ folder, location }) => {
    for (const end of [' ', '\n', '\u00a0', '\ufeff']) {
      await expect(openStore(location + end)).rejects.toBeInstanceOf(InvalidInputError)
      expect(() => createDataSource({ database: location + end })).toThrow(InvalidInputError)
    }
    expect(lstatSync(location, { throwIfNoEntry: false })).toBeUndefined()
    await (await openStore(join(folder, ' begins so.db'))).close()
  })
})
