import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { DamagedDataError, InsideTransactionError, TractError } from '@tract/repositories'
import type { Database } from 'better-sqlite3'
import { describe, expect } from 'vitest'
import { it } from './support/it.js'
import { aBlob, hash, saveChain, TRACT } from './support/rows.js'

const PAGE_SIZE = 4096

describe('checkIntegrity', () => {
  it('finds nothing in a sound file', async ({ store }) => {
    await store.transaction((tx) => saveChain(tx, 20))
    expect(await store.checkIntegrity()).toEqual({ ok: true, damage: [], brokenReferences: [] })
  })

  it('finds nothing in memory, and inside a transaction', async ({ open }) => {
    const store = await open(':memory:')
    await store.transaction(async (tx) => {
      await saveChain(tx, 3)
      expect(await store.checkIntegrity()).toMatchObject({ ok: true })
    })
  })

  it('names the row, the column and the missing target of every broken reference', async ({
    store,
    plain,
  }) => {
    await saveChain(store, 2)
    await store.annotations.save({ tractId: TRACT, targetHash: hash(1), priority: 'pinned' })
    const handle = plain()
    handle.pragma('foreign_keys = OFF')
    handle.exec(`
      UPDATE annotations SET target_hash = 'absent';
      INSERT INTO commit_parents VALUES ('${hash(2)}', 'absent too', 0)`)
    const report = await store.checkIntegrity()
    expect(report).toMatchObject({ ok: false, damage: [] })
    expect(report.brokenReferences.toSorted((a, b) => (a.table < b.table ? -1 : 1))).toEqual([
      { table: 'annotations', rowId: 1, columns: { target_hash: 'absent' }, target: 'commits' },
      { table: 'commit_parents', rowId: 1, columns: { parent_hash: 'absent too' }, target: 'commits' },
    ])
  })

  for (const [what, name] of [
    ['an index', 'ix_commits_tract_time'],
    ['a table', 'commits'],
    ['a table that others refer to', 'blobs'],
    ['a table that refers', 'annotations'],
  ] as const) {
    it(`reports damage of ${what} in sentences, and does not stop at it`, async ({
      open,
      plain,
      location,
    }) => {
      const store = await open()
      await store.transaction((tx) => saveChain(tx, 50))
      await store.annotations.save({ tractId: TRACT, targetHash: hash(1), priority: 'pinned' })
      await store.close()
      damage(location, rootPage(plain(), name))
      const damaged = await open(location, { readonly: true })
      const report = await damaged.checkIntegrity()
      expect(report.ok).toBe(false)
      expect(report.damage.length).toBeGreaterThan(0)
      for (const sentence of report.damage) expect(sentence).toMatch(/\w/)
    })
  }

  it('counts an index that lacks a row as damage', async ({ store, plain }) => {
    await saveChain(store, 3)
    const handle = plain()
    handle.unsafeMode(true)
    handle.pragma('writable_schema = ON')
    // The index goes on to be believed to hold every row of a table that it holds no row of.
    handle.exec(`
      CREATE INDEX decoy ON annotations (reason);
      UPDATE sqlite_master SET rootpage = (SELECT rootpage FROM sqlite_master WHERE name = 'decoy')
      WHERE name = 'ix_commits_parent';
      DELETE FROM sqlite_master WHERE name = 'decoy'`)
    handle.pragma('writable_schema = RESET')
    handle.close()
    const report = await store.checkIntegrity()
    expect(report.ok).toBe(false)
    expect(report.damage.join('\n')).toContain('ix_commits_parent')
  })
})

describe('reading a damaged page', () => {
  it('is a typed error', async ({ open, plain, location }) => {
    const store = await open()
    await store.transaction((tx) => saveChain(tx, 50))
    await store.close()
    damage(location, rootPage(plain(), 'commits'))
    const damaged = await open(location, { readonly: true })
    const error: unknown = await damaged.commits.getAll(TRACT).catch((reason) => reason)
    expect(error).toBeInstanceOf(TractError)
    expect(error).toBeInstanceOf(DamagedDataError)
  })
})

describe('reclaimSpace', () => {
  it('gives the space of deleted rows back to the file system', async ({ store, location }) => {
    await store.transaction(async (tx) => {
      for (let number = 1; number <= 200; number++) {
        const payloadJson = JSON.stringify({ text: 'x'.repeat(20_000) })
        await tx.blobs.saveIfAbsent(aBlob(number, { payloadJson, byteSize: payloadJson.length }))
      }
    })
    await store.transaction(async (tx) => {
      for (let number = 2; number <= 200; number++) await tx.blobs.deleteIfOrphaned(hash(number))
    })
    const { bytesBefore, bytesAfter } = await store.reclaimSpace()
    expect(bytesBefore).toBeGreaterThan(4_000_000)
    expect(bytesAfter).toBeLessThan(500_000)
    expect(statSync(location).size).toBe(bytesAfter)
    expect(await store.blobs.get(hash(1))).not.toBeNull()
    expect(await store.checkIntegrity()).toMatchObject({ ok: true })
  })

  it('takes its turn behind a transaction that runs', async ({ store }) => {
    const running = store.transaction((tx) => saveChain(tx, 20))
    const [reclaimed] = await Promise.all([store.reclaimSpace(), running])
    expect(reclaimed.bytesAfter).toBeGreaterThan(0)
    expect((await store.commits.getAll(TRACT)).length).toBe(20)
  })

  it('inside a transaction is a typed error, and the transaction goes on', async ({ store }) => {
    await store.transaction(async (tx) => {
      await expect(store.reclaimSpace()).rejects.toBeInstanceOf(InsideTransactionError)
      await tx.blobs.saveIfAbsent(aBlob(1))
    })
    expect(await store.blobs.get(hash(1))).not.toBeNull()
  })

  it('keeps the order of rows that tie on their time', async ({ store }) => {
    // VACUUM may number the rows of a table anew where no column is the row's number; their order must stay.
    await store.transaction((tx) => saveChain(tx, 100))
    for (const number of [3, 50, 99]) {
      await store.operationEvents.saveEvent({
        eventId: `event-${100 - number}`,
        tractId: TRACT,
        eventType: 'import',
        createdAt: new Date(0),
      })
    }
    await store.operationEvents.deleteEvent('event-50')
    const before = [await store.commits.getAll(TRACT), await store.operationEvents.getAllIds(TRACT)]
    await store.reclaimSpace()
    expect([await store.commits.getAll(TRACT), await store.operationEvents.getAllIds(TRACT)]).toEqual(before)
  })

  it('works in memory', async ({ open }) => {
    const store = await open(':memory:')
    expect((await store.reclaimSpace()).bytesAfter).toBeGreaterThan(0)
  })
})

function rootPage(handle: Database, name: string): number {
  const page = handle.prepare('SELECT rootpage FROM sqlite_master WHERE name = ?').pluck().get(name)
  handle.close()
  return Number(page)
}

/** Overwrites the content of a page, leaving its header. */
function damage(location: string, page: number): void {
  const bytes = readFileSync(location)
  bytes.fill(0xa5, (page - 1) * PAGE_SIZE + 8, page * PAGE_SIZE)
  writeFileSync(location, bytes)
}
