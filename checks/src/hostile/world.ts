import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type History, history } from '@tract/history'
import { createDataSource, initializeDatabase, openStore, type SqliteStore } from '@tract/sqlite'
import type { DataSource } from 'typeorm'

/** What calls are made on. */
export interface World {
  /** A folder of its own, which is also where relative paths lead. */
  readonly folder: string
  readonly store: SqliteStore
  /** On the tract `agent`. */
  readonly agent: History
  readonly dataSource: DataSource
  /** A commit of that tract. */
  readonly hash: string
  readonly recordId: string
  /** Everything that the store and the DataSource hold, as text. */
  contents(): Promise<string>
  end(): Promise<void>
}

const TABLES = [
  ...['blobs', 'commits', 'commit_parents', 'refs', 'annotations', 'operation_events', 'operation_commits'],
  ...[
    'compile_records',
    'compile_effectives',
    'spawn_pointers',
    'policy_proposals',
    'policy_log',
    '_trace_meta',
  ],
]
const CONTENTS = `SELECT group_concat(n) || (SELECT group_concat(tract_id || ref_name || coalesce(commit_hash, ''))
  FROM refs) AS contents FROM (${TABLES.map((name) => `SELECT count(*) AS n FROM ${name}`).join(' UNION ALL ')})`

/** A store in memory with a tract in it, and a database of a DataSource. */
export async function newWorld(): Promise<World> {
  const folder = mkdtempSync(join(tmpdir(), 'tract-hostile-'))
  const before = process.cwd()
  process.chdir(folder)
  const store = await openStore(':memory:')
  const agent = history(store, 'agent')
  const { commitHash: hash } = await agent.commit({ content_type: 'dialogue', role: 'user', text: 'one' })
  await agent.commit({ content_type: 'dialogue', role: 'assistant', text: 'two' })
  await agent.branch('side', hash)
  const { recordId } = await agent.recordCompile()
  const other = history(store, 'other')
  await other.commit({ content_type: 'dialogue', role: 'user', text: 'three' })
  const dataSource = await createDataSource({ database: join(folder, 'source.db') }).initialize()
  await initializeDatabase(dataSource)
  return {
    ...{ folder, store, agent, dataSource, hash, recordId },
    async contents() {
      const inStore = await store.withManager((manager) => manager.query(CONTENTS))
      return JSON.stringify([inStore, await dataSource.query(CONTENTS)])
    },
    async end() {
      await store.close()
      await dataSource.destroy()
      process.chdir(before)
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
