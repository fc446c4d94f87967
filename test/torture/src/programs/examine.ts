// Opens damaged files one after the other, asks them for everything, and says of each what came of it.
import { copyFileSync, mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { exportBundle, type FindingKind, importBundle, type LostRow, verify } from '@tract/history'
import { type Store, TractError } from '@tract/repositories'
import { openStore } from '@tract/sqlite'
import {
  byKey,
  COVERED_TABLES,
  type Difference,
  differenceOfRows,
  type Row,
  type Rows,
  rowsIn,
} from '../harness/stored-rows.js'
import { instructions, say } from './program.js'

export interface ExamineInstructions {
  /** Folders with a file `agent.db` each, and what lies beside it. */
  readonly folders: readonly string[]
  /** A file with the rows before the damage. */
  readonly expected: string
}

/** What came of one file. */
export interface Examination {
  readonly folder: string
  /** What opening and verifying said, each in a few words; empty where nothing was noticed. */
  readonly reports: readonly string[]
  /** What the reads gave that did not fail; `null` where the file could not be opened. */
  readonly read: Difference | null
  /** Whether the rows that were read are some state that was committed before. */
  readonly salvage: Salvaged | null
  /** Why nothing could be salvaged. */
  readonly refusal: string | null
  /** What is no error of ours: a defect, whatever the file. */
  readonly defects: readonly string[]
}

export interface Salvaged {
  readonly difference: Difference
  /** Rows that are missing and that the list does not name. */
  readonly unnamed: readonly string[]
  readonly lost: number
  /** What is corrupt in a store that the salvage was imported into. */
  readonly corrupt: readonly string[]
}

const OF_TRACT = [
  ['commits', 'tract_id'],
  ['refs', 'tract_id'],
  ['operation_events', 'tract_id'],
  ['compile_records', 'tract_id'],
  ['spawn_pointers', 'child_tract_id'],
  ['policy_proposals', 'tract_id'],
  ['policy_log', 'tract_id'],
] as const

/** What no salvage may bring along: a record may be told to contradict its links, which no hash covers. */
const CORRUPT = new Set<FindingKind>([
  'payload_hash',
  'commit_hash',
  'parent_cycle',
  'unreadable',
  'database',
])

const { folders, expected: path } = instructions<ExamineInstructions>()
const expected = rowsIn(path)

async function examine(folder: string): Promise<Examination> {
  const copy = join(folder, 'copy')
  mkdirSync(copy)
  for (const name of readdirSync(folder))
    if (name !== 'copy') copyFileSync(join(folder, name), join(copy, name))
  const defects: string[] = []
  /** What a call gives; `undefined` where it fails, which is told to one list or the other. */
  const attempt = async <Result>(
    what: string,
    reports: string[],
    call: () => Promise<Result>,
  ): Promise<Result | undefined> => {
    try {
      return await call()
    } catch (error) {
      if (error instanceof TractError) reports.push(`${what}: ${error.code}`)
      else defects.push(`${what}: ${error instanceof Error ? error.stack : String(error)}`)
      return undefined
    }
  }
  const reports: string[] = []
  const store = await attempt('open', reports, () => openStore(join(folder, 'agent.db')))
  let read: Difference | null = null
  if (store !== undefined) {
    const verification = await attempt('verify', reports, () => verify(store))
    for (const { kind } of verification?.findings ?? []) reports.push(`verify: ${kind}`)
    const failures: string[] = []
    const rows = await readAll(store, (what, call) => attempt(what, failures, call))
    read = differenceOfRows(rows, expected)
    if (failures.length > 0) read = { ...read, missing: [] }
    await attempt('close', failures, () => store.close())
  }
  const refusals: string[] = []
  const salvage = await attempt('salvage', refusals, () =>
    salvageOf(join(copy, 'agent.db'), (what, call) => attempt(what, refusals, call)),
  )
  const [refusal = null] = refusals
  return { folder, reports: [...new Set(reports)], read, salvage: salvage ?? null, refusal, defects }
}

type Attempt = <Result>(what: string, call: () => Promise<Result>) => Promise<Result | undefined>

/** Everything that the repositories give, whatever fails beside it. */
async function readAll(store: Store, attempt: Attempt): Promise<Rows> {
  const rows: Record<string, Row[]> = {}
  const add = (table: string, found: readonly Row[] | undefined) => {
    const list = rows[table] ?? []
    rows[table] = list
    list.push(...(found ?? []))
  }
  for (const tractId of (await attempt('tracts', () => store.commits.getTractIds())) ?? []) {
    const commits = (await attempt('commits', () => store.commits.getAll(tractId))) ?? []
    await attempt('config', () => store.commits.getByConfig(tractId, []))
    await attempt('head', () => store.refs.getHead(tractId))
    const hashes = (await attempt('hashes', () => store.commits.getHashes(tractId))) ?? []
    for (const { commitHash, contentHash } of commits) {
      await attempt('commit', () => store.commits.get(commitHash))
      await attempt('blob', () => store.blobs.get(contentHash))
      await attempt('annotations', () => store.annotations.getHistory(commitHash))
    }
    await attempt('ancestors', () => store.commits.getAncestors(hashes.at(-1) ?? 'none'))
    for (const eventId of (await attempt('events', () => store.operationEvents.getAllIds(tractId))) ?? []) {
      await attempt('event', () => store.operationEvents.getEvent(eventId))
      await attempt('links', () => store.operationEvents.getCommits(eventId))
    }
    for (const recordId of (await attempt('records', () => store.compileRecords.getAllIds(tractId))) ?? []) {
      await attempt('record', () => store.compileRecords.getRecord(recordId))
      await attempt('effectives', () => store.compileRecords.getEffectives(recordId))
    }
    await attempt('spawns', () => store.spawnPointers.getAll(tractId))
    await attempt('proposals', () => store.policies.getPendingProposals(tractId))
    await attempt('log', () => store.policies.getLog(tractId))
    for (const [table, column] of OF_TRACT) {
      add(table, await attempt(table, () => store.storedRows.read(table, column, [tractId])))
    }
    for (const hash of hashes) {
      const [row] = rows.commits?.filter(({ commit_hash }) => commit_hash === hash) ?? []
      const content = row === undefined ? [] : [String(row.content_hash)]
      add('blobs', await attempt('blobs', () => store.storedRows.read('blobs', 'content_hash', content)))
      add(
        'commit_parents',
        await attempt('parents', () => store.storedRows.read('commit_parents', 'commit_hash', [hash])),
      )
      add(
        'annotations',
        await attempt('annotated', () => store.storedRows.read('annotations', 'target_hash', [hash])),
      )
    }
    for (const { event_id } of rows.operation_events ?? []) {
      const id = String(event_id)
      add(
        'operation_commits',
        await attempt('linked', () => store.storedRows.read('operation_commits', 'event_id', [id])),
      )
    }
    for (const { record_id } of rows.compile_records ?? []) {
      const id = String(record_id)
      add(
        'compile_effectives',
        await attempt('shown', () => store.storedRows.read('compile_effectives', 'record_id', [id])),
      )
    }
  }
  return Object.fromEntries(Object.entries(rows).map(([table, list]) => [table, byKey(table, list)]))
}

async function salvageOf(file: string, attempt: Attempt): Promise<Salvaged | undefined> {
  const store = await openStore(file, { readonly: true, salvage: true })
  const lines: string[] = []
  const bundle = exportBundle(store, { salvage: true })
  for await (const line of bundle) lines.push(line)
  await store.close()
  const rows: Record<string, Row[]> = {}
  const lost: LostRow[] = []
  for (const line of lines) {
    const value = JSON.parse(line)
    if (value.row !== undefined) {
      const list = rows[value.table] ?? []
      rows[value.table] = list
      list.push(value.row)
    } else if (value.lost?.table !== undefined) lost.push(value.lost)
  }
  const found = Object.fromEntries(Object.entries(rows).map(([table, list]) => [table, byKey(table, list)]))
  const difference = differenceOfRows(found, expected)
  const unnamed = difference.missing
    .filter((name) => !lost.some((one) => names(one, name)))
    .filter((name) => !isRenamed(name, difference))
  const corrupt = await attempt('import', () => corruptionAfterImport(lines))
  return { difference, unnamed, lost: lost.length, corrupt: corrupt ?? ['the salvage could not be imported'] }
}

/** Whether a loss is that of a missing row: by its key, by something of it, or by its table alone. */
function names({ table, key, found, message }: LostRow, missing: string): boolean {
  if (!missing.startsWith(`${table} `)) return false
  const values = Object.values(key)
  if (values.length === 0 || table === 'annotations' || table === 'policy_log' || table === 'spawn_pointers')
    return true
  const text = [...values, ...Object.values(found), message].join(' ')
  return missing
    .slice(table.length + 1)
    .split(' ')
    .some((part) => text.includes(part))
}

/** Whether it may be that a row is there with another key: where no hash covers it, it is another row then. */
function isRenamed(missing: string, { uncovered }: Difference): boolean {
  const [table = ''] = missing.split(' ')
  return !COVERED_TABLES.includes(table) && uncovered.some((row) => row.startsWith(`${table} `))
}

async function corruptionAfterImport(lines: readonly string[]): Promise<readonly string[]> {
  await using store = await openStore(':memory:')
  await importBundle(store, lines, { allowGaps: true })
  const { findings } = await verify(store)
  return findings.flatMap(({ kind, at }) => (CORRUPT.has(kind) ? `${kind} at ${at}` : []))
}

for (const folder of folders) {
  say(`begin ${folder}`)
  say(`end ${JSON.stringify(await examine(folder))}`)
}
