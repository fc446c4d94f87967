/** The structure of version 6, frozen: the tables in an order in which each comes after those it refers to. */
export const TABLES: ReadonlyMap<string, string> = new Map([
  [
    'blobs',
    `CREATE TABLE blobs (
  content_hash VARCHAR(64) NOT NULL,
  payload_json TEXT NOT NULL,
  byte_size INTEGER NOT NULL,
  token_count INTEGER NOT NULL,
  created_at DATETIME NOT NULL,
  PRIMARY KEY (content_hash)
)`,
  ],
  [
    'commits',
    `CREATE TABLE commits (
  commit_hash VARCHAR(64) NOT NULL,
  tract_id VARCHAR(64) NOT NULL,
  parent_hash VARCHAR(64),
  content_hash VARCHAR(64) NOT NULL,
  content_type VARCHAR(50) NOT NULL,
  operation VARCHAR(6) NOT NULL,
  response_to VARCHAR(64),
  message TEXT,
  token_count INTEGER NOT NULL,
  metadata_json JSON,
  generation_config_json JSON,
  created_at DATETIME NOT NULL,
  PRIMARY KEY (commit_hash),
  FOREIGN KEY (parent_hash) REFERENCES commits (commit_hash) ON DELETE SET NULL,
  FOREIGN KEY (content_hash) REFERENCES blobs (content_hash),
  FOREIGN KEY (response_to) REFERENCES commits (commit_hash) ON DELETE SET NULL
)`,
  ],
  [
    'commit_parents',
    `CREATE TABLE commit_parents (
  commit_hash VARCHAR(64) NOT NULL,
  parent_hash VARCHAR(64) NOT NULL,
  position INTEGER NOT NULL,
  PRIMARY KEY (commit_hash, parent_hash),
  FOREIGN KEY (commit_hash) REFERENCES commits (commit_hash),
  FOREIGN KEY (parent_hash) REFERENCES commits (commit_hash)
)`,
  ],
  [
    'refs',
    `CREATE TABLE refs (
  tract_id VARCHAR(64) NOT NULL,
  ref_name VARCHAR(255) NOT NULL,
  commit_hash VARCHAR(64),
  symbolic_target VARCHAR(255),
  PRIMARY KEY (tract_id, ref_name),
  FOREIGN KEY (commit_hash) REFERENCES commits (commit_hash)
)`,
  ],
  [
    'annotations',
    `CREATE TABLE annotations (
  id INTEGER NOT NULL,
  tract_id VARCHAR(64) NOT NULL,
  target_hash VARCHAR(64) NOT NULL,
  priority VARCHAR(6) NOT NULL,
  reason TEXT,
  created_at DATETIME NOT NULL,
  PRIMARY KEY (id),
  FOREIGN KEY (target_hash) REFERENCES commits (commit_hash)
)`,
  ],
  [
    'operation_events',
    `CREATE TABLE operation_events (
  event_id VARCHAR(64) NOT NULL,
  tract_id VARCHAR(64) NOT NULL,
  event_type VARCHAR(30) NOT NULL,
  branch_name VARCHAR(255),
  created_at DATETIME NOT NULL,
  original_tokens INTEGER NOT NULL,
  compressed_tokens INTEGER NOT NULL,
  params_json JSON,
  PRIMARY KEY (event_id)
)`,
  ],
  [
    'operation_commits',
    `CREATE TABLE operation_commits (
  event_id VARCHAR(64) NOT NULL,
  commit_hash VARCHAR(64) NOT NULL,
  role VARCHAR(10) NOT NULL,
  position INTEGER NOT NULL,
  PRIMARY KEY (event_id, commit_hash, role),
  FOREIGN KEY (event_id) REFERENCES operation_events (event_id),
  FOREIGN KEY (commit_hash) REFERENCES commits (commit_hash)
)`,
  ],
  [
    'compile_records',
    `CREATE TABLE compile_records (
  record_id VARCHAR(64) NOT NULL,
  tract_id VARCHAR(64) NOT NULL,
  head_hash VARCHAR(64) NOT NULL,
  token_count INTEGER NOT NULL,
  commit_count INTEGER NOT NULL,
  token_source VARCHAR(50) NOT NULL,
  params_json JSON,
  created_at DATETIME NOT NULL,
  PRIMARY KEY (record_id)
)`,
  ],
  [
    'compile_effectives',
    `CREATE TABLE compile_effectives (
  record_id VARCHAR(64) NOT NULL,
  commit_hash VARCHAR(64) NOT NULL,
  position INTEGER NOT NULL,
  PRIMARY KEY (record_id, commit_hash),
  FOREIGN KEY (record_id) REFERENCES compile_records (record_id),
  FOREIGN KEY (commit_hash) REFERENCES commits (commit_hash)
)`,
  ],
  [
    'spawn_pointers',
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
  ],
  [
    'policy_proposals',
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
  ],
  [
    'policy_log',
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
  ],
  [
    '_trace_meta',
    `CREATE TABLE _trace_meta (
  "key" VARCHAR(255) NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY ("key")
)`,
  ],
])

/** The indexes of the original system's files. */
const ORIGINAL_INDEXES = [
  'CREATE INDEX ix_commits_response_to ON commits (response_to)',
  'CREATE INDEX ix_commits_tract_id ON commits (tract_id)',
  'CREATE INDEX ix_commits_tract_time ON commits (tract_id, created_at)',
  'CREATE INDEX ix_commits_tract_type ON commits (tract_id, content_type)',
  'CREATE INDEX ix_commit_parents_commit ON commit_parents (commit_hash)',
  'CREATE INDEX ix_annotations_target_time ON annotations (target_hash, created_at)',
  'CREATE INDEX ix_annotations_tract_id ON annotations (tract_id)',
  'CREATE INDEX ix_operation_events_compressed_tokens ON operation_events (compressed_tokens)',
  'CREATE INDEX ix_operation_events_original_tokens ON operation_events (original_tokens)',
  'CREATE INDEX ix_operation_events_tract_id ON operation_events (tract_id)',
  'CREATE INDEX ix_operation_events_tract_type ON operation_events (tract_id, event_type)',
  'CREATE INDEX ix_operation_commits_event ON operation_commits (event_id)',
  'CREATE INDEX ix_operation_commits_hash_role ON operation_commits (commit_hash, role)',
  'CREATE INDEX ix_compile_records_tract_id ON compile_records (tract_id)',
  'CREATE INDEX ix_compile_records_tract_time ON compile_records (tract_id, created_at)',
  'CREATE INDEX ix_spawn_child_tract ON spawn_pointers (child_tract_id)',
  'CREATE INDEX ix_spawn_parent_tract ON spawn_pointers (parent_tract_id)',
  'CREATE INDEX ix_policy_proposals_tract_id ON policy_proposals (tract_id)',
  'CREATE INDEX ix_policy_proposals_tract_status ON policy_proposals (tract_id, status)',
  'CREATE INDEX ix_policy_log_tract_id ON policy_log (tract_id)',
  'CREATE INDEX ix_policy_log_tract_time ON policy_log (tract_id, created_at)',
]

/** The indexes that the original system lacks. */
export const ADDITIONAL_INDEXES: readonly string[] = [
  'CREATE INDEX ix_commits_parent ON commits (parent_hash)',
  'CREATE INDEX ix_commits_content ON commits (content_hash)',
  'CREATE INDEX ix_commit_parents_parent ON commit_parents (parent_hash)',
  'CREATE INDEX ix_refs_commit ON refs (commit_hash)',
  'CREATE INDEX ix_compile_effectives_commit ON compile_effectives (commit_hash)',
  'CREATE INDEX ix_spawn_parent_commit ON spawn_pointers (parent_commit_hash)',
]

/** Every index, by its name. */
export const INDEXES: ReadonlyMap<string, string> = new Map(
  [...ORIGINAL_INDEXES, ...ADDITIONAL_INDEXES].map((sql) => [sql.split(' ')[2] ?? '', sql]),
)

/** The tables that version 6 brought. */
export const NEW_TABLES: readonly string[] = [
  'operation_events',
  'operation_commits',
  'compile_records',
  'compile_effectives',
]
