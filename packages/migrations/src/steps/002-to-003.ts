import type { QueryRunner } from 'typeorm'
import type { Step } from './step.js'
import { createMissing, irreversible } from './tables.js'

/** The three tables of compressions, as versions 3 to 5 have them. */
export const COMPRESSIONS = [
  {
    table: 'compressions',
    sql: [
      `CREATE TABLE compressions (
  compression_id VARCHAR(64) NOT NULL,
  tract_id VARCHAR(64) NOT NULL,
  branch_name VARCHAR(255),
  created_at DATETIME NOT NULL,
  original_tokens INTEGER NOT NULL,
  compressed_tokens INTEGER NOT NULL,
  target_tokens INTEGER,
  instructions TEXT,
  PRIMARY KEY (compression_id)
)`,
      'CREATE INDEX ix_compressions_tract_id ON compressions (tract_id)',
    ],
  },
  {
    table: 'compression_sources',
    sql: [
      `CREATE TABLE compression_sources (
  compression_id VARCHAR(64) NOT NULL,
  commit_hash VARCHAR(64) NOT NULL,
  position INTEGER NOT NULL,
  PRIMARY KEY (compression_id, commit_hash),
  FOREIGN KEY (compression_id) REFERENCES compressions (compression_id),
  FOREIGN KEY (commit_hash) REFERENCES commits (commit_hash)
)`,
    ],
  },
  {
    table: 'compression_results',
    sql: [
      `CREATE TABLE compression_results (
  compression_id VARCHAR(64) NOT NULL,
  commit_hash VARCHAR(64) NOT NULL,
  position INTEGER NOT NULL,
  PRIMARY KEY (compression_id, commit_hash),
  FOREIGN KEY (compression_id) REFERENCES compressions (compression_id),
  FOREIGN KEY (commit_hash) REFERENCES commits (commit_hash)
)`,
    ],
  },
] as const

/** Makes the tables of compressions. */
export class Compressions implements Step {
  readonly name = '002-to-003'
  readonly from = 2
  readonly to = 3
  readonly summary = { creates: COMPRESSIONS.map(({ table }) => table), moves: [], drops: [] }

  async up(runner: QueryRunner): Promise<void> {
    await createMissing(runner, COMPRESSIONS)
  }

  async down(): Promise<void> {
    irreversible(this.name)
  }
}
