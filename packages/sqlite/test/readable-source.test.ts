import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  closeSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { RecoveryNeededError } from '@tract/migrations'
import { StorageFailedError, type Store, StoreBusyError } from '@tract/repositories'
import { describe, expect, onTestFinished, vi } from 'vitest'
import { openStore } from '../src/index.js'
import { it } from './support/it.js'
import { runProgram } from './support/program.js'
import { aBlob, aCommit, hash, TRACT } from './support/rows.js'

const SALVAGE = { readonly: true, salvage: true, busyTimeoutMs: 400 }
const COMMITS = 300
const NOBODY = '65534'

/** A tract whose branch is at the third commit. */
async function fill(store: Store): Promise<void> {
  await store.transaction(async (tx) => {
    for (let number = 1; number <= COMMITS; number++) {
      await tx.blobs.saveIfAbsent(aBlob(number))
      await tx.commits.save(aCommit(number, { parentHash: number === 1 ? null : hash(number - 1) }))
    }
    await tx.refs.setBranch(TRACT, 'main', hash(3))
  })
}

async function aFile(location: string): Promise<string> {
  const store = await openStore(location)
  await fill(store)
  await store.close()
  return location
}

/** A file whose last commit is in its log alone, as a killed writer leaves it. */
async function aFileWithLog(folder: string): Promise<string> {
  const [live, left] = [join(folder, 'live.db'), join(folder, 'left', 'agent.db')]
  await aFile(live)
  const store = await openStore(live)
  await store.blobs.saveIfAbsent(aBlob(COMMITS + 1))
  mkdirSync(join(folder, 'left'))
  copyFileSync(live, left)
  copyFileSync(`${live}-wal`, `${left}-wal`)
  await store.close()
  return left
}

function overwrite(path: string, from = 0, to = 100): void {
  const file = openSync(path, 'r+')
  writeSync(file, Buffer.alloc(to - from, 0xa5), 0, to - from, from)
  closeSync(file)
}

async function blobsIn(store: Store): Promise<number> {
  let count = 0
  for await (const { row, damage } of store.storedRows.iterateReadable('blobs')) {
    expect(damage).toBeNull()
    if (row !== null) count++
  }
  return count
}

/** Puts the copies of salvages into a folder of the test's own. */
function copiesIn(folder: string): string {
  const copies = join(folder, 'copies')
  mkdirSync(copies)
  vi.stubEnv('TMPDIR', copies)
  onTestFinished(() => {
    vi.unstubAllEnvs()
  })
  return copies
}

/** What a salvage by a user who is not root reads, or is told. */
function asNobody(path: string): unknown {
  const program = fileURLToPath(new URL('programs/salvage.mjs', import.meta.url))
  const user = process.getuid?.() === 0 ? [NOBODY] : []
  return JSON.parse(spawnSync(process.execPath, [program, path, ...user], { encoding: 'utf8' }).stdout)
}

describe('a salvage takes nothing for right that was not committed', () => {
  it.for([
    ['sound', () => undefined],
    ['overwritten', overwrite],
  ] as const)(
    'of a writer that was killed without a log: it must be undone first, be the header %s or not',
    async ([, damage], { location, open, folder }) => {
      const copies = copiesIn(folder)
      await aFile(location)
      await expect(runProgram('die-with-journal', [location, hash(9)])).rejects.toMatchObject({
        signal: 'SIGKILL',
      })
      expect(readFileSync(location).includes(hash(9))).toBe(true)
      damage(location)
      await expect(open(location, SALVAGE)).rejects.toBeInstanceOf(RecoveryNeededError)
      expect(readdirSync(copies)).toEqual([])
      await (await open(location)).close()
      expect(await (await open(location, SALVAGE)).refs.getBranch(TRACT, 'main')).toBe(hash(3))
    },
  )

  it('of a transaction that holds the file: it waits, and this process keeps its lock', async ({
    location,
    open,
    plain,
  }) => {
    await aFile(location)
    const writer = plain()
    writer.pragma('journal_mode = DELETE')
    writer.pragma('cache_size = 1')
    writer.exec('BEGIN EXCLUSIVE')
    writer.prepare('UPDATE refs SET commit_hash = ?').run(hash(9))
    writer.exec('UPDATE commits SET message = hex(randomblob(1000))')
    const refused = await open(location, SALVAGE).catch((error: unknown) => error)
    expect(refused).toBeInstanceOf(StoreBusyError)
    expect(refused).toMatchObject({ location, waitedMs: expect.any(Number) })
    expect((await runProgram('take-lock', [location])).trim()).toBe('SQLITE_BUSY')
    const opening = open(location, SALVAGE)
    await sleep(50)
    writer.exec('ROLLBACK')
    expect(await (await opening).refs.getBranch(TRACT, 'main')).toBe(hash(3))
  })

  it('of a file that is written to while it is to be copied', async ({ location, open, folder }) => {
    const copies = copiesIn(folder)
    await aFile(location)
    const program = fileURLToPath(new URL('programs/write-without-header.mjs', import.meta.url))
    const writer = spawn(process.execPath, [program, location], { stdio: ['ignore', 'pipe', 'inherit'] })
    try {
      await once(writer.stdout, 'data')
      const refused = await open(location, SALVAGE).catch((error: unknown) => error)
      expect(refused).toBeInstanceOf(StoreBusyError)
      expect(readdirSync(copies)).toEqual([])
    } finally {
      writer.kill('SIGKILL')
      await once(writer, 'exit')
    }
    expect(await blobsIn(await open(location, SALVAGE))).toBe(COMMITS)
  })
})

describe('a file that this process has open', () => {
  it('is not copied, for that would cost its locks', async ({ location, open, plain, folder }) => {
    const copies = copiesIn(folder)
    await aFile(location)
    const writer = plain()
    writer.pragma('journal_mode = DELETE')
    writer.exec('BEGIN IMMEDIATE')
    overwriteWithoutClosing(location)
    const refused = await open(location, SALVAGE).catch((error: unknown) => error)
    expect(refused).toBeInstanceOf(StorageFailedError)
    expect(refused).toMatchObject({ location, reason: 'EBUSY' })
    expect(readdirSync(copies)).toEqual([])
    expect((await runProgram('take-lock', [location])).trim()).not.toBe('taken')
    writer.exec('ROLLBACK')
    writer.close()
    expect(await blobsIn(await open(location, SALVAGE))).toBe(COMMITS)
  })

  it('for a moment is copied after that', async ({ location, open }) => {
    overwrite(await aFile(location))
    const file = openSync(location, 'r')
    const opening = open(location, SALVAGE)
    await sleep(200)
    closeSync(file)
    expect(await blobsIn(await opening)).toBe(COMMITS)
  })
})

/** By another process: closing the file would end the locks of this one. */
function overwriteWithoutClosing(path: string): void {
  spawnSync('dd', ['if=/dev/zero', `of=${path}`, 'bs=100', 'count=1', 'conv=notrunc'])
}

describe('the log of a file whose header was overwritten', () => {
  it('is found where a symbolic link leads', async ({ folder, open }) => {
    const path = await aFileWithLog(folder)
    overwrite(path)
    const link = join(folder, 'link.db')
    symlinkSync(path, link)
    for (const name of [path, link]) expect(await blobsIn(await open(name, SALVAGE))).toBe(COMMITS + 1)
  })

  it.for([
    ['sound', () => undefined],
    ['overwritten', overwrite],
  ] as const)(
    'is not left out where it may not be read, be the header %s or not',
    async ([, damage], { folder }) => {
      const path = await aFileWithLog(folder)
      damage(path)
      chmodSync(folder, 0o755)
      chmodSync(path, 0o644)
      chmodSync(`${path}-wal`, 0o000)
      const place = `${path}-wal`
      expect(asNobody(path)).toEqual({ code: 'permission_denied', location: path, place })
    },
  )

  it.for([
    ['sound', () => undefined],
    ['overwritten', overwrite],
  ] as const)(
    'is read where nothing may be written beside it, be the header %s or not',
    async ([, damage], { folder }) => {
      const path = await aFileWithLog(folder)
      damage(path)
      chmodSync(folder, 0o755)
      chmodSync(path, 0o444)
      chmodSync(`${path}-wal`, 0o444)
      chmodSync(join(folder, 'left'), 0o555)
      expect(asNobody(path)).toEqual({ blobs: COMMITS + 1 })
      expect(readdirSync(join(folder, 'left'))).toEqual(['agent.db', 'agent.db-wal'])
    },
  )
})

describe('the copy that a salvage reads', () => {
  it('is its owner alone to read, and goes with the store', async ({ location, folder, open }) => {
    const copies = copiesIn(folder)
    overwrite(await aFile(location))
    chmodSync(location, 0o644)
    const store = await open(location, SALVAGE)
    const [name = ''] = readdirSync(copies)
    const copy = join(copies, name)
    expect(statSync(copy).mode & 0o777).toBe(0o700)
    expect(statSync(join(copy, 'copy.db')).mode & 0o777).toBe(0o600)
    await store.close()
    expect(readdirSync(copies)).toEqual([])
  })

  it('has a header where a part of one leads SQLite astray', async ({ location, folder, open }) => {
    const original = await aFile(location)
    // The size of a page, the number of pages, the form of the schema, and the encoding
    // (https://www.sqlite.org/fileformat2.html#the_database_header).
    for (const [from, to] of [
      [16, 18],
      [28, 32],
      [44, 48],
      [56, 60],
    ] as const) {
      const path = join(folder, `from-${from}.db`)
      copyFileSync(original, path)
      overwrite(path, from, to)
      expect(await blobsIn(await open(path, SALVAGE)), `bytes ${from} to ${to}`).toBe(COMMITS)
    }
  })

  it('does not stay where there is no room for it', async ({ location, folder, open, skip }) => {
    overwrite(await aFile(location))
    const copies = copiesIn(folder)
    const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', copies])
    if (mounted.status !== 0) skip('mounting is not allowed here')
    try {
      const refused = await open(location, SALVAGE).catch((error: unknown) => error)
      expect(refused).toBeInstanceOf(StorageFailedError)
      expect(refused).toMatchObject({ location, reason: 'ENOSPC', message: expect.stringContaining(copies) })
      expect(readdirSync(copies)).toEqual([])
    } finally {
      spawnSync('umount', [copies])
    }
  })

  it('is named where it cannot be removed', async ({ location, folder, open, skip }) => {
    overwrite(await aFile(location))
    const copies = copiesIn(folder)
    if (spawnSync('mount', ['-t', 'tmpfs', 'tmpfs', copies]).status !== 0)
      skip('mounting is not allowed here')
    try {
      const store = await open(location, SALVAGE)
      expect(spawnSync('mount', ['-o', 'remount,ro', copies]).status).toBe(0)
      const failed = await store.close().catch((error: unknown) => error)
      expect(failed).toBeInstanceOf(StorageFailedError)
      expect(failed).toMatchObject({ location, reason: 'EROFS', message: expect.stringContaining(copies) })
    } finally {
      spawnSync('umount', [copies])
    }
  })

  it('is not made of a file that is deleted meanwhile', async ({ location, folder, open }) => {
    const copies = copiesIn(folder)
    overwrite(await aFile(location))
    const opening = open(location, SALVAGE).catch((error: unknown) => error)
    await sleep(20)
    rmSync(location)
    expect(await opening).toMatchObject({ code: 'storage_failed', location, reason: 'ENOENT' })
    expect(existsSync(location)).toBe(false)
    expect(readdirSync(copies)).toEqual([])
  })
})
