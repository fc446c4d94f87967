import {
  type CompileRecordInput,
  CompileRecordRepository,
  type CompileRecordUnitInput,
  MissingReferenceError,
} from '@tract/repositories'
import type { CompileEffectiveRow, CompileRecordRow } from '@tract/schema'
import {
  assertCommit,
  assertNew,
  byPosition,
  compareText,
  handOut,
  oldestFirst,
  pick,
  pickLists,
  timeFor,
} from './rules.js'
import { copyOf, type ModelState, restore } from './state.js'

const LINK = 'compile effective'

export class ModelCompileRecordRepository extends CompileRecordRepository {
  readonly #state: ModelState

  constructor(state: ModelState) {
    super()
    this.#state = state
  }

  override async saveRecord(record: CompileRecordInput): Promise<CompileRecordRow> {
    assertNew('compile record', this.#state.compileRecords, { recordId: record.recordId })
    const { paramsJson = null } = record
    const row = { ...record, paramsJson, createdAt: timeFor(record) }
    this.#state.compileRecords.push(handOut(row))
    return handOut(row)
  }

  override async saveRecordWithEffectives(input: CompileRecordUnitInput): Promise<CompileRecordRow> {
    const { effectives, ...record } = input
    const before = copyOf(this.#state)
    try {
      const row = await this.saveRecord({ ...record, commitCount: effectives.length })
      for (const commitHash of new Set(effectives)) {
        await this.addEffective(row.recordId, commitHash, effectives.indexOf(commitHash))
      }
      return row
    } catch (error) {
      restore(this.#state, before)
      throw error
    }
  }

  override async addEffective(recordId: string, commitHash: string, position: number): Promise<void> {
    assertNew(LINK, this.#state.compileEffectives, { recordId, commitHash })
    if ((await this.getRecord(recordId)) === null) {
      throw new MissingReferenceError(LINK, 'recordId', 'compile record', recordId)
    }
    assertCommit(this.#state, LINK, 'commitHash', commitHash)
    this.#state.compileEffectives.push({ recordId, commitHash, position })
  }

  override async getRecord(recordId: string): Promise<CompileRecordRow | null> {
    return handOut(this.#state.compileRecords.find((record) => record.recordId === recordId) ?? null)
  }

  override async getMany(recordIds: readonly string[]): Promise<Map<string, CompileRecordRow>> {
    return pick(recordIds, (recordId) =>
      this.#state.compileRecords.find((record) => record.recordId === recordId),
    )
  }

  override async getAll(tractId: string): Promise<readonly CompileRecordRow[]> {
    return handOut(oldestFirst(this.#state.compileRecords.filter((record) => record.tractId === tractId)))
  }

  override async getAllIds(tractId: string): Promise<readonly string[]> {
    return (await this.getAll(tractId)).map(({ recordId }) => recordId)
  }

  override async getEffectives(recordId: string): Promise<readonly CompileEffectiveRow[]> {
    return handOut(byPosition(this.#state.compileEffectives.filter((link) => link.recordId === recordId)))
  }

  override batchGetEffectives(
    recordIds: readonly string[],
  ): Promise<Map<string, readonly CompileEffectiveRow[]>> {
    return pickLists(recordIds, (recordId) => this.getEffectives(recordId))
  }

  override async getEffectivesNaming(
    commitHashes: readonly string[],
  ): Promise<readonly CompileEffectiveRow[]> {
    const records = this.#state.compileRecords.toSorted((left, right) =>
      compareText(left.recordId, right.recordId),
    )
    const links: CompileEffectiveRow[] = []
    for (const { recordId } of oldestFirst(records)) links.push(...(await this.getEffectives(recordId)))
    return links.filter((link) => commitHashes.includes(link.commitHash))
  }
}
