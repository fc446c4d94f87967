import { existsSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { openStore } from '@tract/sqlite'
import Database from 'better-sqlite3'
import { cacheFolder } from './build.js'
import { messageAt } from './messages.js'
import { Random } from './random.js'
import { HistoryWriter, type Written } from './writer.js'

/** The tract that the chain belongs to, and that compressed every eight of its commits. */
export const LONG_TRACT = 'a-long-tract'
const SOURCES_OF_EVENT = 8

export interface LongChain {
  readonly path: string
  readonly length: number
  readonly head: string
  /** A commit that has a thousand ancestors. */
  readonly early: string
}

const EARLY = 1_000

/** A file whose commits are one chain. Always the same for the same length; made once and kept. */
export async function longChainOf(length: number): Promise<LongChain> {
  const path = join(cacheFolder(), `chain-${length}.db`)
  if (!existsSync(path)) {
    const unfinished = `${path}.${process.pid}`
    rmSync(unfinished, { force: true })
    const store = await openStore(unfinished)
    await store.close()
    fill(unfinished, length)
    renameSync(unfinished, path)
  }
  const db = new Database(path, { readonly: true })
  const at = db.prepare<[number], string>('SELECT commit_hash FROM commits WHERE rowid = ?').pluck()
  const chain = { path, length, head: at.get(length) ?? '', early: at.get(Math.min(EARLY, length)) ?? '' }
  db.close()
  return chain
}

function fill(path: string, length: number): void {
  const db = new Database(path)
  for (const setting of ['journal_mode = MEMORY', 'synchronous = OFF', 'cache_size = -1000000'])
    db.pragma(setting)
  db.pragma('foreign_keys = OFF')
  const random = new Random(length)
  const writer = new HistoryWriter(db, random)
  db.transaction(() => {
    let last: Written | null = null
    let sources: string[] = []
    for (let place = 0; place < length; place++) {
      last = writer.append(LONG_TRACT, last, messageAt(place, random))
      sources.push(last.commit)
      if (sources.length < SOURCES_OF_EVENT) continue
      writer.event(LONG_TRACT, sources, last.commit)
      sources = []
    }
    if (last !== null) writer.point(LONG_TRACT, last.commit)
  })()
  db.pragma('journal_mode = WAL')
  db.close()
}
