import type { CompileEffectiveRow, CompileRecordRow } from '@tract/schema'
import type { CompileRecordInput, CompileRecordUnitInput } from './inputs.js'

/** What was sent to a model: which head, which commits in which order, how many tokens. */
export abstract class CompileRecordRepository {
  /**
   * Stores one record without links.
   *
   * @throws {@link AlreadyExistsError} where its id exists
   */
  abstract saveRecord(record: CompileRecordInput): Promise<CompileRecordRow>

  /**
   * Stores one record with all its effective commits: all of it or nothing. A repeated commit is linked once, at its
   * first position; `commitCount` counts the entries.
   *
   * @throws {@link AlreadyExistsError} where its id exists
   * @throws {@link MissingReferenceError} where a commit does not
   * @throws {@link InvalidInputError} where `commitCount` is given and is not the number of entries
   */
  abstract saveRecordWithEffectives(record: CompileRecordUnitInput): Promise<CompileRecordRow>

  /**
   * Links one commit that took part.
   *
   * @throws {@link AlreadyExistsError} where it is linked
   * @throws {@link MissingReferenceError} where the record or the commit does not exist
   */
  abstract addEffective(recordId: string, commitHash: string, position: number): Promise<void>

  /** The record, or `null`. */
  abstract getRecord(recordId: string): Promise<CompileRecordRow | null>

  /** The records that exist, by id, in the order of the question. */
  abstract getMany(recordIds: readonly string[]): Promise<Map<string, CompileRecordRow>>

  /** The tract's records, oldest first. */
  abstract getAll(tractId: string): Promise<readonly CompileRecordRow[]>

  /** The ids of the tract's records, oldest first. */
  abstract getAllIds(tractId: string): Promise<readonly string[]>

  /** The record's links by position. */
  abstract getEffectives(recordId: string): Promise<readonly CompileEffectiveRow[]>

  /** The links of each record that has some, by position; by record id, in the order of the question. */
  abstract batchGetEffectives(
    recordIds: readonly string[],
  ): Promise<Map<string, readonly CompileEffectiveRow[]>>

  /** The links of every record to any of these commits, by the record's time and id, then by position. */
  abstract getEffectivesNaming(commitHashes: readonly string[]): Promise<readonly CompileEffectiveRow[]>
}
