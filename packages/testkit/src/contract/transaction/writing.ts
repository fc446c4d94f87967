import type { Store, Transaction } from '@tract/repositories'
import { expect } from 'vitest'
import { aBlob } from '../../builders/blob.js'
import { signal } from '../signal.js'

/** What the function of a transaction that is to be rolled back throws. */
export class Failure extends Error {}

const SEEDS = Array.from({ length: 20 }, (_, index) => index + 1)

export function hashOf(seed: number): string {
  return aBlob({}, seed).contentHash
}

/** The smallest write: a blob of the seed. */
export async function write(store: Pick<Transaction, 'blobs'>, seed: number): Promise<void> {
  await store.blobs.saveIfAbsent(aBlob({}, seed))
}

/** The seeds of which a blob is there. */
export async function written(store: Pick<Transaction, 'blobs'>): Promise<readonly number[]> {
  const found = await store.blobs.getMany(SEEDS.map(hashOf))
  return SEEDS.filter((seed) => found.has(hashOf(seed)))
}

/** Runs a function in a transaction that is rolled back. */
export async function failing(
  store: Pick<Transaction, 'transaction'>,
  work: (tx: Transaction) => Promise<void>,
): Promise<void> {
  const failure = new Failure()
  const failed = store.transaction(async (tx) => {
    await work(tx)
    throw failure
  })
  expect(await failed.catch((error: unknown) => error)).toBe(failure)
}

/** Runs a transaction that writes 1, and returns its repositories after its end. */
export async function keep(
  store: Pick<Transaction, 'transaction'>,
  outcome: 'committed' | 'rolled back',
): Promise<Transaction> {
  const kept: Transaction[] = []
  const run = outcome === 'committed' ? store.transaction.bind(store) : failing.bind(null, store)
  await run(async (tx: Transaction) => {
    kept.push(tx)
    await write(tx, 1)
  })
  const [tx] = kept
  return tx ?? expect.fail('the function of a transaction was not called')
}

/** Begins a transaction and returns while it runs, with its repositories and what ends it. */
export async function hold(store: Store, work: (tx: Transaction) => Promise<void>) {
  const begun = signal()
  const end = signal()
  const running: Transaction[] = []
  let fails = false
  const failure = new Failure()
  const outcome = store
    .transaction(async (tx) => {
      running.push(tx)
      await work(tx)
      begun.give()
      await end.given
      if (fails) throw failure
    })
    .catch((error: unknown) => {
      begun.give()
      if (error !== failure) throw error
    })
  await begun.given
  const finish = (rollsBack: boolean) => {
    fails = rollsBack
    end.give()
    return outcome
  }
  const tx = running[0] ?? expect.fail('the function of a transaction was not called')
  return { tx, commit: () => finish(false), rollBack: () => finish(true) }
}
