import { existsSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { copyAll, type Sample } from './damage-sample.js'
import type { DamagedFile, Expectations } from './examined.js'
import type { Random } from './random.js'

const PAGE_SIZE = 4096
const HEADER_BYTES = 100
const WRONG_INDEXES = 10
/** What precedes the pages of a log, and each of them (https://www.sqlite.org/fileformat2.html#walformat). */
const LOG_HEADER_BYTES = 32
const FRAME_BYTES = 24 + PAGE_SIZE

/**
 * Every kind of damage to the structure of a sound file.
 *
 * @param other a file of the same form and other content
 */
export function structuralDamage(sample: Sample, other: Sample, random: Random): readonly DamagedFile[] {
  return [
    ...truncated(sample),
    ...overwritten(sample, random),
    ...pagesOf(sample, random),
    ...wrongIndexes(sample, random),
    ...besideIt(sample, other, random),
  ]
}

type Change = (file: string) => void

function damaged(
  { name, folder }: Sample,
  what: string,
  change: Change,
  expects: Expectations = {},
): DamagedFile {
  const make = (to: string) => {
    copyAll(folder, to)
    change(join(to, 'agent.db'))
  }
  return { name: `${what} (${name})`, make, expects }
}

/** Changes the bytes of a file in place. */
function bytes(path: string, change: (bytes: Buffer) => void): void {
  const content = readFileSync(path)
  change(content)
  writeFileSync(path, content)
}

function noise(random: Random, length: number): Buffer {
  return Buffer.from(Array.from({ length }, () => random.below(256)))
}

function* truncated(sample: Sample): Generator<DamagedFile> {
  const size = statSync(join(sample.folder, 'agent.db')).size
  const half = Math.floor(size / 2 / PAGE_SIZE) * PAGE_SIZE
  for (const length of [
    1,
    99,
    100,
    511,
    512,
    PAGE_SIZE - 1,
    PAGE_SIZE,
    half,
    half + 1000,
    size - PAGE_SIZE,
    size - 1,
  ]) {
    yield damaged(sample, `cut off at ${length} of ${size}`, (file) => truncateSync(file, length))
  }
}

function* overwritten(sample: Sample, random: Random): Generator<DamagedFile> {
  const header = (what: string, change: (bytes: Buffer) => void) =>
    damaged(sample, `header: ${what}`, (file) => bytes(file, change))
  yield header('zeros', (content) => content.fill(0, 0, HEADER_BYTES))
  yield header('noise', (content) => noise(random, HEADER_BYTES).copy(content))
  yield header('text', (content) => content.write('\n# Notes\n\nSomebody saved these here.\n'))
  yield header('another page size', (content) => content.writeUInt16BE(8192, 16))
  yield header('no page size', (content) => content.writeUInt16BE(0, 16))
  yield header('fewer pages', (content) => content.writeUInt32BE(7, 28))
  yield header('more pages', (content) => content.writeUInt32BE(100_000, 28))
  yield header('another journal', (content) => content.fill(3 - content.readUInt8(18), 18, 20))
  yield header('a journal of the future', (content) => content.fill(9, 18, 20))
  yield header('free pages', (content) => content.writeUInt32BE(5, 32))
  yield header('another encoding', (content) => content.writeUInt32BE(2, 56))
  yield header('another schema form', (content) => content.writeUInt32BE(9, 44))
  yield header('all of its page', (content) => content.fill(0, 0, PAGE_SIZE))
}

interface Page {
  readonly page: number
  readonly name: string
  readonly sort: string
  readonly cells: number
}

function pagesIn(sample: Sample): readonly Page[] {
  const database = new Database(join(sample.folder, 'agent.db'), { readonly: true })
  const sql = 'SELECT pageno AS page, name, pagetype AS sort, ncell AS cells FROM dbstat WHERE pageno > 1'
  const pages = database.prepare<[], Page>(sql).all()
  database.close()
  const size = statSync(join(sample.folder, 'agent.db')).size
  return pages.filter(({ page }) => page * PAGE_SIZE <= size)
}

/** One page of each sort of every table and index, in two ways each. */
function* pagesOf(sample: Sample, random: Random): Generator<DamagedFile> {
  const pages = pagesIn(sample)
  const sorts = new Map<string, Page[]>()
  for (const page of pages) {
    const key = `${page.sort} page of ${page.name}`
    sorts.set(key, [...(sorts.get(key) ?? []), page])
  }
  for (const [what, some] of sorts) {
    const { page, cells, name, sort } = random.pick(some)
    const isLast = sort !== 'internal' && name !== 'sqlite_schema'
    // A merge that has lost its links cannot be proven.
    const rows = name === 'commit_parents' ? cells * 2 : cells
    const expects = isLast ? { mostLost: sort === 'overflow' ? 1 : rows } : {}
    const start = (page - 1) * PAGE_SIZE
    const ways: readonly (readonly [string, (content: Buffer) => void])[] = [
      ['zeroed', (content) => content.fill(0, start, start + PAGE_SIZE)],
      ['noise', (content) => noise(random, PAGE_SIZE).copy(content, start)],
      ['noise behind its header', (content) => noise(random, PAGE_SIZE - 8).copy(content, start + 8)],
      [
        'another page',
        (content) => {
          const from = (random.pick(pages).page - 1) * PAGE_SIZE
          content.copy(content, start, from, from + PAGE_SIZE)
        },
      ],
    ]
    for (const [way, change] of [ways[0] ?? random.pick(ways), random.pick(ways.slice(1))]) {
      yield damaged(sample, `${what}, page ${page}: ${way}`, (file) => bytes(file, change), expects)
    }
  }
}

/** Indexes that lead elsewhere than their tables say. */
function* wrongIndexes(sample: Sample, random: Random): Generator<DamagedFile> {
  const database = new Database(join(sample.folder, 'agent.db'), { readonly: true })
  const names = database
    .prepare<[], string>("SELECT name FROM sqlite_master WHERE type = 'index'")
    .pluck()
    .all()
  database.close()
  const change = (file: string, work: (handle: Database.Database) => void) => {
    const handle = new Database(file)
    handle.unsafeMode(true)
    handle.pragma('writable_schema = ON')
    work(handle)
    handle.close()
  }
  for (let index = 0; index < WRONG_INDEXES; index++) {
    const [one, two] = [random.pick(names), random.pick(names)]
    yield damaged(sample, `index ${one} is ${two}`, (file) =>
      change(file, (handle) => {
        const root = handle.prepare('SELECT rootpage FROM sqlite_master WHERE name = ?').pluck()
        const set = handle.prepare('UPDATE sqlite_master SET rootpage = ? WHERE name = ?')
        const [first, second] = [root.get(one), root.get(two)]
        set.run(second, one)
        set.run(first, two)
      }),
    )
  }
  for (const table of ['commits', 'refs', 'operation_commits']) {
    yield damaged(sample, `the indexes of ${table} lead past a row`, (file) =>
      change(file, (handle) => {
        const columns = 'type, name, tbl_name, rootpage, sql'
        const where = "tbl_name = ? AND type = 'index' AND sql IS NOT NULL"
        const indexes = handle.prepare(`SELECT ${columns} FROM sqlite_master WHERE ${where}`).raw().all(table)
        handle.prepare(`DELETE FROM sqlite_master WHERE ${where}`).run(table)
        handle.pragma('writable_schema = RESET')
        handle.pragma('writable_schema = ON')
        // Without them in the schema, the indexes are not told.
        handle.exec(`UPDATE ${table} SET rowid = rowid + 1000 WHERE rowid = 2`)
        const insert = handle.prepare(`INSERT INTO sqlite_master (${columns}) VALUES (?, ?, ?, ?, ?)`)
        for (const index of indexes) insert.run(...(index as unknown[]))
      }),
    )
  }
}

/** Logs and journals that are cut, damaged, or another file's. */
function* besideIt(sample: Sample, other: Sample, random: Random): Generator<DamagedFile> {
  const otherLog = readFileSync(join(other.folder, 'agent.db-wal'))
  const beside = (what: string, end: string, content: Buffer, expects: Expectations = {}) =>
    damaged(sample, what, (file) => writeFileSync(`${file}${end}`, content), expects)
  yield beside('the log of another file', '-wal', otherLog, { isMixed: true })
  yield beside('a log of noise', '-wal', noise(random, FRAME_BYTES * 3), { mayBeEarlier: true })
  yield beside('an index of the log of noise', '-shm', noise(random, 32_768))
  yield beside('a short index of the log', '-shm', noise(random, 77))
  yield beside('a journal of noise', '-journal', noise(random, 9000))
  yield damaged(sample, 'the index of the log of another file', (file) => {
    const path = join(other.folder, 'agent.db-shm')
    if (existsSync(path)) writeFileSync(`${file}-shm`, readFileSync(path))
  })
  if (!existsSync(join(sample.folder, 'agent.db-wal'))) return
  const log = readFileSync(join(sample.folder, 'agent.db-wal'))
  if (log.length === 0) return
  const frames = Math.floor((log.length - LOG_HEADER_BYTES) / FRAME_BYTES)
  const earlier = { mayBeEarlier: true }
  for (const length of [
    0,
    10,
    LOG_HEADER_BYTES,
    LOG_HEADER_BYTES + FRAME_BYTES * Math.floor(frames / 2),
    log.length - 1,
  ]) {
    const cut = (file: string) => truncateSync(`${file}-wal`, length)
    yield damaged(sample, `log cut off at ${length} of ${log.length}`, cut, earlier)
  }
  yield damaged(sample, 'log that is gone', (file) => rmSync(`${file}-wal`), earlier)
  const header = Buffer.from(log)
  header.fill(0, 0, LOG_HEADER_BYTES)
  yield beside('log whose header is gone', '-wal', header, earlier)
  const middle = Buffer.from(log)
  noise(random, 500).copy(middle, LOG_HEADER_BYTES + FRAME_BYTES * Math.floor(frames / 2) + 100)
  yield beside('log damaged in its middle', '-wal', middle, earlier)
}
