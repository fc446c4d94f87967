import { existsSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { type MigrationProgress, migrate, rollback } from '@tract/migrations'
import { createDataSource, openStore } from '@tract/sqlite'
import Database from 'better-sqlite3'
import { summarize, summarizeRatios } from '../harness/statistics.js'
import { ratioText, timeText } from '../harness/table.js'
import { cacheFolder } from '../history/build.js'
import { freshRandom } from '../history/random.js'
import { writeCompressed } from '../history/tracts.js'
import { HistoryWriter } from '../history/writer.js'
import { withCopy } from '../scratch.js'
import type { Study } from './study.js'

const TARGET = 1.3

// What the step moves, as someone would write it by hand who knows that no instruction needs escapes, and that under OR
// ROLLBACK SQLite keeps no journal for the statement.
const EVENTS = `
  INSERT OR ROLLBACK INTO operation_events (event_id, tract_id, event_type, branch_name, created_at, original_tokens,
    compressed_tokens, params_json)
  SELECT compression_id, tract_id, 'compress', branch_name, created_at, original_tokens, compressed_tokens,
    '{"target_tokens": ' || target_tokens || ', "instructions": ' || json_quote(instructions) || '}'
  FROM compressions`
const linksOf = (table: string, role: string) => `
  INSERT OR ROLLBACK INTO operation_commits (event_id, commit_hash, role, position)
  SELECT compression_id, commit_hash, '${role}', position FROM ${table}`

/** Moving compressions from version 5 to 6, against the same INSERT … SELECT by hand. */
export const migrating: Study = {
  name: 'migrating',
  title: 'Migrating from version 5 to 6',
  async run({ effort, quick }, progress) {
    const events = quick ? 200 : 20_000
    const source = await version5(events)
    const ours: number[] = []
    const byHand: number[] = []
    const whole: number[] = []
    await withCopy(source, async (migrated) => {
      await withCopy(source, async (copied) => {
        await timeOfMigration(migrated)
        await timeByHand(copied)
        if (!isDeepStrictEqual(rowsOf(migrated), rowsOf(copied))) {
          throw new Error('migrating: a migration and the statements by hand leave different rows')
        }
      })
    })
    for (let round = 0; round <= effort.rounds; round++) {
      progress(`migrating: round ${round}`)
      const migrated = await withCopy(source, timeOfMigration)
      const copied = await withCopy(source, timeByHand)
      // The first round warms up.
      if (round === 0) continue
      ours.push(migrated.copying)
      whole.push(migrated.whole)
      byHand.push(copied)
    }
    const ratio = summarizeRatios(ours, byHand)
    return {
      header: ['', 'copying', 'by hand', 'ratio', 'spread', 'target', 'the whole migration'],
      rows: [
        [
          `${events.toLocaleString('en')} compressions of 9 links`,
          timeText(summarize(ours).median),
          timeText(summarize(byHand).median),
          ratioText(ratio.median),
          `${ratioText(ratio.low)}–${ratioText(ratio.high)}`,
          `${ratio.median <= TARGET ? '≤' : 'above'} ${TARGET}`,
          timeText(summarize(whole).median),
        ],
      ],
      note: 'Copying is what the progress callback calls so; the whole includes checks, dropping and the commit, no backup.',
      data: { events, copying: summarize(ours), byHand: summarize(byHand), whole: summarize(whole), ratio },
    }
  },
}

async function version5(events: number): Promise<string> {
  const path = join(cacheFolder(), `version-5-${events}.db`)
  if (existsSync(path)) return path
  const unfinished = `${path}.${process.pid}`
  rmSync(unfinished, { force: true })
  const store = await openStore(unfinished)
  await store.close()
  const db = new Database(unfinished)
  db.pragma('synchronous = OFF')
  const random = freshRandom()
  db.transaction(() => writeCompressed(new HistoryWriter(db, random), random, events))()
  db.close()
  const dataSource = await createDataSource({ database: unfinished }).initialize()
  await rollback(dataSource, { backup: false, lossy: true })
  await dataSource.destroy()
  renameSync(unfinished, path)
  return path
}

/** What both sides have to come to. */
function rowsOf(path: string): readonly unknown[] {
  const db = new Database(path, { readonly: true })
  try {
    return ['operation_events', 'operation_commits'].map((table) =>
      db.prepare(`SELECT * FROM ${table} ORDER BY 1, 2, 3, 4`).raw().all(),
    )
  } finally {
    db.close()
  }
}

/** Nanoseconds of the whole and of its copying. */
async function timeOfMigration(path: string): Promise<{ whole: number; copying: number }> {
  const dataSource = await createDataSource({ database: path }).initialize()
  let copying = 0
  let since = process.hrtime.bigint()
  let phase: MigrationProgress['phase'] | null = null
  const onProgress = (progress: MigrationProgress) => {
    const now = process.hrtime.bigint()
    if (phase === 'copying') copying += Number(now - since)
    since = now
    phase = progress.phase
  }
  try {
    const start = process.hrtime.bigint()
    await migrate(dataSource, { backup: false, onProgress })
    return { whole: Number(process.hrtime.bigint() - start), copying }
  } finally {
    await dataSource.destroy()
  }
}

/** Nanoseconds of the three statements, under the settings of a migration. */
async function timeByHand(path: string): Promise<number> {
  const structure = `${path}.structure`
  const empty = await openStore(structure)
  await empty.close()
  const db = new Database(path)
  try {
    for (const setting of ['foreign_keys = OFF', 'synchronous = FULL', 'cache_size = -32768'])
      db.pragma(setting)
    db.exec('BEGIN IMMEDIATE')
    for (const sql of definitions(structure)) db.exec(sql)
    const start = process.hrtime.bigint()
    db.exec(EVENTS)
    db.exec(linksOf('compression_sources', 'source'))
    db.exec(linksOf('compression_results', 'result'))
    const nanoseconds = Number(process.hrtime.bigint() - start)
    db.exec('COMMIT')
    return nanoseconds
  } finally {
    db.close()
  }
}

/** The two tables that are filled, with their indexes, as a new file has them. */
function definitions(path: string): readonly string[] {
  const db = new Database(path, { readonly: true })
  try {
    return db
      .prepare<[], string>(
        `SELECT sql FROM sqlite_schema
        WHERE tbl_name IN ('operation_events', 'operation_commits') AND sql IS NOT NULL ORDER BY type DESC`,
      )
      .pluck()
      .all()
  } finally {
    db.close()
  }
}
