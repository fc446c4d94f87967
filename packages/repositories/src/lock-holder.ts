/** Who holds what a call waited for, as far as a store can tell. */
export type LockHolder = HoldingTransaction | HolderElsewhere

/** A transaction of this process. */
export interface HoldingTransaction {
  /** Whether it is one of the store that was called, or of another store of this process on the same database. */
  readonly where: 'this_store' | 'this_process'
  /** The transaction's number: its store's first is 1. */
  readonly transaction: number
  /** The name of the function that was given to `transaction()`; `null` where it has none. */
  readonly name: string | null
  /** When it began. */
  readonly since: Date
}

/** A connection that is no store's of this process, most often another process. */
export interface HolderElsewhere {
  readonly where: 'elsewhere'
}

/** A holder as a message names it. */
export function holderText(holder: LockHolder): string {
  if (holder.where === 'elsewhere') return 'another process, or a connection that is no store of this process'
  const name = holder.name === null ? '' : ` (${holder.name})`
  const store = holder.where === 'this_store' ? 'this store' : 'another store of this process'
  return `transaction ${holder.transaction}${name} of ${store}, begun ${holder.since.toISOString()}`
}
