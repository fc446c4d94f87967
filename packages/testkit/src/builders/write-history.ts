import type { Transaction } from '@tract/repositories'
import { check, checkObject } from './check-call.js'
import type { History } from './history.js'

const PARTS = ['blobs', 'commits', 'merges', 'annotations', 'events', 'records'] as const

/**
 * Writes a history in one transaction: its blobs and commits, the parents of its merges, its branches with HEAD attached
 * to `main`, its annotations, operation events and compile records.
 *
 * @param store a store, or a transaction that is to hold all of it
 */
export async function writeHistory(store: Pick<Transaction, 'transaction'>, history: History): Promise<void> {
  check('store', typeof store?.transaction === 'function', store, 'a store, or a transaction of one')
  checkObject('history', history)
  for (const part of PARTS)
    check(part, Array.isArray(history[part]), history[part], 'the list that aHistory makes')
  checkObject('branches', history.branches)
  const { tractId } = history
  await store.transaction(async (tx) => {
    for (const blob of history.blobs) await tx.blobs.saveIfAbsent(blob)
    for (const commit of history.commits) await tx.commits.save(commit)
    for (const { commitHash, parentHashes } of history.merges) {
      await tx.commitParents.addParents(commitHash, parentHashes)
    }
    for (const [name, commitHash] of Object.entries(history.branches)) {
      await tx.refs.setBranch(tractId, name, commitHash)
    }
    await tx.refs.attachHead(tractId, 'main')
    for (const annotation of history.annotations) await tx.annotations.save(annotation)
    for (const event of history.events) await tx.operationEvents.saveEventWithCommits(event)
    for (const record of history.records) await tx.compileRecords.saveRecordWithEffectives(record)
  })
}
