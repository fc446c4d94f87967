/** The four layouts of version 1, oldest first; see the storage format. */
export type LegacyLayout = 'a' | 'b' | 'c' | 'd'

/** The three shapes of `compressions`: as the format lists it, as version 6 code made it, and the one without token columns. */
export type CompressionsShape = 'listed' | 'with-defaults' | 'without-tokens'

/** The names of the columns that a layout calls otherwise. */
export interface LayoutNames {
  readonly tract: 'repo_id' | 'tract_id'
  readonly response: 'reply_to' | 'response_to'
  readonly hasGenerationConfig: boolean
}

export function layoutNames(layout: LegacyLayout): LayoutNames {
  return {
    tract: layout === 'a' ? 'repo_id' : 'tract_id',
    response: layout === 'a' || layout === 'b' ? 'reply_to' : 'response_to',
    hasGenerationConfig: layout === 'd',
  }
}

/** The tables of version 1, as the original system makes them. */
export function version1Tables(layout: LegacyLayout): string[] {
  const { tract, response, hasGenerationConfig } = layoutNames(layout)
  const prefix = tract === 'repo_id' ? 'repo' : 'tract'
  return [
    `CREATE TABLE blobs (
	content_hash VARCHAR(64) NOT NULL, 
	payload_json TEXT NOT NULL, 
	byte_size INTEGER NOT NULL, 
	token_count INTEGER NOT NULL, 
	created_at DATETIME NOT NULL, 
	PRIMARY KEY (content_hash)
)`,
    TRACE_META,
    `CREATE TABLE commits (
	commit_hash VARCHAR(64) NOT NULL, 
	${tract} VARCHAR(64) NOT NULL, 
	parent_hash VARCHAR(64), 
	content_hash VARCHAR(64) NOT NULL, 
	content_type VARCHAR(50) NOT NULL, 
	operation VARCHAR(6) NOT NULL, 
	${response} VARCHAR(64), 
	message TEXT, 
	token_count INTEGER NOT NULL, 
	metadata_json JSON, ${hasGenerationConfig ? '\n\tgeneration_config_json JSON, ' : ''}
	created_at DATETIME NOT NULL, 
	PRIMARY KEY (commit_hash), 
	FOREIGN KEY(parent_hash) REFERENCES commits (commit_hash) ON DELETE SET NULL, 
	FOREIGN KEY(content_hash) REFERENCES blobs (content_hash), 
	FOREIGN KEY(${response}) REFERENCES commits (commit_hash) ON DELETE SET NULL
)`,
    `CREATE INDEX ix_commits_${response} ON commits (${response})`,
    `CREATE INDEX ix_commits_${prefix}_id ON commits (${tract})`,
    `CREATE INDEX ix_commits_${prefix}_time ON commits (${tract}, created_at)`,
    `CREATE INDEX ix_commits_${prefix}_type ON commits (${tract}, content_type)`,
    `CREATE TABLE refs (
	${tract} VARCHAR(64) NOT NULL, 
	ref_name VARCHAR(255) NOT NULL, 
	commit_hash VARCHAR(64), 
	symbolic_target VARCHAR(255), 
	PRIMARY KEY (${tract}, ref_name), 
	FOREIGN KEY(commit_hash) REFERENCES commits (commit_hash)
)`,
    `CREATE TABLE annotations (
	id INTEGER NOT NULL, 
	${tract} VARCHAR(64) NOT NULL, 
	target_hash VARCHAR(64) NOT NULL, 
	priority VARCHAR(6) NOT NULL, 
	reason TEXT, 
	created_at DATETIME NOT NULL, 
	PRIMARY KEY (id), 
	FOREIGN KEY(target_hash) REFERENCES commits (commit_hash)
)`,
    'CREATE INDEX ix_annotations_target_time ON annotations (target_hash, created_at)',
    `CREATE INDEX ix_annotations_${prefix}_id ON annotations (${tract})`,
  ]
}

const TRACE_META = `CREATE TABLE _trace_meta (
	"key" VARCHAR(255) NOT NULL, 
	value TEXT NOT NULL, 
	PRIMARY KEY ("key")
)`

/** What version 2 added. */
export const VERSION_2_TABLES = [
  `CREATE TABLE commit_parents (
	commit_hash VARCHAR(64) NOT NULL, 
	parent_hash VARCHAR(64) NOT NULL, 
	position INTEGER NOT NULL, 
	PRIMARY KEY (commit_hash, parent_hash), 
	FOREIGN KEY(commit_hash) REFERENCES commits (commit_hash), 
	FOREIGN KEY(parent_hash) REFERENCES commits (commit_hash)
)`,
  'CREATE INDEX ix_commit_parents_commit ON commit_parents (commit_hash)',
]

/** What version 3 added. */
export function version3Tables(shape: CompressionsShape): string[] {
  return [
    ...COMPRESSIONS[shape],
    ...['compression_sources', 'compression_results'].map(
      (table) => `CREATE TABLE ${table} (
	compression_id VARCHAR(64) NOT NULL, 
	commit_hash VARCHAR(64) NOT NULL, 
	position INTEGER NOT NULL, 
	PRIMARY KEY (compression_id, commit_hash), 
	FOREIGN KEY(compression_id) REFERENCES compressions (compression_id), 
	FOREIGN KEY(commit_hash) REFERENCES commits (commit_hash)
)`,
    ),
  ]
}

const COMPRESSIONS: Readonly<Record<CompressionsShape, readonly string[]>> = {
  listed: [
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
  'with-defaults': [
    `CREATE TABLE compressions (
	compression_id VARCHAR(64) PRIMARY KEY, 
	tract_id VARCHAR(64) NOT NULL, 
	branch_name VARCHAR(255), 
	created_at DATETIME NOT NULL, 
	original_tokens INTEGER NOT NULL DEFAULT 0, 
	compressed_tokens INTEGER NOT NULL DEFAULT 0, 
	target_tokens INTEGER, 
	instructions TEXT
)`,
  ],
  'without-tokens': [
    `CREATE TABLE compressions (
	compression_id VARCHAR(64) PRIMARY KEY, 
	tract_id VARCHAR(64) NOT NULL, 
	branch_name VARCHAR(255), 
	target_tokens INTEGER, 
	instructions TEXT, 
	created_at DATETIME NOT NULL
)`,
  ],
}

/** What version 4 added; in the first such files a child may have several parents. */
export function version4Tables(isUnique: boolean): string[] {
  return [
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
	FOREIGN KEY(parent_commit_hash) REFERENCES commits (commit_hash) ON DELETE SET NULL${isUnique ? ', \n\tUNIQUE (child_tract_id)' : ''}
)`,
    'CREATE INDEX ix_spawn_child_tract ON spawn_pointers (child_tract_id)',
    'CREATE INDEX ix_spawn_parent_tract ON spawn_pointers (parent_tract_id)',
  ]
}

/** What version 5 added. */
export const VERSION_5_TABLES = [
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
]

/** What version 6 added. */
export const VERSION_6_TABLES = [
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
  'CREATE INDEX ix_operation_events_compressed_tokens ON operation_events (compressed_tokens)',
  'CREATE INDEX ix_operation_events_original_tokens ON operation_events (original_tokens)',
  'CREATE INDEX ix_operation_events_tract_id ON operation_events (tract_id)',
  'CREATE INDEX ix_operation_events_tract_type ON operation_events (tract_id, event_type)',
  `CREATE TABLE operation_commits (
	event_id VARCHAR(64) NOT NULL, 
	commit_hash VARCHAR(64) NOT NULL, 
	role VARCHAR(10) NOT NULL, 
	position INTEGER NOT NULL, 
	PRIMARY KEY (event_id, commit_hash, role), 
	FOREIGN KEY(event_id) REFERENCES operation_events (event_id), 
	FOREIGN KEY(commit_hash) REFERENCES commits (commit_hash)
)`,
  'CREATE INDEX ix_operation_commits_event ON operation_commits (event_id)',
  'CREATE INDEX ix_operation_commits_hash_role ON operation_commits (commit_hash, role)',
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
  'CREATE INDEX ix_compile_records_tract_id ON compile_records (tract_id)',
  'CREATE INDEX ix_compile_records_tract_time ON compile_records (tract_id, created_at)',
  `CREATE TABLE compile_effectives (
	record_id VARCHAR(64) NOT NULL, 
	commit_hash VARCHAR(64) NOT NULL, 
	position INTEGER NOT NULL, 
	PRIMARY KEY (record_id, commit_hash), 
	FOREIGN KEY(record_id) REFERENCES compile_records (record_id), 
	FOREIGN KEY(commit_hash) REFERENCES commits (commit_hash)
)`,
]
