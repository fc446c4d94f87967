import { RefConflictError, type Repositories, type Store, type Transaction } from '@tract/repositories'
import { anAnnotation } from '../builders/annotation.js'
import { aBlob } from '../builders/blob.js'
import { aCommit } from '../builders/commit.js'
import { aCompileRecord } from '../builders/compile-record.js'
import { anOperationEvent } from '../builders/operation-event.js'
import { A_TRACT } from '../builders/seeded.js'
import type { Unit } from './unit.js'

/** The branch that all writers move. */
export const MAIN = 'refs/heads/main'

/** The commit of a unit that a transaction inside it writes and takes back. */
export function takenBack(unit: Unit): string {
  return `${unit.id}-taken-back`
}

class TakenBack extends Error {}

/** Does a unit; when the promise is kept, the unit is acknowledged. */
export async function performUnit(store: Store, unit: Unit): Promise<void> {
  switch (unit.kind) {
    case 'append':
      return store.transaction(async (tx) => void (await append(tx, unit)))
    case 'compress':
      return store.transaction((tx) => compress(tx, unit))
    case 'roll back inside':
      return store.transaction(async (tx) => {
        await append(tx, unit)
        await rolledBack(tx, (inner) => saveCommit(inner, unit, takenBack(unit), unit.id))
      })
    case 'roll back':
      return rolledBack(store, (tx) => append(tx, unit))
    case 'retry':
      return retry(store, unit)
  }
}

async function append(tx: Transaction, unit: Unit): Promise<string | null> {
  const head = await tx.refs.getRef(A_TRACT, MAIN)
  await saveCommit(tx, unit, unit.id, head)
  await tx.annotations.save(anAnnotation({ targetHash: unit.id, reason: unit.id }))
  await tx.refs.setRef(A_TRACT, MAIN, unit.id)
  return head
}

async function compress(tx: Transaction, unit: Unit): Promise<void> {
  const head = await append(tx, unit)
  const sources = head === null ? [] : [head]
  await tx.operationEvents.saveEventWithCommits({
    ...anOperationEvent({ eventId: unit.id }),
    sources,
    results: [unit.id],
  })
  await tx.transaction((inner) =>
    inner.compileRecords.saveRecordWithEffectives({
      ...aCompileRecord({ recordId: unit.id, headHash: unit.id, commitCount: 1 }),
      effectives: [unit.id],
    }),
  )
}

async function retry(store: Store, unit: Unit): Promise<void> {
  for (let isFirst = true; ; isFirst = false) {
    if (!isFirst) await store.commits.delete(unit.id)
    const head = await store.refs.getRef(A_TRACT, MAIN)
    await saveCommit(store, unit, unit.id, head)
    try {
      return await store.refs.compareAndSetRef(A_TRACT, MAIN, head, unit.id)
    } catch (error) {
      if (!(error instanceof RefConflictError)) throw error
    }
  }
}

async function saveCommit(
  store: Repositories,
  unit: Unit,
  commitHash: string,
  parentHash: string | null,
): Promise<void> {
  const { contentHash } = await store.blobs.saveIfAbsent(aBlob({}, unit.content))
  await store.commits.save(aCommit({ commitHash, contentHash, parentHash }))
}

async function rolledBack(
  store: Pick<Transaction, 'transaction'>,
  work: (tx: Transaction) => Promise<unknown>,
): Promise<void> {
  const takenBack = new TakenBack()
  const failed = store.transaction(async (tx) => {
    await work(tx)
    throw takenBack
  })
  await failed.catch((error: unknown) => {
    if (error !== takenBack) throw error
  })
}
