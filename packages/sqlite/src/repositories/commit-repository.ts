import {
  AmbiguousPrefixError,
  type AncestorOptions,
  type CommitInput,
  CommitInUseError,
  CommitRepository,
  type ConfigCondition,
  InvalidInputError,
} from '@tract/repositories'
import { CommitOperation, type CommitRow } from '@tract/schema'
import { meetsConditions, readConditions } from '../config-condition.js'
import type { Connection } from '../connection.js'
import {
  checkId,
  checkLimit,
  checkMember,
  checkText,
  describe,
  ID_LENGTH,
  readIds,
  readOptions,
} from '../input.js'
import { byKey } from '../lookup.js'
import type { Session } from '../session.js'

const COMMIT = 'SELECT commits.* FROM commits WHERE commit_hash = ?'
const COMMITS =
  'SELECT commits.* FROM json_each(?) AS wanted CROSS JOIN commits ON commits.commit_hash = wanted.value'
const CHILDREN = 'SELECT commits.* FROM commits WHERE parent_hash = ? ORDER BY created_at, rowid'
const BY_TYPE = `
  SELECT commits.* FROM commits WHERE tract_id = ? AND content_type = ? ORDER BY created_at, rowid`
const BY_TRACT = 'SELECT commits.* FROM commits WHERE tract_id = ? ORDER BY created_at, rowid'
const WITH_CONFIG = `
  SELECT commits.* FROM commits
  WHERE tract_id = ? AND generation_config_json IS NOT NULL
  ORDER BY created_at, rowid`

// The rows of a recursive query leave its queue first in, first out, so the chain comes newest first and a LIMIT
// outside stops the walk (https://www.sqlite.org/lang_with.html). UNION drops what was met before: a cycle ends it.
const CHAIN = `
  WITH RECURSIVE chain (id, parent_hash) AS (
    SELECT rowid, parent_hash FROM commits WHERE commit_hash = ?
    UNION
    SELECT parent.rowid, parent.parent_hash
    FROM chain CROSS JOIN commits AS parent ON parent.commit_hash = chain.parent_hash
  )
  SELECT commits.* FROM chain CROSS JOIN commits ON commits.rowid = chain.id`
const ANCESTORS = `${CHAIN} LIMIT ?`
const ANCESTORS_OF_OPERATION = `${CHAIN} WHERE commits.operation = ? LIMIT ?`
const WITHOUT_LIMIT = -1

const MOST_CANDIDATES = 100
const BY_PREFIX = `
  SELECT commits.* FROM commits WHERE commit_hash >= ? AND commit_hash < ? ORDER BY commit_hash LIMIT ?`
const BY_PREFIX_IN_TRACT = `
  SELECT commits.* FROM commits
  WHERE commit_hash >= ? AND commit_hash < ? AND +tract_id = ? ORDER BY commit_hash LIMIT ?`
const SHORTEST_PREFIX = 4
const BEHIND_EVERY_CHARACTER = '\u{10ffff}'

const EVENTS_NAMING =
  'SELECT DISTINCT event_id FROM operation_commits WHERE commit_hash = ? ORDER BY event_id'
const RECORDS_NAMING = `
  SELECT record_id FROM compile_effectives WHERE commit_hash = ?
  UNION
  SELECT record_id FROM compile_records
  WHERE tract_id = (SELECT tract_id FROM commits WHERE commit_hash = ?) AND head_hash = ?
  ORDER BY record_id`
const DELETE_AS_CHILD = 'DELETE FROM commit_parents WHERE commit_hash = ?'
const DELETE_AS_PARENT = 'DELETE FROM commit_parents WHERE parent_hash = ?'
const DELETE_ANNOTATIONS = 'DELETE FROM annotations WHERE target_hash = ?'
const DELETE_REFS = 'DELETE FROM refs WHERE commit_hash = ?'
const DELETE = 'DELETE FROM commits WHERE commit_hash = ?'

const ANCESTOR_OPTIONS = new Set(['limit', 'operation'])

export class SqliteCommitRepository extends CommitRepository {
  readonly #session: Session

  constructor(session: Session) {
    super()
    this.#session = session
  }

  override async get(commitHash: string): Promise<CommitRow | null> {
    checkId('commitHash', commitHash)
    return this.#session.read((db) => db.commits.get(COMMIT, commitHash))
  }

  override async getMany(commitHashes: readonly string[]): Promise<Map<string, CommitRow>> {
    const wanted = JSON.stringify(readIds('commitHashes', commitHashes))
    const commits = await this.#session.read((db) => db.commits.all(COMMITS, wanted))
    return byKey(commits, (commit) => commit.commitHash)
  }

  override async save(commit: CommitInput): Promise<CommitRow> {
    const values = this.#session.tables.commits.encode(commit)
    return this.#session.write((db) => db.commits.insert(values))
  }

  override async getAncestors(
    commitHash: string,
    options: AncestorOptions = {},
  ): Promise<readonly CommitRow[]> {
    checkId('commitHash', commitHash)
    const { limit, operation } = readOptions('options', options, ANCESTOR_OPTIONS)
    if (limit !== undefined) checkLimit('options.limit', limit)
    const most = limit ?? WITHOUT_LIMIT
    if (operation === undefined) {
      return this.#session.read((db) => db.commits.all(ANCESTORS, commitHash, most))
    }
    checkMember('options.operation', operation, CommitOperation)
    const stored = operation.toUpperCase()
    return this.#session.read((db) => db.commits.all(ANCESTORS_OF_OPERATION, commitHash, stored, most))
  }

  override async getChildren(commitHash: string): Promise<readonly CommitRow[]> {
    checkId('commitHash', commitHash)
    return this.#session.read((db) => db.commits.all(CHILDREN, commitHash))
  }

  override async getByType(contentType: string, tractId: string): Promise<readonly CommitRow[]> {
    checkText('contentType', contentType)
    checkId('tractId', tractId)
    return this.#session.read((db) => db.commits.all(BY_TYPE, tractId, contentType))
  }

  override async getByConfig(
    tractId: string,
    conditions: readonly ConfigCondition[],
  ): Promise<readonly CommitRow[]> {
    checkId('tractId', tractId)
    const wanted = readConditions(conditions)
    if (wanted.length === 0) return this.getAll(tractId)
    return this.#session.read((db) => {
      const matching: CommitRow[] = []
      for (const commit of db.commits.each(WITH_CONFIG, tractId)) {
        if (meetsConditions(commit.generationConfigJson, wanted)) matching.push(commit)
      }
      return matching
    })
  }

  override async getByPrefix(prefix: string, tractId?: string): Promise<CommitRow | null> {
    checkText('prefix', prefix, ID_LENGTH)
    if ([...prefix].length < SHORTEST_PREFIX) {
      throw new InvalidInputError('prefix', describe(prefix), `at least ${SHORTEST_PREFIX} characters`)
    }
    if (tractId !== undefined) checkId('tractId', tractId)
    const end = prefix + BEHIND_EVERY_CHARACTER
    const matches = await this.#session.read((db) =>
      tractId === undefined
        ? db.commits.all(BY_PREFIX, prefix, end, MOST_CANDIDATES)
        : db.commits.all(BY_PREFIX_IN_TRACT, prefix, end, tractId, MOST_CANDIDATES),
    )
    if (matches.length > 1) {
      throw new AmbiguousPrefixError(
        prefix,
        matches.map((commit) => commit.commitHash),
      )
    }
    return matches[0] ?? null
  }

  override async getAll(tractId: string): Promise<readonly CommitRow[]> {
    checkId('tractId', tractId)
    return this.#session.read((db) => db.commits.all(BY_TRACT, tractId))
  }

  override async delete(commitHash: string): Promise<void> {
    checkId('commitHash', commitHash)
    await this.#session.writeTogether((db) => {
      assertNamedByNoRecord(db, commitHash)
      for (const sql of [DELETE_AS_CHILD, DELETE_AS_PARENT, DELETE_ANNOTATIONS, DELETE_REFS, DELETE]) {
        db.run(sql, commitHash)
      }
    })
  }
}

function assertNamedByNoRecord(db: Connection, commitHash: string): void {
  const eventIds = db.values(EVENTS_NAMING, commitHash).map(String)
  const recordIds = db.values(RECORDS_NAMING, commitHash, commitHash, commitHash).map(String)
  if (eventIds.length > 0 || recordIds.length > 0) {
    throw new CommitInUseError(commitHash, eventIds, recordIds)
  }
}
