import { TractError } from '@tract/repositories'
import type { Collection } from './collect/collect.js'

/** No commit has this hash, or begins so. */
export class UnknownHashError extends TractError {
  override readonly code = 'unknown_hash'

  /** @param tractId the tract that was looked through; `null` for all */
  constructor(
    readonly hash: string,
    readonly tractId: string | null,
  ) {
    super(`${tractId === null ? 'the store' : `tract ${tractId}`} has no commit ${hash}`)
  }
}

/** No row of the store names this tract. */
export class UnknownTractError extends TractError {
  override readonly code = 'unknown_tract'

  constructor(readonly tractId: string) {
    super(`the store has no tract ${tractId}`)
  }
}

/** The caller's signal ended a verification; its reason is the `cause`. Nothing was changed: verifying only reads. */
export class VerificationAbortedError extends TractError {
  override readonly code = 'verification_aborted'

  constructor(options?: ErrorOptions) {
    super('the verification was ended by its signal', options)
  }
}

/** No compile record has this id. */
export class UnknownRecordError extends TractError {
  override readonly code = 'unknown_record'

  constructor(readonly recordId: string) {
    super(`the store has no compile record ${recordId}`)
  }
}

/** Something was asked of a head that does not exist: the tract, or its branch, has no commit yet. */
export class NoHeadError extends TractError {
  override readonly code = 'no_head'

  constructor(
    readonly tractId: string,
    readonly refName: string,
  ) {
    super(`tract ${tractId} has no commit at ${refName}`)
  }
}

/** An edit was to be edited. An edit names the commit whose text it replaces; to change the text again, edit that one. */
export class EditOfEditError extends TractError {
  override readonly code = 'edit_of_edit'

  /** @param original the commit that the edit edits; `null` where it is gone */
  constructor(
    readonly edit: string,
    readonly original: string | null,
  ) {
    super(`commit ${edit} is itself an edit (of ${original ?? 'a commit that is gone'}); edit that one`)
  }
}

/** A commit was named that is not on the first-parent chain of the head. */
export class OutsideChainError extends TractError {
  override readonly code = 'outside_chain'

  /** @param headHash the head whose chain was meant; `null` where there is none */
  constructor(
    readonly commitHash: string,
    readonly headHash: string | null,
  ) {
    super(`commit ${commitHash} is not on the chain of ${headHash ?? 'a branch without commits'}`)
  }
}

/** A compile record contradicts itself, so that what it says cannot be told. */
export class DamagedRecordError extends TractError {
  override readonly code = 'damaged_record'

  /**
   * @param found what stands in the record
   * @param expected what should
   */
  constructor(
    readonly recordId: string,
    readonly found: string,
    readonly expected: string,
  ) {
    super(`compile record ${recordId}: found ${found}, expected ${expected}`)
  }
}

/** What was to be imported is no bundle of this format. Nothing was written. */
export class ForeignBundleError extends TractError {
  override readonly code = 'foreign_bundle'

  /**
   * @param line the line it was noticed at, from 1
   * @param found what stands there
   * @param expected what should
   */
  constructor(
    readonly line: number,
    readonly found: string,
    readonly expected: string,
    options?: ErrorOptions,
  ) {
    super(`bundle, line ${line}: found ${found}, expected ${expected}`, options)
  }
}

/** A bundle whose content is not what was exported: cut short, or changed. Nothing was written. */
export class DamagedBundleError extends TractError {
  override readonly code = 'damaged_bundle'

  /**
   * @param line the line it was noticed at, from 1
   * @param found what stands there
   * @param expected what should
   */
  constructor(
    readonly line: number,
    readonly found: string,
    readonly expected: string,
    options?: ErrorOptions,
  ) {
    super(`bundle, line ${line}: found ${found}, expected ${expected}`, options)
  }
}

/** The store holds another row under the key of one in the bundle. Nothing was written. */
export class BundleConflictError extends TractError {
  override readonly code = 'bundle_conflict'

  /**
   * @param table the table of the format
   * @param key the row's key
   * @param columns the columns that differ
   */
  constructor(
    readonly table: string,
    readonly key: string,
    readonly columns: readonly string[],
  ) {
    super(`${table} ${key} differs from the bundle in ${columns.join(', ')}`)
  }
}

/** Garbage was collected, and stays so; the space that it took could not be given back. The store uses it again itself. */
export class SpaceNotReclaimedError extends TractError {
  override readonly code = 'space_not_reclaimed'

  /** @param collection what was collected */
  constructor(
    readonly collection: Collection,
    options?: ErrorOptions,
  ) {
    super(
      `${collection.commits.length} commits were collected, but their space could not be given back`,
      options,
    )
  }
}
