import {
  AlreadyExistsError,
  MissingReferenceError,
  RefConflictError,
  TransactionEndedError,
} from '@tract/repositories'
import { describe, expect } from 'vitest'
import { contentOf } from './support/content.js'
import { it } from './support/it.js'
import { aBlob, aCommit, anEvent, aRecord, hash, saveChain, TRACT } from './support/rows.js'

// Most units run in an open transaction without a savepoint: what would be refused is looked for before.
describe('a whole unit that is refused inside a transaction', () => {
  it('leaves the rows as they were, and the transaction goes on', async ({ store, plain }) => {
    await saveChain(store, 4)
    await store.operationEvents.saveEventWithCommits({
      ...anEvent(1),
      sources: [hash(1)],
      results: [hash(2)],
    })
    const { commitCount: _, ...record } = aRecord(1)
    await store.compileRecords.saveRecordWithEffectives({ ...record, effectives: [hash(1)] })
    const before = contentOf(plain())
    await store.transaction(async (tx) => {
      const missing = [hash(1), hash(2), hash(3), 'absent']
      for (const refused of [
        tx.operationEvents.saveEventWithCommits({ ...anEvent(2), sources: missing, results: [] }),
        tx.operationEvents.saveEventWithCommits({ ...anEvent(2), sources: [hash(1)], results: missing }),
        tx.operationEvents.saveEventWithCommits({ ...anEvent(1), sources: [hash(3)], results: [hash(4)] }),
        tx.compileRecords.saveRecordWithEffectives({ ...record, recordId: 'other', effectives: missing }),
        tx.compileRecords.saveRecordWithEffectives({ ...record, effectives: [hash(4)] }),
        tx.commitParents.addParents(hash(3), [hash(1), hash(2), hash(1)]),
      ]) {
        await expect(refused).rejects.toMatchObject({
          code: expect.stringMatching(/^(already_exists|missing_reference)$/),
        })
      }
    })
    expect(contentOf(plain())).toEqual(before)
    await store.transaction(async (tx) => {
      const refused = tx.operationEvents.saveEventWithCommits({
        ...anEvent(2),
        sources: ['absent'],
        results: [],
      })
      await expect(refused).rejects.toBeInstanceOf(MissingReferenceError)
      await tx.operationEvents.saveEventWithCommits({ ...anEvent(2), sources: [hash(3)], results: [] })
    })
    expect(await store.operationEvents.getAllIds(TRACT)).toEqual(['event-1', 'event-2'])
  })

  it('leaves what other rows name by the keys that it would have given', async ({ store, plain }) => {
    await saveChain(store, 3)
    await store.refs.setRef(TRACT, 'refs/heads/main', hash(3))
    const handle = plain()
    handle.pragma('foreign_keys = OFF')
    handle.prepare('DELETE FROM commits WHERE commit_hash = ?').run(hash(1))
    handle.prepare('UPDATE commits SET response_to = ? WHERE commit_hash = ?').run(hash(1), hash(3))
    handle.exec(`
      CREATE TABLE note (event_id REFERENCES operation_events ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED);
      INSERT INTO note VALUES ('event-1');
      INSERT INTO operation_commits VALUES ('event-2', '${hash(3)}', 'source', 0)`)
    const before = contentOf(handle)
    await store.transaction(async (tx) => {
      const { contentHash: _, ...commit } = aCommit(1)
      const unit = { ...commit, blob: aBlob(1), refName: 'refs/heads/main', expected: hash(2) }
      await expect(tx.commits.saveWithBlob(unit)).rejects.toBeInstanceOf(RefConflictError)
      for (const event of [anEvent(1), anEvent(2)]) {
        const refused = tx.operationEvents.saveEventWithCommits({
          ...event,
          sources: [hash(2), 'absent'],
          results: [],
        })
        await expect(refused).rejects.toBeInstanceOf(MissingReferenceError)
      }
      const known = tx.operationEvents.saveEventWithCommits({
        ...anEvent(2),
        sources: [hash(3)],
        results: [],
      })
      await expect(known).rejects.toBeInstanceOf(AlreadyExistsError)
    })
    expect(contentOf(handle)).toEqual(before)
    const notes = () => handle.prepare('SELECT * FROM note').all()
    expect(notes()).toEqual([{ event_id: 'event-1' }])
  })

  it('leaves what was written before it, also where its commit has lost its blob', async ({
    store,
    plain,
  }) => {
    await saveChain(store, 3)
    const handle = plain()
    handle.pragma('foreign_keys = OFF')
    handle.prepare('DELETE FROM blobs WHERE content_hash = ?').run(hash(3))
    const { contentHash: _, ...commit } = aCommit(3)
    await store.transaction(async (tx) => {
      await tx.blobs.saveIfAbsent(aBlob(77))
      await expect(tx.commits.saveWithBlob({ ...commit, blob: aBlob(3) })).rejects.toBeInstanceOf(
        AlreadyExistsError,
      )
      await tx.blobs.saveIfAbsent(aBlob(78))
    })
    expect([...(await store.blobs.getMany([hash(3), hash(77), hash(78)])).keys()]).toEqual([
      hash(77),
      hash(78),
    ])
  })

  it.for([
    ['a unique index', "CREATE UNIQUE INDEX app ON operation_commits (position) WHERE role = 'source'"],
    ['a reference', "ALTER TABLE operation_events ADD COLUMN app TEXT REFERENCES blobs DEFAULT 'nobody'"],
    ['a check', "ALTER TABLE operation_events ADD COLUMN app TEXT DEFAULT 'no' CHECK (app <> 'no')"],
  ] as const)(
    'by %s of the application leaves the transaction going on',
    async ([, sql], { open, plain }) => {
      const store = await open()
      await saveChain(store, 2)
      const { commitCount: _, ...record } = aRecord(1)
      await store.transaction((tx) =>
        tx.compileRecords.saveRecordWithEffectives({ ...record, effectives: [hash(1)] }),
      )
      const handle = plain()
      handle.pragma('foreign_keys = OFF')
      handle.exec(sql)
      await store.transaction(async (tx) => {
        await tx.blobs.saveIfAbsent(aBlob(77))
        const unit = { sources: [hash(2)], results: [] }
        // Under the index alone the first is no refusal.
        await tx.operationEvents.saveEventWithCommits({ ...anEvent(1), ...unit }).catch(() => {})
        const refused = tx.operationEvents.saveEventWithCommits({ ...anEvent(2), ...unit })
        await expect(refused).rejects.toThrow()
        await tx.blobs.saveIfAbsent(aBlob(78))
      })
      expect((await store.blobs.getMany([hash(77), hash(78)])).size).toBe(2)
      expect(await store.operationEvents.getAllIds(TRACT)).not.toContain('event-2')
    },
  )

  it('by a store for reading alone leaves the transaction going on', async ({ open, location }) => {
    const store = await open()
    await saveChain(store, 1)
    await store.close()
    const reading = await open(location, { readonly: true })
    const commit = await reading.transaction(async (tx) => {
      const refused = tx.operationEvents.saveEventWithCommits({
        ...anEvent(1),
        sources: [hash(1)],
        results: [],
      })
      await expect(refused).rejects.toMatchObject({ code: 'readonly_store' })
      return tx.commits.get(hash(1))
    })
    expect(commit?.commitHash).toBe(hash(1))
  })

  it('by what nobody could foresee ends the transaction, and that is said: no half of it stays', async ({
    open,
    plain,
  }) => {
    const store = await open()
    await saveChain(store, 2)
    const before = contentOf(plain())
    const transaction = store.transaction(async (tx) => {
      await tx.operationEvents.saveEventWithCommits({ ...anEvent(1), sources: [hash(1)], results: [] })
      await store.withManager((manager) =>
        manager.query("CREATE UNIQUE INDEX app ON operation_commits (position) WHERE role = 'source'"),
      )
      const refused = tx.operationEvents.saveEventWithCommits({
        ...anEvent(2),
        sources: [hash(2)],
        results: [],
      })
      await expect(refused).rejects.toBeInstanceOf(AlreadyExistsError)
      await expect(tx.operationEvents.saveEvent(anEvent(3))).rejects.toMatchObject({
        code: 'transaction_ended',
        message: expect.stringContaining('exists already'),
        cause: expect.any(AlreadyExistsError),
      })
    })
    await expect(transaction).rejects.toBeInstanceOf(TransactionEndedError)
    expect(contentOf(plain())).toEqual(before)
  })
})
