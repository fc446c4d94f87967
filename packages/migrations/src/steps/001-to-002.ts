import type { QueryRunner } from 'typeorm'
import type { Step } from './step.js'
import { irreversible, Tables } from './tables.js'

const CREATE_TABLE = `CREATE TABLE commit_parents (
  commit_hash VARCHAR(64) NOT NULL,
  parent_hash VARCHAR(64) NOT NULL,
  position INTEGER NOT NULL,
  PRIMARY KEY (commit_hash, parent_hash),
  FOREIGN KEY (commit_hash) REFERENCES commits (commit_hash),
  FOREIGN KEY (parent_hash) REFERENCES commits (commit_hash)
)`
const CREATE_INDEX = 'CREATE INDEX ix_commit_parents_commit ON commit_parents (commit_hash)'

/** The columns of the early layouts of version 1, and what they are called now. */
const RENAMED = [
  { table: 'commits', before: 'repo_id', now: 'tract_id' },
  { table: 'refs', before: 'repo_id', now: 'tract_id' },
  { table: 'annotations', before: 'repo_id', now: 'tract_id' },
  { table: 'commits', before: 'reply_to', now: 'response_to' },
] as const

/** The indexes of the early layouts bear the columns' old names. */
const OLD_INDEXES = `SELECT name FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL
  AND tbl_name IN ('commits', 'refs', 'annotations') AND (name LIKE 'ix\\_%\\_repo\\_%' ESCAPE '\\' OR name LIKE 'ix\\_%\\_reply\\_to' ESCAPE '\\')`

const INDEXES = [
  {
    name: 'ix_commits_response_to',
    table: 'commits',
    columns: ['response_to'],
    sql: 'CREATE INDEX ix_commits_response_to ON commits (response_to)',
  },
  {
    name: 'ix_commits_tract_id',
    table: 'commits',
    columns: ['tract_id'],
    sql: 'CREATE INDEX ix_commits_tract_id ON commits (tract_id)',
  },
  {
    name: 'ix_commits_tract_time',
    table: 'commits',
    columns: ['tract_id', 'created_at'],
    sql: 'CREATE INDEX ix_commits_tract_time ON commits (tract_id, created_at)',
  },
  {
    name: 'ix_commits_tract_type',
    table: 'commits',
    columns: ['tract_id', 'content_type'],
    sql: 'CREATE INDEX ix_commits_tract_type ON commits (tract_id, content_type)',
  },
  {
    name: 'ix_annotations_tract_id',
    table: 'annotations',
    columns: ['tract_id'],
    sql: 'CREATE INDEX ix_annotations_tract_id ON annotations (tract_id)',
  },
] as const

/** Brings the four layouts of version 1 to one, and makes the table of merge parents. */
export class CommitParents implements Step {
  readonly name = '001-to-002'
  readonly from = 1
  readonly to = 2
  readonly summary = { creates: ['commit_parents'], moves: [], drops: [] }

  async up(runner: QueryRunner): Promise<void> {
    const tables = new Tables(runner)
    for (const { table, before, now } of RENAMED) {
      if ((await tables.has(table, before)) && !(await tables.has(table, now))) {
        await runner.query(`ALTER TABLE ${table} RENAME COLUMN ${before} TO ${now}`)
      }
    }
    if (
      (await tables.has('commits', 'tract_id')) &&
      !(await tables.has('commits', 'generation_config_json'))
    ) {
      await runner.query('ALTER TABLE commits ADD COLUMN generation_config_json JSON')
    }
    const old: { name: string }[] = await runner.query(OLD_INDEXES)
    for (const { name } of old) await runner.query(`DROP INDEX "${name}"`)
    for (const { name, table, columns, sql } of INDEXES) {
      if ((await tables.has(table, ...columns)) && !(await tables.hasIndex(name))) await runner.query(sql)
    }
    if (await tables.has('commit_parents')) return
    await runner.query(CREATE_TABLE)
    await runner.query(CREATE_INDEX)
  }

  async down(): Promise<void> {
    irreversible(this.name)
  }
}
