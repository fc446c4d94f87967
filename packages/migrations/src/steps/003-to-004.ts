import type { QueryRunner } from 'typeorm'
import type { Step } from './step.js'
import { createMissing, irreversible } from './tables.js'

const SPAWN_POINTERS = {
  table: 'spawn_pointers',
  sql: [
    `CREATE TABLE spawn_pointers (
  id INTEGER NOT NULL,
  parent_tract_id VARCHAR(64) NOT NULL,
  parent_commit_hash VARCHAR(64),
  child_tract_id VARCHAR(64) NOT NULL,
  purpose TEXT NOT NULL,
  inheritance_mode VARCHAR(20) NOT NULL,
  display_name VARCHAR(255),
  created_at DATETIME NOT NULL,
  PRIMARY KEY (id),
  FOREIGN KEY (parent_commit_hash) REFERENCES commits (commit_hash) ON DELETE SET NULL,
  UNIQUE (child_tract_id)
)`,
    'CREATE INDEX ix_spawn_child_tract ON spawn_pointers (child_tract_id)',
    'CREATE INDEX ix_spawn_parent_tract ON spawn_pointers (parent_tract_id)',
  ],
}

/** Makes the table that says which agent started which. */
export class SpawnPointers implements Step {
  readonly name = '003-to-004'
  readonly from = 3
  readonly to = 4
  readonly summary = { creates: ['spawn_pointers'], moves: [], drops: [] }

  async up(runner: QueryRunner): Promise<void> {
    await createMissing(runner, [SPAWN_POINTERS])
  }

  async down(): Promise<void> {
    irreversible(this.name)
  }
}
