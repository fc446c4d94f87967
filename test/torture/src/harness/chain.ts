import Database from 'better-sqlite3'
import { TRACT, type UnitName } from './units.js'

/** One commit of the branch, as a reader sees it that shares no code with the store. */
export interface ChainCommit extends UnitName {
  readonly hash: string
}

/** What stands in a file. */
export interface Contents {
  /** The commits that the branch reaches, newest first. */
  readonly chain: readonly ChainCommit[]
  /** All commits of the file. */
  readonly commits: number
  /** What `PRAGMA integrity_check` and `PRAGMA foreign_key_check` find, one sentence each. */
  readonly damage: readonly string[]
}

const CHAIN = `WITH RECURSIVE chain (hash, parent, metadata) AS (
  SELECT commit_hash, parent_hash, metadata_json FROM commits WHERE commit_hash = (
    SELECT commit_hash FROM refs WHERE tract_id = ? AND ref_name = 'refs/heads/main')
  UNION ALL
  SELECT commit_hash, parent_hash, metadata_json FROM commits JOIN chain ON commit_hash = chain.parent)
  SELECT hash, metadata FROM chain`

/** Reads a file with better-sqlite3 alone. */
export function readContents(file: string): Contents {
  const database = new Database(file, { readonly: true })
  try {
    const rows = database.prepare<[string], { hash: string; metadata: string }>(CHAIN).all(TRACT)
    const chain = rows.map(({ hash, metadata }) => ({ hash, ...(JSON.parse(metadata) as UnitName) }))
    const commits = database.prepare<[], number>('SELECT count(*) FROM commits').pluck().get() ?? 0
    const lines = database.prepare<[], string>('PRAGMA integrity_check').pluck().all()
    const damage = lines.filter((line) => line !== 'ok')
    const violations = database.prepare<[], string>('PRAGMA foreign_key_check').pluck().all()
    damage.push(...violations.map((table) => `${table} has a row that names a missing one`))
    return { chain, commits, damage }
  } finally {
    database.close()
  }
}
