import {
  type CompileRecordInput,
  CompileRecordRepository,
  type CompileRecordUnitInput,
  InvalidInputError,
} from '@tract/repositories'
import type { CompileEffectiveRow, CompileRecordRow } from '@tract/schema'
import type { Bound } from '../column.js'
import { checkId, describe, readIdList, readIds, readingInput } from '../input.js'
import { byKey, groupedBy } from '../lookup.js'
import type { Session } from '../session.js'
import { canBeSaved } from './can-be-saved.js'

const RECORD = 'SELECT compile_records.* FROM compile_records WHERE record_id = ?'
const RECORDS = `
  SELECT compile_records.* FROM json_each(?) AS wanted
  CROSS JOIN compile_records ON compile_records.record_id = wanted.value`
const BY_TRACT = `
  SELECT compile_records.* FROM compile_records WHERE tract_id = ? ORDER BY created_at, rowid`
const CAN_BE_SAVED = canBeSaved('compile_records', 'compile_effectives', 'record_id')
const IDS = 'SELECT record_id FROM compile_records WHERE tract_id = ? ORDER BY created_at, rowid'
const EFFECTIVES = `
  SELECT compile_effectives.* FROM compile_effectives WHERE record_id = ? ORDER BY position, rowid`
const EFFECTIVES_OF_EACH = `
  SELECT compile_effectives.* FROM json_each(?) AS wanted
  CROSS JOIN compile_effectives ON compile_effectives.record_id = wanted.value
  ORDER BY wanted.key, compile_effectives.position, compile_effectives.rowid`
const EFFECTIVES_NAMING = `
  SELECT compile_effectives.* FROM json_each(?) AS wanted
  CROSS JOIN compile_effectives ON compile_effectives.commit_hash = wanted.value
  CROSS JOIN compile_records AS record ON record.record_id = compile_effectives.record_id
  ORDER BY record.created_at, record.record_id, compile_effectives.position, compile_effectives.rowid`

const LINK_FIELDS = ['effectives']

export class SqliteCompileRecordRepository extends CompileRecordRepository {
  readonly #session: Session

  constructor(session: Session) {
    super()
    this.#session = session
  }

  override async saveRecord(record: CompileRecordInput): Promise<CompileRecordRow> {
    const values = this.#session.forms.compileRecords.encode(record)
    return this.#session.write((db) => db.compileRecords.insert(values))
  }

  override async saveRecordWithEffectives(input: CompileRecordUnitInput): Promise<CompileRecordRow> {
    const { effectives, commitCount } = readingInput('compile record', () => ({
      effectives: input.effectives,
      commitCount: input.commitCount,
    }))
    const hashes = readIds('effectives', effectives)
    if (commitCount !== undefined && commitCount !== hashes.length) {
      const expected = `${hashes.length}, the number of entries in effectives`
      throw new InvalidInputError('commitCount', describe(commitCount), expected)
    }
    const values = this.#session.forms.compileRecords.encode(
      input,
      { commitCount: hashes.length },
      LINK_FIELDS,
    )
    const recordId = this.#session.forms.compileRecords.valueIn(values, 'recordId')
    return this.#session.insertTogether(
      (db) => {
        const row = db.compileRecords.insert(values)
        db.compileEffectives.insertEach(linksOf(row.recordId, hashes))
        return row
      },
      (db) => db.value(CAN_BE_SAVED, recordId, recordId, JSON.stringify(hashes)) === 1,
    )
  }

  override async addEffective(recordId: string, commitHash: string, position: number): Promise<void> {
    const values = this.#session.forms.compileEffectives.encode({ recordId, commitHash, position })
    await this.#session.write((db) => db.compileEffectives.insert(values))
  }

  override async getRecord(recordId: string): Promise<CompileRecordRow | null> {
    checkId('recordId', recordId)
    return this.#session.read((db) => db.compileRecords.get(RECORD, recordId))
  }

  override async getMany(recordIds: readonly string[]): Promise<Map<string, CompileRecordRow>> {
    const wanted = readIdList('recordIds', recordIds)
    const records = await this.#session.read((db) => db.compileRecords.all(RECORDS, wanted))
    return byKey(records, (record) => record.recordId)
  }

  override async getAll(tractId: string): Promise<readonly CompileRecordRow[]> {
    checkId('tractId', tractId)
    return this.#session.read((db) => db.compileRecords.all(BY_TRACT, tractId))
  }

  override async getAllIds(tractId: string): Promise<readonly string[]> {
    checkId('tractId', tractId)
    return this.#session.read((db) => db.values(IDS, tractId) as string[])
  }

  override async getEffectives(recordId: string): Promise<readonly CompileEffectiveRow[]> {
    checkId('recordId', recordId)
    return this.#session.read((db) => db.compileEffectives.all(EFFECTIVES, recordId))
  }

  override async batchGetEffectives(
    recordIds: readonly string[],
  ): Promise<Map<string, readonly CompileEffectiveRow[]>> {
    const wanted = readIdList('recordIds', recordIds)
    const links = await this.#session.read((db) => db.compileEffectives.all(EFFECTIVES_OF_EACH, wanted))
    return groupedBy(links, (link) => link.recordId)
  }

  override async getEffectivesNaming(
    commitHashes: readonly string[],
  ): Promise<readonly CompileEffectiveRow[]> {
    const wanted = readIdList('commitHashes', commitHashes)
    return this.#session.read((db) => db.compileEffectives.all(EFFECTIVES_NAMING, wanted))
  }
}

/** The stored forms of a record's links: a repeated commit is linked once, at its first position. */
function linksOf(recordId: string, commitHashes: readonly string[]): Bound[][] {
  const links = new Map<string, Bound[]>()
  for (const [position, commitHash] of commitHashes.entries()) {
    if (!links.has(commitHash)) links.set(commitHash, [recordId, commitHash, position])
  }
  return [...links.values()]
}
