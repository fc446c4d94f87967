import type { QueryRunner } from 'typeorm'
import type { Step } from './step.js'
import { createMissing, irreversible } from './tables.js'

const POLICIES = [
  {
    table: 'policy_proposals',
    sql: [
      `CREATE TABLE policy_proposals (
  proposal_id VARCHAR(64) NOT NULL,
  tract_id VARCHAR(64) NOT NULL,
  policy_name VARCHAR(100) NOT NULL,
  action_type VARCHAR(50) NOT NULL,
  action_params_json JSON,
  reason TEXT,
  status VARCHAR(20) NOT NULL,
  created_at DATETIME NOT NULL,
  resolved_at DATETIME,
  PRIMARY KEY (proposal_id)
)`,
      'CREATE INDEX ix_policy_proposals_tract_id ON policy_proposals (tract_id)',
      'CREATE INDEX ix_policy_proposals_tract_status ON policy_proposals (tract_id, status)',
    ],
  },
  {
    table: 'policy_log',
    sql: [
      `CREATE TABLE policy_log (
  id INTEGER NOT NULL,
  tract_id VARCHAR(64) NOT NULL,
  policy_name VARCHAR(100) NOT NULL,
  "trigger" VARCHAR(20) NOT NULL,
  action_type VARCHAR(50),
  reason TEXT,
  outcome VARCHAR(20) NOT NULL,
  commit_hash VARCHAR(64),
  error_message TEXT,
  created_at DATETIME NOT NULL,
  PRIMARY KEY (id)
)`,
      'CREATE INDEX ix_policy_log_tract_id ON policy_log (tract_id)',
      'CREATE INDEX ix_policy_log_tract_time ON policy_log (tract_id, created_at)',
    ],
  },
]

/** Makes the tables of policies. */
export class Policies implements Step {
  readonly name = '004-to-005'
  readonly from = 4
  readonly to = 5
  readonly summary = { creates: POLICIES.map(({ table }) => table), moves: [], drops: [] }

  async up(runner: QueryRunner): Promise<void> {
    await createMissing(runner, POLICIES)
  }

  async down(): Promise<void> {
    irreversible(this.name)
  }
}
