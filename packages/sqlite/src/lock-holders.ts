import { realpathSync } from 'node:fs'
import type { LockHolder } from '@tract/repositories'

/** A transaction that has begun. */
export interface Holding {
  /** The store that it is one of. */
  readonly store: object
  /** Its number in that store. */
  readonly number: number
  /** The name of its function; empty where it has none. */
  readonly name: string
  /** When it began, in milliseconds of `performance.now()`. */
  readonly heldSince: number
}

/** The transactions of this process that hold a file's write lock. One file has one such lock. */
const holdings = new Map<string, Holding>()

/** What the same file is known by under all of its names. */
export function fileIdentity(location: string): string {
  try {
    return realpathSync(location)
  } catch {
    return location
  }
}

export function noteHolding(file: string, holding: Holding): void {
  holdings.set(file, holding)
}

export function forgetHolding(file: string, holding: Holding): void {
  if (holdings.get(file) === holding) holdings.delete(file)
}

/** Who holds a file's write lock, as a store of this process sees it. */
export function holderOf(file: string, store: object): LockHolder {
  const holding = holdings.get(file)
  return holding === undefined ? { where: 'elsewhere' } : asHolder(holding, store)
}

/** A transaction as a store of this process sees it. */
export function asHolder({ store: owner, number, name, heldSince }: Holding, store: object): LockHolder {
  return {
    where: owner === store ? 'this_store' : 'this_process',
    transaction: number,
    name: name === '' ? null : name,
    since: new Date(Date.now() - (performance.now() - heldSince)),
  }
}
