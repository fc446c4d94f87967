// What does moving many links cost beside the same INSERT … SELECT by hand, in time and memory?
// node bench/migration-copy.mjs [LINKS]
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { migrate } from '@tract/migrations'
import { legacyDatabase } from '@tract/testkit'
import Database from 'better-sqlite3'
import { DataSource } from 'typeorm'

const links = Number(process.argv[2] ?? 1_000_000)
const directory = mkdtempSync(join(tmpdir(), 'tract-bench-'))
const original = join(directory, 'v5.db')
const handle = new Database(original)
handle.exec(legacyDatabase(5, { links }))
handle.close()

/** The time of each phase, and the longest silence inside it. */
async function byMigrate(path) {
  const dataSource = new DataSource({ type: 'better-sqlite3', database: path })
  await dataSource.initialize()
  const phases = {}
  const silences = {}
  let last = performance.now()
  let current = 'looking'
  await migrate(dataSource, {
    onProgress: ({ phase, done, total }) => {
      const passed = performance.now() - last
      last += passed
      phases[current] = (phases[current] ?? 0) + passed
      silences[current] = Math.max(silences[current] ?? 0, Math.round(passed))
      current = phase === 'checking' && total > 0 && done < total ? 'checking links' : phase
    },
  })
  phases[current] = (phases[current] ?? 0) + performance.now() - last
  await dataSource.destroy()
  return { phases, silences }
}

/** The same statements by hand, on the tables of version 6 with their indexes. */
function byHand(path, structure) {
  const db = new Database(path)
  db.pragma('foreign_keys = OFF')
  for (const sql of structure) db.exec(sql)
  db.exec('BEGIN IMMEDIATE')
  const start = performance.now()
  db.exec(`INSERT INTO operation_events SELECT compression_id, tract_id, 'compress', branch_name, created_at,
    original_tokens, compressed_tokens, NULL FROM compressions`)
  for (const role of ['source', 'result']) {
    db.exec(
      `INSERT INTO operation_commits SELECT compression_id, commit_hash, '${role}', position FROM compression_${role}s`,
    )
  }
  const time = performance.now() - start
  db.exec('COMMIT')
  db.close()
  return time
}

const paths = ['migrated.db', 'hand.db'].map((name) => join(directory, name))
for (const path of paths) copyFileSync(original, path)
const { phases, silences } = await byMigrate(paths[0])
const memory = process.resourceUsage().maxRSS / 1024
const migrated = new Database(paths[0], { readonly: true })
const structure = migrated
  .prepare(
    "SELECT sql FROM sqlite_master WHERE tbl_name IN ('operation_events', 'operation_commits') AND sql IS NOT NULL ORDER BY type DESC",
  )
  .pluck()
  .all()
migrated.close()
const hand = byHand(paths[1], structure)
const rounded = Object.fromEntries(Object.entries(phases).map(([phase, ms]) => [phase, Math.round(ms)]))
console.log(`${links} links; ms by phase: ${JSON.stringify(rounded)}`)
console.log(
  `copying ${Math.round(phases.copying)} ms, by hand ${Math.round(hand)} ms: ratio ${(phases.copying / hand).toFixed(2)}`,
)
console.log(`longest silence by phase, ms: ${JSON.stringify(silences)}; memory ${Math.round(memory)} MB`)
rmSync(directory, { recursive: true })
