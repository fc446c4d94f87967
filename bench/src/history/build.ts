import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openStore } from '@tract/sqlite'
import Database from 'better-sqlite3'
import type { History } from './history.js'
import { Random } from './random.js'
import { writeHistory } from './tracts.js'
import { HistoryWriter } from './writer.js'

/** Changes with whatever changes the files, so that an old one is not taken for today's. */
const EDITION = 1

/** Where histories are kept between runs: making a million commits takes a minute. */
export function cacheFolder(): string {
  const folder = join(tmpdir(), `tract-bench-${EDITION}`)
  mkdirSync(folder, { recursive: true })
  return folder
}

/**
 * A file with so many commits: conversations like those of the demo, and four tracts of the sizes that the questions
 * ask for. Always the same for the same size; made once and kept.
 */
export async function historyOf(commits: number): Promise<History> {
  const path = join(cacheFolder(), `history-${commits}.db`)
  const description = `${path}.json`
  if (existsSync(path) && existsSync(description))
    return JSON.parse(readFileSync(description, 'utf8')) as History
  const unfinished = `${path}.${process.pid}`
  rmSync(unfinished, { force: true })
  const store = await openStore(unfinished)
  await store.close()
  const history = { ...fill(unfinished, commits), path }
  renameSync(unfinished, path)
  writeFileSync(description, JSON.stringify(history))
  return history
}

function fill(path: string, commits: number): Omit<History, 'path'> {
  const db = new Database(path)
  for (const setting of ['journal_mode = MEMORY', 'synchronous = OFF', 'cache_size = -1000000'])
    db.pragma(setting)
  db.pragma('foreign_keys = OFF')
  const random = new Random(commits)
  const writer = new HistoryWriter(db, random)
  const history = db.transaction(() => writeHistory(writer, random, commits))()
  db.pragma('foreign_key_check')
  db.pragma('journal_mode = WAL')
  db.close()
  return history
}
