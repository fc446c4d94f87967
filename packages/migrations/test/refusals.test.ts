import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  readdirSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import {
  inspectFile,
  migrate,
  NewerSchemaVersionError,
  OlderSchemaVersionError,
  planMigration,
  readSchemaVersion,
  rollback,
  TruncatedDatabaseError,
} from '@tract/migrations'
import { InvalidInputError, TractError, UnsupportedDatabaseError } from '@tract/repositories'
import { foreignDatabase, legacyDatabase } from '@tract/testkit'
import Database from 'better-sqlite3'
import { describe, expect, test } from 'vitest'
import { childProgram } from './child.js'
import { bytesOf, execute, newDirectory, newFile, open } from './support.js'

/** What a call is refused with. */
async function refusal(call: () => Promise<unknown>): Promise<TractError> {
  try {
    await call()
  } catch (error) {
    if (error instanceof TractError) return error
    throw error
  }
  throw new Error('it was not refused')
}

const newer = (version: string) => legacyDatabase(6, { versionRow: version })

const REFUSED: { what: string; code: string; message: RegExp; make(path: string): void }[] = [
  {
    what: 'a newer version',
    code: 'newer_schema_version',
    message: /version 7, newer than 6/,
    make: (path) => execute(path, newer('7')),
  },
  {
    what: 'a version far ahead',
    code: 'newer_schema_version',
    message: /13/,
    make: (path) => execute(path, newer('13')),
  },
  ...['six', '', '6.0', '-1', '0', '0x6'].map((value) => ({
    what: `the version ${JSON.stringify(value)}`,
    code: 'unreadable_schema_version',
    message: /expected a number from 1 to 6/,
    make: (path: string) => execute(path, newer(value)),
  })),
  {
    what: 'a text file',
    code: 'not_a_database',
    message: /not an SQLite database/,
    make: (path) => writeFileSync(path, 'dear diary\n'.repeat(400)),
  },
  {
    what: 'one byte',
    code: 'not_a_database',
    message: /not an SQLite database/,
    make: (path) => writeFileSync(path, 'x'),
  },
  {
    what: 'an encrypted database',
    code: 'encrypted_database',
    message: /looks encrypted/,
    make: (path) => writeFileSync(path, randomBytes(8192)),
  },
  {
    what: 'a truncated database',
    code: 'truncated_database',
    message: /is cut off: 16384 bytes of at least/,
    make: (path) => {
      execute(path, legacyDatabase(5))
      truncateSync(path, 16_384)
    },
  },
  {
    what: 'a database cut off inside its last page',
    code: 'truncated_database',
    message: /is cut off: \d+ bytes of at least/,
    make: (path) => {
      execute(path, legacyDatabase(5))
      truncateSync(path, statSync(path).size - 10)
    },
  },
  {
    what: 'a database cut off inside its first page',
    code: 'truncated_database',
    message: /is cut off: 50 bytes/,
    make: (path) => {
      execute(path, legacyDatabase(5))
      truncateSync(path, 50)
    },
  },
  {
    what: 'an SQLite database of something else',
    code: 'foreign_database',
    message: /recipes/,
    make: (path) => execute(path, foreignDatabase()),
  },
  {
    what: 'an SQLite database of something else that has a _trace_meta of its own',
    code: 'foreign_database',
    message: /something else/,
    make: (path) => execute(path, `${foreignDatabase()} CREATE TABLE _trace_meta (id, note)`),
  },
]

describe.each(REFUSED)('$what', ({ code, message, make }) => {
  test.each([
    ['inspectFile', (path: string) => inspectFile(path)],
    ['inspectFile to read', (path: string) => inspectFile(path, { readonly: true })],
    ['migrate', async (path: string) => migrate(await open(path))],
    ['readSchemaVersion', async (path: string) => readSchemaVersion(await open(path))],
    [
      'readSchemaVersion of a readonly DataSource',
      async (path: string) => readSchemaVersion(await open(path, { readonly: true })),
    ],
    ['planMigration', async (path: string) => planMigration(await open(path))],
    ['rollback', async (path: string) => rollback(await open(path))],
  ] as const)('is refused by %s with its own code, the file untouched to the byte', async (_name, call) => {
    const path = join(newDirectory(), 'agent.db')
    make(path)
    const before = bytesOf(path)
    const error = await refusal(() => call(path))
    expect(error).toBeInstanceOf(UnsupportedDatabaseError)
    expect(error.code).toBe(code)
    expect(error.message).toMatch(message)
    expect(error.message).toContain(path)
    expect(bytesOf(path).equals(before)).toBe(true)
  })
})

test('a refused file with a WAL of a killed process keeps file and WAL unchanged to the byte', async () => {
  const path = newFile()
  const writer = new Database(path)
  writer.pragma('journal_mode = WAL')
  writer.exec(newer('7'))
  const directory = newDirectory()
  const left = join(directory, 'left.db')
  for (const suffix of ['', '-wal']) copyFileSync(path + suffix, left + suffix)
  writer.close()
  const before = ['', '-wal'].map((suffix) => bytesOf(left + suffix))
  expect(before[1]?.length).toBeGreaterThan(0)
  expect((await refusal(() => inspectFile(left))).code).toBe('newer_schema_version')
  expect(['', '-wal'].every((suffix, n) => bytesOf(left + suffix).equals(before[n] ?? Buffer.alloc(0)))).toBe(
    true,
  )
})

test('a file whose end is still in its WAL is not taken for a truncated one', async () => {
  const path = newFile()
  const writer = new Database(path)
  writer.pragma('journal_mode = WAL')
  writer.exec(legacyDatabase(5))
  expect(await inspectFile(path)).toBe(5)
  writer.close()
})

test('a directory is refused', async () => {
  const directory = newDirectory()
  mkdirSync(join(directory, 'agent.db'))
  const error = await refusal(() => inspectFile(join(directory, 'agent.db')))
  expect(error).toMatchObject({ code: 'is_a_directory', message: expect.stringContaining('is a directory') })
  expect(readdirSync(join(directory, 'agent.db'))).toEqual([])
})

test('a pipe is refused without waiting for a writer', async () => {
  const path = join(newDirectory(), 'agent.db')
  execFileSync('mkfifo', [path])
  expect((await refusal(() => inspectFile(path))).code).toBe('not_a_file')
})

test('a file that does not exist, and an empty one, have no version', async () => {
  expect(await inspectFile(join(newDirectory(), 'none.db'))).toBeNull()
  const path = join(newDirectory(), 'empty.db')
  writeFileSync(path, '')
  expect(await inspectFile(path)).toBeNull()
})

/** Runs {@link inspectFile} as a user who is not root, and returns the error's code. */
function inspectAsNobody(path: string, options: object): string {
  const uid = process.getuid?.() === 0 ? '65534' : ''
  return execFileSync(process.execPath, [childProgram('inspect.mjs'), path, JSON.stringify(options), uid], {
    encoding: 'utf8',
  }).trim()
}

test('a file that may not be read, or not be written, is refused, naming which', () => {
  const directory = newDirectory()
  chmodSync(directory, 0o777)
  const path = newFile(legacyDatabase(6), directory)
  const before = bytesOf(path)
  chmodSync(path, 0o000)
  expect(inspectAsNobody(path, {})).toBe('permission_denied read')
  expect(inspectAsNobody(path, { readonly: true })).toBe('permission_denied read')
  chmodSync(path, 0o444)
  expect(inspectAsNobody(path, {})).toBe('permission_denied write')
  expect(inspectAsNobody(path, { readonly: true })).toBe('6')
  chmodSync(path, 0o666)
  expect(inspectAsNobody(path, {})).toBe('6')
  chmodSync(directory, 0o555)
  expect(inspectAsNobody(path, {})).toBe('permission_denied write')
  chmodSync(directory, 0o700)
  expect(bytesOf(path).equals(before)).toBe(true)
})

test('a read-only file system is refused', async (ctx) => {
  const directory = newDirectory()
  const path = join(directory, 'agent.db')
  if (!mounted('-o', 'size=4m', directory)) return ctx.skip('this user may not mount a file system')
  try {
    execute(path, legacyDatabase(6))
    mounted('-o', 'remount,ro', directory)
    expect((await refusal(() => inspectFile(path))).code).toBe('read_only_file_system')
    expect(await inspectFile(path, { readonly: true })).toBe(6)
  } finally {
    execFileSync('umount', [directory])
  }
})

/** Mounts a file system in memory; `false` where that is not allowed. */
function mounted(...options: readonly string[]): boolean {
  try {
    execFileSync('mount', ['-t', 'tmpfs', 'tmpfs', ...options], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

test('errors say their facts as fields too', async () => {
  const found = await refusal(() => inspectFile(newFile(newer('9'))))
  expect(found).toBeInstanceOf(NewerSchemaVersionError)
  expect(found).toMatchObject({ found: 9, supported: 6 })
  const path = newFile(legacyDatabase(5))
  truncateSync(path, 8192)
  const cut = await refusal(() => inspectFile(path))
  expect(cut).toBeInstanceOf(TruncatedDatabaseError)
  expect(cut).toMatchObject({ bytes: 8192 })
  expect(new OlderSchemaVersionError('agent.db', 3)).toMatchObject({ found: 3, expected: 6 })
  expect(new OlderSchemaVersionError('agent.db', null).message).toContain('is empty')
})

test('a file whose log holds the rest of it is whole by a symbolic link too, open or left by a killed writer', async () => {
  const path = newFile(legacyDatabase(6))
  const writer = new Database(path)
  writer.pragma('journal_mode = WAL')
  writer.exec(`UPDATE blobs SET payload_json = '{"text": "' || hex(zeroblob(9000)) || '"}'`)
  const left = () => {
    const copy = join(newDirectory(), 'agent.db')
    for (const suffix of ['', '-wal']) copyFileSync(path + suffix, copy + suffix)
    return copy
  }
  const throughFolder = (file: string) => {
    const folder = join(newDirectory(), 'folder')
    symlinkSync(dirname(file), folder)
    return join(folder, basename(file))
  }
  const link = (file: string) => {
    const link = join(newDirectory(), 'link.db')
    symlinkSync(throughFolder(file), link)
    return link
  }
  for (const file of [() => path, left]) {
    for (const name of [throughFolder, link]) {
      expect(await inspectFile(name(file()))).toBe(6)
      expect(await inspectFile(name(file()), { readonly: true })).toBe(6)
      expect((await planMigration(await open(name(file())))).from).toBe(6)
    }
  }
  writer.close()
})

test('a file that was cut off is told by a symbolic link too', async () => {
  const path = newFile(legacyDatabase(6))
  const link = join(newDirectory(), 'link.db')
  symlinkSync(path, link)
  truncateSync(path, statSync(path).size - 4096)
  expect(await refusal(() => inspectFile(link))).toMatchObject({ code: 'truncated_database', location: link })
})

test('a journal that a killed writer left is undone, and asked for where the file is only read', async () => {
  const path = newFile(legacyDatabase(5))
  const writer = new Database(path)
  writer.pragma('cache_size = 1')
  writer.exec('BEGIN; UPDATE blobs SET payload_json = hex(zeroblob(9000))')
  const left = join(newDirectory(), 'left.db')
  for (const suffix of ['', '-journal']) copyFileSync(path + suffix, left + suffix)
  writer.exec('ROLLBACK')
  writer.close()
  expect((await refusal(() => inspectFile(left, { readonly: true }))).code).toBe('recovery_needed')
  expect(await inspectFile(left)).toBe(5)
})

test.each([
  ['migrate', { backups: false }],
  ['migrate', { orphans: 'drop' }],
  ['migrate', { waitMs: -1 }],
  ['rollback', { orphans: 'stop' }],
] as const)('a misspelt or wrong option of %s is an error: %o', async (name, options) => {
  const dataSource = await open(newFile())
  const call = name === 'migrate' ? migrate : rollback
  await expect(call(dataSource, options as object)).rejects.toBeInstanceOf(InvalidInputError)
})

test('a DataSource inside a transaction is refused', async () => {
  const dataSource = await open(newFile(legacyDatabase(5)))
  await dataSource.query('BEGIN')
  await expect(migrate(dataSource)).rejects.toMatchObject({ code: 'inside_transaction' })
  await dataSource.query('ROLLBACK')
})
