import {
  AmbiguousPrefixError,
  type AncestorOptions,
  type CommitInput,
  CommitInUseError,
  CommitRepository,
  type CommitUnitInput,
  type CommitUse,
  type ConfigCondition,
  type HashOptions,
  InvalidInputError,
  type IterateAncestorsOptions,
} from '@tract/repositories'
import { CommitOperation, type CommitRow } from '@tract/schema'
import type { Bound } from '../column.js'
import { meetsConditions, readConditions } from '../config-condition.js'
import type { Connection } from '../connection.js'
import {
  checkId,
  checkLimit,
  checkMember,
  checkObject,
  checkText,
  describe,
  ID_LENGTH,
  readIdList,
  readIdsAsJson,
  readingInput,
  readOptions,
} from '../input.js'
import { byKey } from '../lookup.js'
import type { Session } from '../session.js'
import type { TableForms } from '../table-forms.js'
import { KEEP_FIRST_BLOB } from './blob-repository.js'
import { ANCESTORS, ANCESTORS_OF_OPERATION, WITHOUT_LIMIT } from './chain.js'
import { iterateChain, iterateHashes } from './iterate-commits.js'
import { checkRef, compareAndSetRef, setRef } from './move-ref.js'

const COMMIT = 'SELECT commits.* FROM commits WHERE commit_hash = ?'
const COMMITS =
  'SELECT commits.* FROM json_each(?) AS wanted CROSS JOIN commits ON commits.commit_hash = wanted.value'
const CHILDREN = 'SELECT commits.* FROM commits WHERE parent_hash = ? ORDER BY created_at, rowid'
const BY_TYPE = `
  SELECT commits.* FROM commits WHERE tract_id = ? AND content_type = ? ORDER BY created_at, rowid`
const BY_TRACT = 'SELECT commits.* FROM commits WHERE tract_id = ? ORDER BY created_at, rowid'
const HASHES = 'SELECT commit_hash FROM commits WHERE tract_id = ? ORDER BY created_at, rowid LIMIT +?'
const WITH_CONFIG = `
  SELECT commits.* FROM commits
  WHERE tract_id = ? AND generation_config_json IS NOT NULL
  ORDER BY created_at, rowid`

const ON_CHAIN = `
  WITH RECURSIVE
  wanted (hash) AS MATERIALIZED (SELECT value FROM json_each(?)),
  chain (hash, parent_hash) AS (
    SELECT commit_hash, parent_hash FROM commits WHERE commit_hash = ?
    UNION
    SELECT parent.commit_hash, parent.parent_hash
    FROM chain CROSS JOIN commits AS parent ON parent.commit_hash = chain.parent_hash
  )
  SELECT hash FROM chain WHERE hash IN (SELECT hash FROM wanted) LIMIT (SELECT count(*) FROM wanted)`

const MOST_CANDIDATES = 100
const BY_PREFIX = `
  SELECT commits.* FROM commits WHERE commit_hash >= ? AND commit_hash < ? ORDER BY commit_hash LIMIT +?`
const BY_PREFIX_IN_TRACT = `
  SELECT commits.* FROM commits
  WHERE commit_hash >= ? AND commit_hash < ? AND +tract_id = ? ORDER BY commit_hash LIMIT +?`
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

// Most files answer nothing, and by the statistics of such an index SQLite would read the whole table instead.
const RESPONSES = `
  SELECT commits.* FROM json_each(?) AS wanted
  CROSS JOIN commits INDEXED BY ix_commits_response_to ON commits.response_to = wanted.value
  ORDER BY commits.created_at, commits.rowid`
// No index begins with the head of a record: each of them is looked at.
const USES = `
  WITH wanted (hash) AS MATERIALIZED (SELECT value FROM json_each(?))
  SELECT hash AS commitHash, 'child' AS "by", commit_hash AS id, tract_id AS tractId
  FROM wanted CROSS JOIN commits ON parent_hash = hash
  UNION ALL
  SELECT hash, 'response', commit_hash, tract_id
  FROM wanted CROSS JOIN commits INDEXED BY ix_commits_response_to ON response_to = hash
  UNION ALL
  SELECT hash, 'merge', link.commit_hash, tract_id
  FROM wanted CROSS JOIN commit_parents AS link ON link.parent_hash = hash
  CROSS JOIN commits ON commits.commit_hash = link.commit_hash
  UNION ALL
  SELECT hash, 'ref', ref_name, tract_id FROM wanted CROSS JOIN refs ON refs.commit_hash = hash
  UNION ALL
  SELECT DISTINCT hash, 'event', event.event_id, tract_id
  FROM wanted CROSS JOIN operation_commits AS link ON link.commit_hash = hash
  CROSS JOIN operation_events AS event ON event.event_id = link.event_id
  UNION ALL
  SELECT hash, 'effective', record.record_id, tract_id
  FROM wanted CROSS JOIN compile_effectives AS link ON link.commit_hash = hash
  CROSS JOIN compile_records AS record ON record.record_id = link.record_id
  UNION ALL
  SELECT head_hash, 'head', record_id, tract_id
  FROM compile_records WHERE head_hash IN (SELECT hash FROM wanted)
  UNION ALL
  SELECT hash, 'spawn', CAST(id AS TEXT), child_tract_id
  FROM wanted CROSS JOIN spawn_pointers ON parent_commit_hash = hash
  ORDER BY 1, 2, 3, 4`

const TRACT_COLUMNS = [
  ['commits', 'tract_id'],
  ['refs', 'tract_id'],
  ['annotations', 'tract_id'],
  ['operation_events', 'tract_id'],
  ['compile_records', 'tract_id'],
  ['spawn_pointers', 'parent_tract_id'],
  ['spawn_pointers', 'child_tract_id'],
  ['policy_proposals', 'tract_id'],
  ['policy_log', 'tract_id'],
] as const
// Goes from each tract to the next by the indexes, so that it takes time as there are tracts and not as there are rows.
const NEXT_OF_EACH = TRACT_COLUMNS.map(
  ([table, column]) => `SELECT (SELECT min(${column}) FROM ${table} WHERE ${column} > tract.id) AS next`,
).join(' UNION ALL ')
const TRACT_IDS = `
  WITH RECURSIVE tract (id) AS (
    SELECT ''
    UNION ALL
    SELECT (SELECT min(next) FROM (${NEXT_OF_EACH})) FROM tract WHERE id IS NOT NULL
  )
  SELECT id FROM tract WHERE id > ''`

const DELETE_AS_CHILD = 'DELETE FROM commit_parents WHERE commit_hash = ?'
const DELETE_AS_PARENT = 'DELETE FROM commit_parents WHERE parent_hash = ?'
const DELETE_ANNOTATIONS = 'DELETE FROM annotations WHERE target_hash = ?'
const DELETE_REFS = 'DELETE FROM refs WHERE commit_hash = ?'
const DELETE = 'DELETE FROM commits WHERE commit_hash = ?'

const ANCESTOR_OPTIONS = new Set(['limit', 'operation'])
const UNIT_FIELDS = ['blob', 'refName', 'expected']
const ITERATE_ANCESTORS_OPTIONS = new Set(['operation'])
const HASH_OPTIONS = new Set(['limit'])

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
    const wanted = readIdsAsJson('commitHashes', commitHashes)
    const commits = await this.#session.read((db) => db.commits.all(COMMITS, wanted))
    return byKey(commits, (commit) => commit.commitHash)
  }

  override async save(commit: CommitInput): Promise<CommitRow> {
    const values = this.#session.forms.commits.encode(commit)
    return this.#session.write((db) => db.commits.insert(values))
  }

  override async saveWithBlob(input: CommitUnitInput): Promise<CommitRow> {
    const { forms } = this.#session
    const unit = readUnit(input)
    const blob = forms.blobs.encode(unit.blob)
    const contentHash = forms.blobs.valueIn(blob, 'contentHash')
    const values = forms.commits.encode(input, { contentHash }, UNIT_FIELDS)
    checkUnit(forms, values, contentHash, unit.refName)
    return this.#session.writeTogether((db) => {
      db.blobs.insertUnlessKnown(blob, KEEP_FIRST_BLOB)
      const row = db.commits.insert(values)
      if (unit.refName === undefined) return row
      const { commitHash, tractId } = row
      if (unit.expected === undefined) setRef(db, tractId, unit.refName, commitHash)
      else compareAndSetRef(db, tractId, unit.refName, unit.expected, commitHash)
      return row
    })
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

  override async *iterateAncestors(
    commitHash: string,
    options: IterateAncestorsOptions = {},
  ): AsyncGenerator<CommitRow, void, undefined> {
    checkId('commitHash', commitHash)
    const { operation } = readOptions('options', options, ITERATE_ANCESTORS_OPTIONS)
    if (operation !== undefined) checkMember('options.operation', operation, CommitOperation)
    yield* iterateChain(
      this.#session,
      commitHash,
      (commit) => operation === undefined || commit.operation === operation,
    )
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

  override async getHashes(tractId: string, options: HashOptions = {}): Promise<readonly string[]> {
    checkId('tractId', tractId)
    const { limit } = readOptions('options', options, HASH_OPTIONS)
    if (limit !== undefined) checkLimit('options.limit', limit)
    return this.#session.read((db) => db.values(HASHES, tractId, limit ?? WITHOUT_LIMIT) as string[])
  }

  override async *iterateHashes(tractId: string): AsyncGenerator<string, void, undefined> {
    checkId('tractId', tractId)
    yield* iterateHashes(this.#session, tractId)
  }

  override async getTractIds(): Promise<readonly string[]> {
    return this.#session.read((db) => db.values(TRACT_IDS) as string[])
  }

  override async getOnChain(headHash: string, commitHashes: readonly string[]): Promise<Set<string>> {
    checkId('headHash', headHash)
    const wanted = readIdList('commitHashes', commitHashes)
    return this.#session.read((db) => new Set(db.values(ON_CHAIN, wanted, headHash) as string[]))
  }

  override async getResponses(commitHashes: readonly string[]): Promise<readonly CommitRow[]> {
    const wanted = readIdList('commitHashes', commitHashes)
    return this.#session.read((db) => db.commits.all(RESPONSES, wanted))
  }

  override async getUses(commitHashes: readonly string[]): Promise<readonly CommitUse[]> {
    const wanted = readIdList('commitHashes', commitHashes)
    return this.#session.read((db) => db.rows<CommitUse>(USES, wanted))
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

/** What a unit holds besides its commit, in order. */
function readUnit(input: CommitUnitInput): Pick<CommitUnitInput, 'blob' | 'refName' | 'expected'> {
  checkObject('commit', input)
  const { blob, refName, expected } = readingInput('commit', () => ({
    blob: input.blob,
    refName: input.refName,
    expected: input.expected,
  }))
  checkObject('blob', blob)
  if (refName === undefined && expected !== undefined) {
    throw new InvalidInputError('expected', describe(expected), 'nothing where no refName is given')
  }
  if (expected !== undefined && expected !== null) checkId('expected', expected)
  return {
    blob,
    ...(refName !== undefined && { refName }),
    ...(expected !== undefined && { expected }),
  }
}

/** @throws {@link InvalidInputError} unless the commit has the payload of the blob, and its tract can have the ref */
function checkUnit(
  { commits }: TableForms,
  commit: readonly Bound[],
  ofBlob: Bound,
  refName: string | undefined,
): void {
  const contentHash = commits.valueIn(commit, 'contentHash')
  if (contentHash !== ofBlob) {
    throw new InvalidInputError('contentHash', describe(contentHash), `${describe(ofBlob)}, the blob's`)
  }
  if (refName !== undefined) checkRef(String(commits.valueIn(commit, 'tractId')), refName)
}

function assertNamedByNoRecord(db: Connection, commitHash: string): void {
  const eventIds = db.values(EVENTS_NAMING, commitHash).map(String)
  const recordIds = db.values(RECORDS_NAMING, commitHash, commitHash, commitHash).map(String)
  if (eventIds.length > 0 || recordIds.length > 0) {
    throw new CommitInUseError(commitHash, eventIds, recordIds)
  }
}
