import { setTimeout as sleep } from 'node:timers/promises'
import { InsideTransactionError, StoreClosedError, type Transaction } from '@tract/repositories'
import { describe, expect } from 'vitest'
import { openStore } from '../src/index.js'
import { it } from './support/it.js'
import { aBlob, hash, saveChain } from './support/rows.js'
import { signal } from './support/signal.js'

describe('closing', () => {
  // TypeORM's destroy() during a transaction succeeds and loses the transaction.
  it('waits for the running transaction, which commits', async ({ store, plain }) => {
    const begun = signal()
    const running = store.transaction(async (tx) => {
      await tx.blobs.saveIfAbsent(aBlob(1))
      begun.give()
      await sleep(30)
      await tx.blobs.saveIfAbsent(aBlob(2))
    })
    await begun.given
    await store.close()
    await running
    expect(plain().prepare('SELECT count(*) FROM blobs').pluck().get()).toBe(2)
  })

  it('waits for everything that came before it, and refuses what comes after', async ({ store, plain }) => {
    const before = [
      store.transaction(async (tx) => {
        await sleep(10)
        await tx.blobs.saveIfAbsent(aBlob(1))
      }),
      store.blobs.saveIfAbsent(aBlob(2)),
      store.transaction((tx) => tx.blobs.saveIfAbsent(aBlob(3))),
    ]
    const closing = store.close()
    const after = [
      store.blobs.saveIfAbsent(aBlob(4)),
      store.blobs.get(hash(1)),
      store.transaction(async () => 1),
      store.withManager(async () => 1),
      store.checkIntegrity(),
      store.reclaimSpace(),
    ]
    for (const call of await Promise.allSettled(after)) {
      expect(call).toMatchObject({ status: 'rejected', reason: expect.any(StoreClosedError) })
    }
    await Promise.all([...before, closing])
    expect(plain().prepare('SELECT count(*) FROM blobs').pluck().get()).toBe(3)
  })

  it('does not disturb reads that were asked for before', async ({ store }) => {
    await store.transaction((tx) => saveChain(tx, 200))
    const reads = [
      store.commits.getAll('a-tract'),
      store.commits.getAncestors(hash(200)),
      store.commits.getByConfig('a-tract', [{ field: 'model', operator: '=', value: 'none' }]),
      store.blobs.getMany([hash(1), hash(2)]),
    ]
    await store.close()
    const [all, chain, configured, blobs] = await Promise.all(reads)
    expect([all, chain, configured, blobs].map((found) => sizeOf(found))).toEqual([200, 200, 0, 2])
  })

  it('does not disturb a read in memory that waits for its turn', async ({ open }) => {
    const store = await open(':memory:')
    const running = store.transaction(async (tx) => {
      await tx.blobs.saveIfAbsent(aBlob(1))
      await sleep(10)
    })
    const read = store.blobs.get(hash(1))
    await store.close()
    await running
    expect(await read).not.toBeNull()
  })

  it('twice is no error, one after the other or at once', async ({ store }) => {
    await Promise.all([store.close(), store.close()])
    await store.close()
  })

  it('inside a transaction is refused, and the transaction goes on', async ({ store }) => {
    await store.transaction(async (tx) => {
      await tx.blobs.saveIfAbsent(aBlob(1))
      await expect(store.close()).rejects.toBeInstanceOf(InsideTransactionError)
      await tx.blobs.saveIfAbsent(aBlob(2))
    })
    expect((await store.blobs.getMany([hash(1), hash(2)])).size).toBe(2)
  })

  it('happens at the end of the scope that `await using` names', async ({ location }) => {
    let kept: Awaited<ReturnType<typeof openStore>> | undefined
    {
      await using store = await openStore(location)
      await store.blobs.saveIfAbsent(aBlob(1))
      kept = store
    }
    await expect(kept.blobs.get(hash(1))).rejects.toBeInstanceOf(StoreClosedError)
  })

  it('leaves nothing beside the file', async ({ store, folder }) => {
    await store.blobs.saveIfAbsent(aBlob(1))
    await store.close()
    const { readdir } = await import('node:fs/promises')
    expect(await readdir(folder)).toEqual(['agent.db'])
  })
})

describe('after closing', () => {
  it('every method of every repository is refused with a typed error', async ({ store }) => {
    await store.close()
    const { blobs, commits, commitParents, refs, annotations, operationEvents, compileRecords } = store
    const calls = [
      blobs.get(hash(1)),
      blobs.saveIfAbsent(aBlob(1)),
      commits.get(hash(1)),
      commits.delete(hash(1)),
      commitParents.getParents(hash(1)),
      refs.getHead('a-tract'),
      refs.updateHead('a-tract', hash(1)),
      annotations.getLatest(hash(1)),
      operationEvents.getAllIds('a-tract'),
      operationEvents.deleteEvent('event'),
      compileRecords.getAll('a-tract'),
      store.spawnPointers.get(1),
      store.storedRows.read('commits', 'tract_id', ['a-tract']),
      store.storedRows.insert('commits', []),
      store.policies.getLog('a-tract'),
      store.policies.deleteLogEntries('a-tract', new Date()),
    ]
    for (const call of await Promise.allSettled(calls)) {
      expect(call).toMatchObject({ status: 'rejected', reason: expect.any(StoreClosedError) })
    }
  })

  it('the repositories of a transaction that ended earlier are refused too', async ({ store }) => {
    let kept: Transaction | undefined
    await store.transaction(async (tx) => {
      kept = tx
    })
    await store.close()
    await expect(kept?.blobs.get(hash(1))).rejects.toThrow()
  })
})

function sizeOf(found: unknown): number {
  return found instanceof Map ? found.size : (found as readonly unknown[]).length
}
