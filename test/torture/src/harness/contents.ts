import Database from 'better-sqlite3'
import { companionId, TRACT, type UnitKind, type UnitName } from './units.js'

/** One commit of the branch, with the unit that wrote it. */
export interface ChainCommit extends UnitName {
  readonly hash: string
}

/** What stands in a file. */
export interface Contents {
  /** The commits that the branch reaches, newest first. */
  readonly chain: readonly ChainCommit[]
  /** How many commits the file holds. */
  readonly commits: number
  /** The events that have a source and a result, and the records that have an effective commit. */
  readonly companions: Readonly<Record<'event' | 'record', ReadonlySet<string>>>
  /** How many events and records there are, whole or not. */
  readonly companionRows: number
  /** What SQLite finds wrong with the file, one sentence each. */
  readonly damage: readonly string[]
}

const CHAIN = `WITH RECURSIVE chain (hash, parent, metadata) AS (
  SELECT commit_hash, parent_hash, metadata_json FROM commits WHERE commit_hash = (
    SELECT commit_hash FROM refs WHERE tract_id = ? AND ref_name = 'refs/heads/main')
  UNION ALL
  SELECT commit_hash, parent_hash, metadata_json FROM commits JOIN chain ON commit_hash = chain.parent)
  SELECT hash, metadata FROM chain`
const COMPANION_ROWS = `SELECT (SELECT count(*) FROM operation_events) + (SELECT count(*) FROM compile_records)`
const WHOLE_EVENTS = `SELECT event_id FROM operation_commits JOIN operation_events USING (event_id)
  GROUP BY event_id HAVING count(*) = 2 AND count(DISTINCT role) = 2`
const WHOLE_RECORDS = 'SELECT record_id FROM compile_effectives JOIN compile_records USING (record_id)'

/** Reads a file with better-sqlite3 alone, so that an error of the store's own is not read away by the store. */
export function readContents(file: string): Contents {
  const database = new Database(file, { readonly: true })
  const values = <Value>(sql: string) => database.prepare<[], Value>(sql).pluck().all()
  try {
    const rows = database.prepare<[string], { hash: string; metadata: string }>(CHAIN).all(TRACT)
    const chain = rows.map(({ hash, metadata }) => ({ hash, ...(JSON.parse(metadata) as UnitName) }))
    return {
      chain,
      commits: values<number>('SELECT count(*) FROM commits')[0] ?? 0,
      companions: { event: new Set(values(WHOLE_EVENTS)), record: new Set(values(WHOLE_RECORDS)) },
      companionRows: values<number>(COMPANION_ROWS)[0] ?? 0,
      damage: damageOf(database),
    }
  } finally {
    database.close()
  }
}

/** What SQLite's own checks find. */
export function damageOf(database: Database.Database): readonly string[] {
  const lines = database.prepare<[], string>('PRAGMA integrity_check').pluck().all()
  const violations = database.prepare<[], string>('PRAGMA foreign_key_check').pluck().all()
  return [
    ...lines.filter((line) => line !== 'ok'),
    ...violations.map((table) => `${table} has a row that names a missing one`),
  ]
}

/** The units that stand half: a commit without its event or record, or the other way. One sentence each. */
export function halvesOf({ chain, companions, companionRows }: Contents): readonly string[] {
  const whole = (kind: UnitKind, hash: string) =>
    (kind !== 'event' && kind !== 'record') || companions[kind].has(companionId(hash))
  const halves = chain.filter(({ kind, hash }) => !whole(kind, hash))
  const expected = chain.filter(({ kind }) => kind === 'event' || kind === 'record').length
  const sentences = halves.map(
    ({ writer, number, kind }) => `the ${kind} of unit ${writer}:${number} is not whole`,
  )
  if (companionRows !== expected)
    sentences.push(`${companionRows} events and records are there, expected ${expected}`)
  return sentences
}
