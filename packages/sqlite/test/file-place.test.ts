import { spawnSync } from 'node:child_process'
import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { StorageFailedError } from '@tract/repositories'
import { describe, expect } from 'vitest'
import { createDataSource, initializeDatabase, openStore, type SqliteStore } from '../src/index.js'
import { it } from './support/it.js'
import { aBlob, hash } from './support/rows.js'

const MOVED = { code: 'storage_failed', reason: 'SQLITE_READONLY_DBMOVED' }

/** Every way to write, each with the number of the blob that it writes. */
const WAYS: readonly (readonly [
  name: string,
  number: number,
  write: (store: SqliteStore) => Promise<unknown>,
])[] = [
  ['a single call', 2, async (store) => store.blobs.saveIfAbsent(aBlob(2))],
  ['a transaction', 3, (store) => store.transaction((tx) => tx.blobs.saveIfAbsent(aBlob(3)))],
  [
    'a query of TypeORM',
    4,
    (store) =>
      store.withManager((manager) =>
        manager.query("INSERT INTO blobs VALUES (?, '{}', 2, 1, '2026-01-01 00:00:00.000000')", [hash(4)]),
      ),
  ],
]

/** What may happen to the files under an open store. */
const EVENTS: readonly (readonly [name: string, happen: (location: string) => void])[] = [
  ['was deleted', (location) => rmSync(location)],
  ['was moved away', (location) => renameSync(location, `${location}.old`)],
  [
    'was replaced by another',
    (location) => {
      writeFileSync(`${location}.new`, 'another file')
      renameSync(`${location}.new`, location)
    },
  ],
  [
    'was deleted and made again',
    (location) => {
      rmSync(location)
      writeFileSync(location, '')
    },
  ],
  ['has lost its write-ahead log', (location) => rmSync(`${location}-wal`)],
  ['has lost the index of its log', (location) => rmSync(`${location}-shm`)],
  [
    'was moved with its folder',
    (location) => renameSync(join(location, '..'), join(location, '../../moved')),
  ],
]

/** By then a store relies on its folder's time, in milliseconds. */
const IN_USE_MS = 250

async function useFor(store: SqliteStore, useMs: number): Promise<void> {
  const start = performance.now()
  do await store.blobs.saveIfAbsent(aBlob(1))
  while (performance.now() - start < useMs)
}

describe('a file under an open store that', () => {
  const ages = [
    ['just opened', 0],
    ['in use for a while', IN_USE_MS],
  ] as const
  for (const [name, happen] of EVENTS) {
    for (const [age, useMs] of ages) {
      it(`${name} takes no write any more when it was ${age}: it would go into a file without a name`, async ({
        folder,
      }) => {
        mkdirSync(join(folder, 'home'))
        const store = await openStore(join(folder, 'home', 'agent.db'))
        await useFor(store, useMs)
        happen(join(folder, 'home', 'agent.db'))
        for (const [way, number, write] of WAYS) {
          const error = await write(store).catch((thrown: unknown) => thrown)
          expect(error, way).toBeInstanceOf(StorageFailedError)
          expect(error, way).toMatchObject(MOVED)
          expect(await store.blobs.get(hash(number)), way).toBeNull()
        }
        await expect(store.reclaimSpace()).rejects.toMatchObject(MOVED)
        await store.close()
      })
    }
  }

  it('is reached by a link that leads elsewhere now takes no write any more', async ({ folder, open }) => {
    const [first, second, link] = ['a.db', 'b.db', 'link.db'].map((name) => join(folder, name)) as [
      string,
      string,
      string,
    ]
    for (const path of [first, second]) await (await openStore(path)).close()
    symlinkSync(first, link)
    const store = await open(link)
    await store.blobs.saveIfAbsent(aBlob(1))
    rmSync(link)
    symlinkSync(second, link)
    await expect(store.blobs.saveIfAbsent(aBlob(2))).rejects.toMatchObject(MOVED)
  })

  it('is mounted by itself takes no write any more when it was deleted where it comes from', async ({
    folder,
    open,
    skip,
  }) => {
    mkdirSync(join(folder, 'elsewhere'))
    const [outside, inside] = [join(folder, 'elsewhere', 'agent.db'), join(folder, 'agent.db')]
    await (await openStore(outside)).close()
    writeFileSync(inside, '')
    if (spawnSync('mount', ['--bind', outside, inside]).status !== 0) skip('mounting is not allowed here')
    try {
      const store = await open(inside)
      await useFor(store, IN_USE_MS)
      rmSync(outside)
      await expect(store.blobs.saveIfAbsent(aBlob(2))).rejects.toMatchObject(MOVED)
      await store.close()
    } finally {
      spawnSync('umount', [inside])
    }
  })

  it('comes back takes writes again, and holds all that was acknowledged', async ({
    location,
    store,
    open,
  }) => {
    await store.blobs.saveIfAbsent(aBlob(1))
    renameSync(location, `${location}.old`)
    await expect(store.blobs.saveIfAbsent(aBlob(2))).rejects.toMatchObject(MOVED)
    renameSync(`${location}.old`, location)
    await store.blobs.saveIfAbsent(aBlob(3))
    await store.close()
    const again = await open()
    const found = await again.blobs.getMany([hash(1), hash(2), hash(3)])
    expect([...found.keys()]).toEqual([hash(1), hash(3)])
  })

  it('was replaced while its DataSource waited for a store is not written to', async ({ location }) => {
    const dataSource = createDataSource({ database: location })
    await dataSource.initialize()
    await initializeDatabase(dataSource)
    renameSync(location, `${location}.old`)
    await (await openStore(`${location}.new`)).close()
    renameSync(`${location}.new`, location)
    await expect(openStore(dataSource)).rejects.toMatchObject(MOVED)
    await dataSource.destroy()
  })
})

it('other files that come and go beside the database disturb nobody', async ({ folder, store }) => {
  for (let number = 1; number <= 20; number++) {
    writeFileSync(join(folder, `other-${number}`), '')
    await store.blobs.saveIfAbsent(aBlob(number))
    rmSync(join(folder, `other-${number}`))
    await store.transaction((tx) => tx.blobs.saveIfAbsent(aBlob(number + 100)))
  }
  expect(await store.blobs.get(hash(120))).not.toBeNull()
})
