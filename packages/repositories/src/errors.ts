import { holderText, type LockHolder } from './lock-holder.js'

/** The base of every error that a store throws on purpose. `code` is stable; the driver's own error is the `cause`. */
export abstract class TractError extends Error {
  /** What happened, in snake case. A program decides by it; the message is for people and may change. */
  abstract readonly code: string

  constructor(message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = new.target.name
  }
}

/** An argument that breaks a rule of the contract. Nothing was read or written. */
export class InvalidInputError extends TractError {
  override readonly code = 'invalid_input'

  /**
   * @param field the argument, with the place inside it, as in `paramsJson.tools[2]`
   * @param found what was given
   * @param expected what the contract takes
   */
  constructor(
    readonly field: string,
    readonly found: string,
    readonly expected: string,
    options?: ErrorOptions,
  ) {
    super(`${field}: found ${found}, expected ${expected}`, options)
  }
}

/** A row with this key exists already. The row that was there is untouched. */
export class AlreadyExistsError extends TractError {
  override readonly code = 'already_exists'

  /**
   * @param what the kind of row, as in `commit`
   * @param key the key's fields and their values
   */
  constructor(
    readonly what: string,
    readonly key: Readonly<Record<string, string | number>>,
    options?: ErrorOptions,
  ) {
    super(`${what} ${keyText(key)} exists already`, options)
  }
}

/** A row would refer to one that does not exist. */
export class MissingReferenceError extends TractError {
  override readonly code = 'missing_reference'

  /**
   * @param what the kind of row that was to be written, as in `commit`
   * @param field its field that refers
   * @param target the kind of row it refers to
   * @param missing the key that no such row has
   */
  constructor(
    readonly what: string,
    readonly field: string,
    readonly target: string,
    readonly missing: string,
    options?: ErrorOptions,
  ) {
    super(`${what}: ${field} names ${target} ${missing}, which does not exist`, options)
  }
}

/** A commit cannot be deleted while a record of the history names it. */
export class CommitInUseError extends TractError {
  override readonly code = 'commit_in_use'

  /**
   * @param eventIds the operation events that have it as source or result, in order
   * @param recordIds the compile records that have it as their head or among their effective commits, in order
   */
  constructor(
    readonly commitHash: string,
    readonly eventIds: readonly string[],
    readonly recordIds: readonly string[],
  ) {
    const holders = [
      ...eventIds.map((id) => `operation event ${id}`),
      ...recordIds.map((id) => `compile record ${id}`),
    ]
    super(`commit ${commitHash} is named by ${listText(holders)} and stays`)
  }
}

/** A ref was not where the caller last saw it: somebody else moved it. */
export class RefConflictError extends TractError {
  override readonly code = 'ref_conflict'

  /**
   * @param expected the commit the caller expected; `null` for no such ref
   * @param actual the commit the ref is at; `null` for no such ref
   */
  constructor(
    readonly tractId: string,
    readonly refName: string,
    readonly expected: string | null,
    readonly actual: string | null,
  ) {
    super(
      `ref ${refName} of tract ${tractId} is at ${actual ?? 'nothing'}, expected ${expected ?? 'nothing'}`,
    )
  }
}

/** An operation that moves a commit's ref was asked of one that stands for another ref. */
export class SymbolicRefError extends TractError {
  override readonly code = 'symbolic_ref'

  constructor(
    readonly tractId: string,
    readonly refName: string,
    readonly target: string,
  ) {
    super(`ref ${refName} of tract ${tractId} is symbolic (to ${target}), expected one that holds a commit`)
  }
}

/** Several commits have a hash that begins so. */
export class AmbiguousPrefixError extends TractError {
  override readonly code = 'ambiguous_prefix'

  /** @param candidates the hashes that begin so, in order; at most the first 100 */
  constructor(
    readonly prefix: string,
    readonly candidates: readonly string[],
  ) {
    super(`prefix ${prefix} fits several commits: ${listText(candidates)}`)
  }
}

/** The store was closed, or is closing. */
export class StoreClosedError extends TractError {
  override readonly code = 'store_closed'

  constructor(readonly location: string) {
    super(`store ${location} is closed`)
  }
}

/**
 * A call came through a transaction's repositories, or its async context, after that transaction had ended: it was not
 * awaited, or an error that came before it, its `cause`, has ended the whole transaction.
 */
export class TransactionEndedError extends TractError {
  override readonly code = 'transaction_ended'

  constructor(options?: ErrorOptions) {
    const reason =
      options?.cause instanceof Error
        ? `was ended by an error before it: ${options.cause.message}`
        : 'has ended; await every call inside the function given to transaction()'
    super(`the transaction of this call ${reason}`, options)
  }
}

/** A transaction's function returned while something inside it was still running. Everything was rolled back. */
export class UnfinishedTransactionError extends TractError {
  override readonly code = 'unfinished_transaction'

  constructor() {
    super(
      'a nested transaction or query was still running when its transaction ended, so all was rolled back; await it',
    )
  }
}

/** An operation that can be part of no transaction was called inside one. */
export class InsideTransactionError extends TractError {
  override readonly code = 'inside_transaction'

  constructor(readonly operation: string) {
    super(`${operation}() was called inside a transaction, expected outside of any`)
  }
}

/** One and the same holder kept the database for longer than the call may wait. Nothing was done. */
export class StoreBusyError extends TractError {
  override readonly code = 'store_busy'

  /**
   * @param waitedMs how long the call waited, in milliseconds
   * @param holder who held it when the call gave up
   */
  constructor(
    readonly location: string,
    readonly waitedMs: number,
    readonly holder: LockHolder,
    options?: ErrorOptions,
  ) {
    super(`store ${location} is locked by ${holderText(holder)} (waited ${waitedMs} ms)`, options)
  }
}

/**
 * What ran when the store was to close did not come to its end in time. The store is closed all the same: the transaction
 * was rolled back, and what waited behind it was never begun.
 */
export class CloseTimeoutError extends TractError {
  override readonly code = 'close_timeout'

  /**
   * @param waitedMs how long closing waited, in milliseconds
   * @param holder the transaction that was rolled back; `null` where it had not begun, or a single call waited for a lock
   */
  constructor(
    readonly location: string,
    readonly waitedMs: number,
    readonly holder: LockHolder | null,
  ) {
    const ended =
      holder === null
        ? 'a call that waited for a lock, which was given up'
        : `${holderText(holder)}, which was rolled back`
    super(`store ${location} was closed after waiting ${waitedMs} ms for ${ended}`)
  }
}

/** A write was asked of a store that was opened for reading only. */
export class ReadonlyStoreError extends TractError {
  override readonly code = 'readonly_store'

  constructor(readonly location: string) {
    super(`store ${location} was opened readonly`)
  }
}

/** A stored value or page that cannot be what any known writer left. */
export class DamagedDataError extends TractError {
  override readonly code = 'damaged_data'

  /**
   * @param place the table and column, or the file
   * @param found what stands there
   * @param expected what should
   */
  constructor(
    readonly place: string,
    readonly found: string,
    readonly expected: string,
    options?: ErrorOptions,
  ) {
    super(`${place}: found ${found}, expected ${expected}`, options)
  }
}

/**
 * The database could not do what was asked, for a reason of its own: disk full, input or output error, no permission, its
 * file gone. Nothing was done, unless it is a commit that was to wait for the disk and the disk did not answer
 * (`SQLITE_IOERR_FSYNC` in SQLite): that one may be there after the next opening, as the last one.
 */
export class StorageFailedError extends TractError {
  override readonly code = 'storage_failed'

  /** @param reason the driver's name for what happened, as in `SQLITE_FULL` */
  constructor(
    readonly location: string,
    readonly reason: string,
    message: string,
    options?: ErrorOptions,
  ) {
    super(`store ${location}: ${message} (${reason})`, options)
  }
}

/** A database that is no tract of this format's, or not of a version that may be opened so. It was left as it was. */
export abstract class UnsupportedDatabaseError extends TractError {}

function keyText(key: Readonly<Record<string, string | number>>): string {
  return Object.values(key).join(', ')
}

function listText(items: readonly string[]): string {
  const shown = items.slice(0, 5).join(', ')
  return items.length > 5 ? `${shown} and ${items.length - 5} more` : shown
}
