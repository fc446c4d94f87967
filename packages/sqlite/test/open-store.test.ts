import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import {
  InvalidInputError,
  ReadonlyStoreError,
  StorageFailedError,
  TractError,
  UnsupportedDatabaseError,
} from '@tract/repositories'
import { entities, SCHEMA_VERSION } from '@tract/schema'
import type { Database } from 'better-sqlite3'
import { DataSource } from 'typeorm'
import { describe, expect } from 'vitest'
import { createDataSource, initializeDatabase, openStore, SqliteStore } from '../src/index.js'
import { contentOf } from './support/content.js'
import { it } from './support/it.js'
import { aBlob, aCommit, hash, saveChain } from './support/rows.js'
import { expectUntouched } from './support/untouched.js'

const ADDITIONAL_INDEXES = [
  'ix_commits_parent',
  'ix_commits_content',
  'ix_commit_parents_parent',
  'ix_refs_commit',
  'ix_compile_effectives_commit',
  'ix_spawn_parent_commit',
]

describe('openStore with a path', () => {
  it('creates the file where there is none, and finds what it wrote when it opens it again', async ({
    open,
    location,
  }) => {
    const store = await open()
    expect(store).toBeInstanceOf(SqliteStore)
    expect(store.schemaVersion).toBe(SCHEMA_VERSION)
    expect(store.migration).toBeNull()
    await store.blobs.saveIfAbsent(aBlob(1))
    await store.close()
    expect(existsSync(location)).toBe(true)
    const again = await open()
    expect(again.migration).toBeNull()
    expect(await again.blobs.get(hash(1))).not.toBeNull()
  })

  it('creates the file for its owner alone, with the files beside it', async ({ store, location }) => {
    await store.blobs.saveIfAbsent(aBlob(1))
    for (const path of [location, `${location}-wal`, `${location}-shm`]) {
      expect(statSync(path).mode & 0o777).toBe(0o600)
    }
  })

  it('leaves the permissions of a file that exists as they are', async ({ open, location }) => {
    await (await open()).close()
    chmodSync(location, 0o640)
    const store = await open()
    await store.blobs.saveIfAbsent(aBlob(1))
    expect(statSync(location).mode & 0o777).toBe(0o640)
  })

  it('fills an empty file', async ({ open, location }) => {
    writeFileSync(location, '')
    const store = await open()
    expect(await store.blobs.saveIfAbsent(aBlob(1))).not.toBeNull()
  })

  it('takes a path with spaces, quotes and characters of any script', async ({ open, folder }) => {
    const location = join(folder, `a folder's "中文" 😀?mode=ro#%41.db`)
    const store = await open(location)
    await store.blobs.saveIfAbsent(aBlob(1))
    expect(readdirSync(folder)).toContain(`a folder's "中文" 😀?mode=ro#%41.db`)
  })

  it('follows a symbolic link', async ({ open, folder, location }) => {
    await (await open()).close()
    const link = join(folder, 'link.db')
    symlinkSync(location, link)
    const store = await open(link)
    await store.blobs.saveIfAbsent(aBlob(1))
    expect(await (await open(location)).blobs.get(hash(1))).not.toBeNull()
  })

  it('follows a symbolic link to a file that is open, and whose log holds most of it', async ({
    open,
    folder,
    location,
  }) => {
    const store = await open()
    await store.transaction(async (tx) => {
      for (let number = 0; number < 500; number++) await tx.blobs.saveIfAbsent(aBlob(number))
    })
    const link = join(folder, 'link.db')
    symlinkSync(location, link)
    expect(await (await open(link)).blobs.get(hash(499))).not.toBeNull()
    expect(await (await open(link, { readonly: true })).blobs.get(hash(499))).not.toBeNull()
  })

  it('opens the same file as often as it is asked', async ({ open }) => {
    const stores = await Promise.all(Array.from({ length: 5 }, () => open()))
    await Promise.all(stores.map((store, number) => store.blobs.saveIfAbsent(aBlob(number))))
    expect((await stores[0]?.blobs.getMany([0, 1, 2, 3, 4].map(hash)))?.size).toBe(5)
  })

  it('writes nothing into a file that is up to date', async ({ open, location }) => {
    const store = await open()
    await store.blobs.saveIfAbsent(aBlob(1))
    await store.close()
    await expectUntouched(location, async () => {
      const again = await open()
      await again.blobs.get(hash(1))
      await again.close()
    })
  })

  it('makes a new file also with migrate never', async ({ open }) => {
    const store = await open(undefined, { migrate: 'never' })
    expect(await store.blobs.saveIfAbsent(aBlob(1))).toMatchObject({ contentHash: hash(1) })
  })
})

describe('openStore with :memory:', () => {
  it('opens a database of its own, which ends with the store', async ({ open }) => {
    const [first, second] = [await open(':memory:'), await open(':memory:')]
    await first.blobs.saveIfAbsent(aBlob(1))
    expect(await first.blobs.get(hash(1))).not.toBeNull()
    expect(await second.blobs.get(hash(1))).toBeNull()
    expect(existsSync(':memory:')).toBe(false)
  })
})

describe('readonly', () => {
  it('reads and never writes: a write is a typed error', async ({ open, location }) => {
    const writer = await open()
    await writer.transaction((tx) => saveChain(tx, 3))
    await writer.close()
    await expectUntouched(location, async () => {
      const store = await open(location, { readonly: true })
      expect((await store.commits.getAll('a-tract')).length).toBe(3)
      expect(await store.checkIntegrity()).toMatchObject({ ok: true })
      expect(await store.transaction((tx) => tx.blobs.get(hash(1)))).not.toBeNull()
      const writes = [
        store.blobs.saveIfAbsent(aBlob(4)),
        store.commits.save(aCommit(4)),
        store.commits.delete(hash(3)),
        store.refs.setBranch('a-tract', 'main', hash(1)),
        store.operationEvents.deleteEvent('event'),
        store.transaction((tx) => tx.blobs.saveIfAbsent(aBlob(4))),
        store.reclaimSpace(),
      ]
      for (const write of await Promise.allSettled(writes)) {
        expect(write).toMatchObject({ status: 'rejected', reason: expect.any(ReadonlyStoreError) })
      }
      await store.close()
    })
  })

  it('sees what another store writes meanwhile', async ({ store, open, location }) => {
    const reader = await open(location, { readonly: true })
    expect(await reader.blobs.get(hash(1))).toBeNull()
    await store.blobs.saveIfAbsent(aBlob(1))
    expect(await reader.blobs.get(hash(1))).not.toBeNull()
  })

  it('transactions read one state throughout, whatever is written meanwhile', async ({
    store,
    open,
    location,
  }) => {
    const reader = await open(location, { readonly: true })
    await reader.transaction(async (tx) => {
      expect(await tx.blobs.get(hash(1))).toBeNull()
      await store.blobs.saveIfAbsent(aBlob(1))
      expect(await tx.blobs.get(hash(1))).toBeNull()
    })
    expect(await reader.blobs.get(hash(1))).not.toBeNull()
  })

  it('does not create a file', async ({ folder, location }) => {
    await expect(openStore(location, { readonly: true })).rejects.toBeInstanceOf(TractError)
    expect(readdirSync(folder)).toEqual([])
  })

  it('opens a file that its user may not write', async ({ open, location }) => {
    await (await open()).close()
    chmodSync(location, 0o400)
    const store = await open(location, { readonly: true })
    expect(await store.blobs.get(hash(1))).toBeNull()
  })
})

describe('a version 6 file without the additional indexes, as the original system writes it', () => {
  it('gets them at its first opening that may migrate', async ({ open, plain, location }) => {
    await (await open()).close()
    dropAdditionalIndexes(plain())
    const store = await open()
    expect(store.migration).toMatchObject({ from: 6, to: 6, changed: true, backup: null })
    await store.close()
    expect(additionalIndexes(plain(location))).toEqual(ADDITIONAL_INDEXES.toSorted())
  })

  for (const options of [{ readonly: true }, { migrate: 'never' }] as const) {
    it(`works without them under ${JSON.stringify(options)}`, async ({ open, plain, location }) => {
      const writer = await open()
      await writer.transaction((tx) => saveChain(tx, 3))
      await writer.close()
      const handle = plain()
      dropAdditionalIndexes(handle)
      handle.close()
      const store = await open(location, options)
      expect((await store.commits.getChildren(hash(1))).length).toBe(1)
      expect((await store.commits.getAncestors(hash(3))).length).toBe(3)
      await store.close()
      expect(additionalIndexes(plain(location))).toEqual([])
    })
  }
})

describe('what is no store', () => {
  const version = (value: string) => `
    CREATE TABLE _trace_meta ("key" VARCHAR(255) NOT NULL, value TEXT NOT NULL, PRIMARY KEY ("key"));
    INSERT INTO _trace_meta VALUES ('schema_version', '${value}')`
  const files: readonly [
    name: string,
    content: { readonly sql: string } | { readonly bytes: string },
    code: string,
  ][] = [
    [
      'a SQLite file of something else',
      { sql: 'CREATE TABLE users (id INTEGER PRIMARY KEY)' },
      'foreign_database',
    ],
    ['a text file', { bytes: 'Dear diary, this is no database.\n'.repeat(100) }, 'not_a_database'],
    ['a text file of a few bytes', { bytes: 'hello' }, 'not_a_database'],
    [
      'a file that begins like SQLite and ends before its header says',
      { bytes: `SQLite format 3\0${'noise'.repeat(2000)}` },
      'truncated_database',
    ],
    ['a file of version 7', { sql: version('7') }, 'newer_schema_version'],
    ['a file of version 13', { sql: version('13') }, 'newer_schema_version'],
    ['a file whose version is no number', { sql: version('six') }, 'unreadable_schema_version'],
    ['a file whose version is 0', { sql: version('0') }, 'unreadable_schema_version'],
  ]
  for (const [name, content, code] of files) {
    for (const options of [{}, { readonly: true }, { migrate: 'never' }] as const) {
      it(`${name} is refused as ${code} and stays as it is, ${JSON.stringify(options)}`, async ({
        location,
        plain,
      }) => {
        if ('sql' in content) plain().exec(content.sql)
        else writeFileSync(location, content.bytes)
        await expectUntouched(location, async () => {
          const error: unknown = await openStore(location, options).catch((reason) => reason)
          expect(error).toBeInstanceOf(UnsupportedDatabaseError)
          expect(error).toMatchObject({ code, message: expect.stringContaining(location) })
        })
      })
    }
  }

  it('a file of something else keeps what another program left in its write-ahead log', async ({
    folder,
    location,
    plain,
  }) => {
    const handle = plain(join(folder, 'open.db'))
    handle.pragma('journal_mode = WAL')
    handle.exec('CREATE TABLE users (id INTEGER PRIMARY KEY)')
    for (const end of ['', '-wal']) copyFileSync(`${folder}/open.db${end}`, `${location}${end}`)
    await expectUntouched(`${location}-wal`, () =>
      expectUntouched(location, async () => {
        await expect(openStore(location)).rejects.toMatchObject({ code: 'foreign_database' })
      }),
    )
  })

  it('a folder is refused with a typed error', async ({ folder }) => {
    const path = join(folder, 'a folder')
    mkdirSync(path)
    await expect(openStore(path)).rejects.toMatchObject({ code: 'is_a_directory' })
    expect(readdirSync(path)).toEqual([])
  })

  it('a path in a folder that does not exist is refused with a typed error that names it', async ({
    folder,
  }) => {
    const path = join(folder, 'absent', 'agent.db')
    const error: unknown = await openStore(path).catch((reason) => reason)
    expect(error).toBeInstanceOf(StorageFailedError)
    expect((error as Error).message).toContain(path)
    expect(readdirSync(folder)).toEqual([])
  })

  it('a path below a file is refused with a typed error', async ({ folder }) => {
    writeFileSync(join(folder, 'file'), '')
    await expect(openStore(join(folder, 'file', 'agent.db'))).rejects.toBeInstanceOf(TractError)
  })

  it('a refused file can be opened by others at once: nothing holds it', async ({ location, plain }) => {
    plain().exec('CREATE TABLE users (id INTEGER PRIMARY KEY)')
    await expect(openStore(location)).rejects.toBeInstanceOf(TractError)
    const handle = plain()
    handle.exec('BEGIN EXCLUSIVE; INSERT INTO users VALUES (1); COMMIT')
    expect(Object.keys(contentOf(handle))).toEqual(['users'])
  })
})

describe('options', () => {
  const wrong: readonly [name: string, options: object][] = [
    ['a misspelt option', { readOnly: true }],
    ['an unknown migrate', { migrate: 'always' }],
    ['a busyTimeoutMs that is no number', { busyTimeoutMs: '5000' }],
    ['a negative busyTimeoutMs', { busyTimeoutMs: -1 }],
    ['an endless busyTimeoutMs', { busyTimeoutMs: Number.POSITIVE_INFINITY }],
    ['a readonly that is no boolean', { readonly: 'yes' }],
    ['an unknown synchronous', { synchronous: 'off' }],
    ['no page at all', { checkpointPages: 0 }],
    ['half a page', { checkpointPages: 0.5 }],
    ['more pages than SQLite counts', { checkpointPages: 2 ** 31 }],
    ['entities that are no array', { entities: {} }],
    ['an entity that is none', { entities: [undefined] }],
    ['a backup that is no boolean', { backup: 'yes' }],
    ['an unknown orphans', { orphans: 'drop' }],
    ['an onProgress that is no function', { onProgress: true }],
    ['a signal that is none', { signal: {} }],
    ['options that are no object', [] as object],
  ]
  for (const [name, options] of wrong) {
    it(`${name} is refused before anything is created`, async ({ location, folder }) => {
      await expect(openStore(location, options)).rejects.toBeInstanceOf(InvalidInputError)
      expect(readdirSync(folder)).toEqual([])
    })
  }

  for (const path of ['', '  ', 5, null, undefined, {}, 'a\0b', '\ud800']) {
    it(`the path ${JSON.stringify(path)} is refused`, async () => {
      // @ts-expect-error a program without types may pass this
      await expect(openStore(path)).rejects.toBeInstanceOf(InvalidInputError)
    })
  }

  it('left undefined are as if they were not given', async ({ location }) => {
    const names = [
      'migrate',
      'backup',
      'readonly',
      'busyTimeoutMs',
      'entities',
      'synchronous',
      'orphans',
      'checkpointPages',
    ]
    const options = Object.fromEntries(names.map((name) => [name, undefined]))
    const store = await openStore(location, options as object)
    await store.close()
  })

  for (const [synchronous, level] of [
    [undefined, 1],
    ['normal', 1],
    ['full', 2],
    ['extra', 3],
  ] as const) {
    it(`synchronous ${synchronous ?? 'left out'} sets SQLite's level ${level}`, async ({
      open,
      location,
    }) => {
      const store = await open(location, synchronous === undefined ? {} : { synchronous })
      const found = await store.withManager((manager) => manager.query('PRAGMA synchronous'))
      expect(found).toEqual([{ synchronous: level }])
    })
  }

  for (const [checkpointPages, pages] of [
    [undefined, 1000],
    [8000, 8000],
  ] as const) {
    it(`checkpointPages ${checkpointPages ?? 'left out'} lets the log grow to ${pages} pages`, async ({
      location,
      open,
    }) => {
      const store = await open(location, checkpointPages === undefined ? {} : { checkpointPages })
      const found = await store.withManager((manager) => manager.query('PRAGMA wal_autocheckpoint'))
      expect(found).toEqual([{ wal_autocheckpoint: pages }])
    })
  }

  it('foreign keys are on, and the schema of the file is not trusted', async ({ store }) => {
    await store.withManager(async (manager) => {
      expect(await manager.query('PRAGMA foreign_keys')).toEqual([{ foreign_keys: 1 }])
      expect(await manager.query('PRAGMA trusted_schema')).toEqual([{ trusted_schema: 0 }])
    })
  })
})

it('a path is that of the folder in which openStore was called, wherever the process is when it opens', async ({
  folder,
}) => {
  const home = process.cwd()
  const [here, there] = [join(folder, 'here'), join(folder, 'there')] as const
  for (const path of [here, there]) mkdirSync(path)
  try {
    process.chdir(here)
    const opening = openStore('agent.db')
    process.chdir(there)
    await (await opening).close()
  } finally {
    process.chdir(home)
  }
  expect([existsSync(join(here, 'agent.db')), existsSync(join(there, 'agent.db'))]).toEqual([true, false])
})

describe('openStore with a DataSource', () => {
  it('takes one that createDataSource made, and leaves it open when the store closes', async ({
    open,
    location,
  }) => {
    const dataSource = createDataSource({ database: location })
    await dataSource.initialize()
    try {
      await initializeDatabase(dataSource)
      const store = await open(dataSource)
      await store.blobs.saveIfAbsent(aBlob(1))
      await store.close()
      expect(dataSource.isInitialized).toBe(true)
      expect(await dataSource.query('SELECT count(*) AS count FROM blobs')).toEqual([{ count: 1 }])
      const again = await open(dataSource)
      expect(await again.blobs.get(hash(1))).not.toBeNull()
      await again.close()
    } finally {
      await dataSource.destroy()
    }
  })

  it('refuses a second store over the same one: two gates on one handle are none', async ({
    open,
    location,
  }) => {
    const dataSource = createDataSource({ database: location })
    await dataSource.initialize()
    try {
      await initializeDatabase(dataSource)
      const store = await open(dataSource)
      await expect(openStore(dataSource)).rejects.toBeInstanceOf(InvalidInputError)
      await store.close()
      const atOnce = await Promise.allSettled([open(dataSource), open(dataSource)])
      expect(atOnce.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
      for (const opened of atOnce) if (opened.status === 'fulfilled') await opened.value.close()
    } finally {
      await dataSource.destroy()
    }
  })

  it('refuses one of the user, whose settings are not those of a store', async ({ location }) => {
    const dataSource = new DataSource({ type: 'better-sqlite3', database: location, entities: [...entities] })
    await dataSource.initialize()
    try {
      await expect(openStore(dataSource)).rejects.toBeInstanceOf(InvalidInputError)
      await expect(initializeDatabase(dataSource)).rejects.toBeInstanceOf(InvalidInputError)
    } finally {
      await dataSource.destroy()
    }
  })

  it('refuses one that is not initialized, or whose database is empty', async ({ location }) => {
    const dataSource = createDataSource({ database: location })
    await expect(openStore(dataSource)).rejects.toBeInstanceOf(InvalidInputError)
    await dataSource.initialize()
    try {
      await expect(openStore(dataSource)).rejects.toBeInstanceOf(TractError)
      // The refusal holds nothing back.
      await initializeDatabase(dataSource)
      await (await openStore(dataSource)).close()
    } finally {
      await dataSource.destroy()
    }
  })

  it('refuses options that belong to a path', async ({ location }) => {
    const dataSource = createDataSource({ database: location })
    await dataSource.initialize()
    try {
      await initializeDatabase(dataSource)
      await expect(openStore(dataSource, { readonly: true })).rejects.toBeInstanceOf(InvalidInputError)
      await expect(openStore(dataSource, { migrate: 'never' })).rejects.toBeInstanceOf(InvalidInputError)
    } finally {
      await dataSource.destroy()
    }
  })

  it('says in a typed error when its owner destroyed it under the store', async ({ location }) => {
    const dataSource = createDataSource({ database: location })
    await dataSource.initialize()
    await initializeDatabase(dataSource)
    const store = await openStore(dataSource)
    await dataSource.destroy()
    await expect(store.blobs.saveIfAbsent(aBlob(1))).rejects.toBeInstanceOf(TractError)
    await expect(store.transaction((tx) => tx.blobs.get(hash(1)))).rejects.toBeInstanceOf(TractError)
    await store.close()
  })
})

describe('createDataSource', () => {
  const wrong: readonly [name: string, options: unknown][] = [
    ['nothing', undefined],
    ['a path alone', 'agent.db'],
    ['no database', {}],
    ['a misspelt option', { database: 'agent.db', entitys: [] }],
    ['an empty path', { database: '' }],
    ['entities that are no array', { database: 'agent.db', entities: 'notes' }],
    ['a readonly that is no boolean', { database: 'agent.db', readonly: 1 }],
    ['an unknown synchronous', { database: 'agent.db', synchronous: 'off' }],
  ]
  for (const [name, options] of wrong) {
    it(`refuses ${name}`, () => {
      // @ts-expect-error a program without types may pass this
      expect(() => createDataSource(options)).toThrow(InvalidInputError)
    })
  }

  it("begins TypeORM's own transactions with the write lock", async ({ location }) => {
    // Deferred, the second would read and then fail at its first write.
    const dataSource = createDataSource({ database: location })
    const other = createDataSource({ database: location })
    await dataSource.initialize()
    await other.initialize()
    try {
      await initializeDatabase(dataSource)
      await dataSource.transaction(async () => {
        await expect(other.query('BEGIN IMMEDIATE')).rejects.toThrow(/locked/)
      })
    } finally {
      await dataSource.destroy()
      await other.destroy()
    }
  })
})

function dropAdditionalIndexes(handle: { exec(sql: string): unknown }): void {
  for (const name of ADDITIONAL_INDEXES) handle.exec(`DROP INDEX ${name}`)
}

function additionalIndexes(handle: Database): unknown[] {
  const names = handle
    .prepare(`SELECT name FROM sqlite_master WHERE type = 'index' ORDER BY name`)
    .pluck()
    .all()
  return names.filter((name) => ADDITIONAL_INDEXES.includes(String(name)))
}
