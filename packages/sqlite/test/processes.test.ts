import { Timestamp } from '@tract/schema'
import { describe, expect } from 'vitest'
import { it } from './support/it.js'
import { runProgram } from './support/program.js'
import { aBlob, aCommit, hash, saveChain, TRACT } from './support/rows.js'

const FOUR = [1, 2, 3, 4]

describe('several processes on one file', () => {
  // With TypeORM's deferred BEGIN a seventh of these fail with SQLITE_BUSY at their first write, however long they may
  // wait: what they read is out of date, and SQLite cannot give them the lock any more.
  it('read and then write in one transaction, 4 times 200, and lose no update', async ({
    store,
    location,
  }) => {
    const done = await Promise.all(FOUR.map(() => runProgram('count-up', [location, '200'])))
    expect(done.map(Number)).toEqual([200, 200, 200, 200])
    expect(await store.refs.getSymbolicRef(TRACT, 'counter')).toBe('800')
  })

  it('race for one ref by compare-and-set and lose no update', async ({ store, location }) => {
    const chain = await store.transaction((tx) => saveChain(tx, 201))
    await store.refs.setBranch(TRACT, 'main', hash(1))
    await Promise.all(FOUR.map(() => runProgram('move-ref', [location, '50'])))
    expect(await store.refs.getBranch(TRACT, 'main')).toBe(chain.at(-1))
  })

  it('open a file that does not exist yet at the same moment', async ({ location, open }) => {
    const versions = await Promise.all(FOUR.map((name) => runProgram('open', [location, `blob-${name}`])))
    expect(versions.map(Number)).toEqual([6, 6, 6, 6])
    const store = await open()
    expect((await store.blobs.getMany(FOUR.map((name) => `blob-${name}`))).size).toBe(4)
    expect(await store.checkIntegrity()).toMatchObject({ ok: true })
  })

  it('one of which is killed in a transaction leave nothing of it', async ({ store, location }) => {
    await expect(runProgram('die-in-transaction', [location])).rejects.toMatchObject({ signal: 'SIGKILL' })
    expect(await store.blobs.get('blob-0')).toBeNull()
    await store.blobs.saveIfAbsent(aBlob(1))
    expect(await store.checkIntegrity()).toMatchObject({ ok: true })
  })
})

describe('a process in another time zone', () => {
  // A `datetime` column of TypeORM's takes six digits for local time: five hours off in New York.
  it('reads the same times, through the repositories and through plain TypeORM', async ({
    store,
    location,
  }) => {
    const summer = Timestamp.from('2026-07-01T00:30:00.123456Z')
    const hourThatNewYorkSkips = Timestamp.from('2026-03-08T02:30:00.000001Z')
    await store.blobs.saveIfAbsent(aBlob(1, { createdAt: summer }))
    await store.commits.save(aCommit(1, { createdAt: hourThatNewYorkSkips }))
    await store.policies.saveProposal({
      proposalId: 'proposal',
      tractId: TRACT,
      policyName: 'a policy',
      actionType: 'compress',
      createdAt: summer,
      resolvedAt: hourThatNewYorkSkips,
    })
    const here = [
      await store.blobs.get(hash(1)),
      await store.commits.get(hash(1)),
      await store.policies.getProposal('proposal'),
    ]
    expect(here).toMatchObject([
      { createdAt: summer },
      { createdAt: hourThatNewYorkSkips },
      { createdAt: summer, resolvedAt: hourThatNewYorkSkips },
    ])
    const printed = await runProgram('read-times', [location, hash(1), hash(1), 'proposal'], {
      TZ: 'America/New_York',
    })
    expect(JSON.parse(printed)).toEqual({
      offset: 300,
      ours: JSON.parse(JSON.stringify(here)),
      plain: JSON.parse(JSON.stringify(here)),
    })
  })
})
