import { join } from 'node:path'
import { StorageFailedError, type Store } from '@tract/repositories'
import { type CommitRow, Timestamp } from '@tract/schema'
import { openStore } from '@tract/sqlite'
import { expect, onTestFinished, test } from 'vitest'
import { collect, contextOf, fateOf, history, originsOf, verify } from '../src/index.js'
import { aFolder, aStore, assistant, instruction, user } from './support/fixture.js'

test('what was left behind by a reset goes, with its payloads, and the rest verifies', async () => {
  const store = await aStore()
  const h = history(store, 't')
  const a = await h.commit(user('a'))
  const b = await h.commit(user('b'))
  const c = await h.commit(user('b'), { editOf: b.commitHash })
  await h.annotate(c.commitHash, 'pinned')
  await h.reset(a.commitHash)
  const plan = await collect(store, { dryRun: true })
  expect(plan).toMatchObject({ dryRun: true, looked: 3, commits: [c.commitHash, b.commitHash], payloads: 1 })
  expect(await store.commits.get(b.commitHash)).not.toBeNull()
  const done = await collect(store)
  expect({ ...done, dryRun: true }).toEqual(plan)
  expect(done.payloadBytes).toBe(71)
  expect(await store.commits.get(b.commitHash)).toBeNull()
  expect((await verify(store)).findings).toEqual([])
})

test('nothing goes that a ref, record, event, spawn or merge needs', async () => {
  const store = await aStore()
  const h = history(store, 't')
  await h.commit(instruction('Rules'))
  const a = await h.commit(user('a'))
  await h.branch('side')
  const side = history(store, 't', { branch: 'side' })
  await side.commit(user('s'))
  const b = await h.commit(assistant('b'))
  await h.merge('side')
  await store.refs.deleteRef('t', 'refs/heads/side')
  await h.compress({ sources: [a.commitHash, b.commitHash], summary: 'S' })
  const left = await h.commit(user('seen'))
  await h.recordCompile()
  await h.reset(left.parentHash ?? '')
  const lone = history(store, 't', { branch: 'lone' })
  const spawned = await lone.commit(user('spawned'))
  await store.refs.deleteRef('t', 'refs/heads/lone')
  await store.spawnPointers.save({
    ...{ parentTractId: 't', parentCommitHash: spawned.commitHash, childTractId: 'child', purpose: '' },
    inheritanceMode: 'selective',
  })
  expect(await collect(store)).toMatchObject({ commits: [], payloads: 0, events: [] })
})

test('event sources go only when told, and then the summaries stay', async () => {
  const store = await aStore()
  const h = history(store, 't')
  const [a, b] = [await h.commit(user('a')), await h.commit(user('b'))]
  const { summary, eventId } = await h.compress({ sources: [a.commitHash, b.commitHash], summary: 'S' })
  const done = await collect(store, { keep: { eventSources: false } })
  expect(new Set(done.commits)).toEqual(new Set([a.commitHash, b.commitHash]))
  expect(done.events).toEqual([])
  expect((await originsOf(store, summary.commitHash)).originals).toEqual([summary])
  expect(await store.operationEvents.getEvent(eventId)).not.toBeNull()
  expect((await verify(store)).ok).toBe(true)
})

test('an event that names nothing any more goes too', async () => {
  const store = await aStore()
  const h = history(store, 't')
  const z = await h.commit(user('z'))
  const a = await h.commit(user('a'))
  const { eventId } = await h.compress({ sources: [a.commitHash], summary: 'S' })
  await h.reset(z.commitHash)
  expect((await collect(store, { keep: { eventSources: false } })).events).toEqual([eventId])
  expect(await store.operationEvents.getEvent(eventId)).toBeNull()
})

test('what another tract took over stays, whatever is told of one tract', async () => {
  const store = await aStore()
  const h = history(store, 't')
  const z = await h.commit(user('z'))
  const a = await h.commit(user('a'))
  await history(store, 'other').import({ from: 't', commits: [a.commitHash] })
  await h.reset(z.commitHash)
  expect((await collect(store, { tractId: 't', keep: { eventSources: false } })).commits).toEqual([])
  expect((await collect(store, { keep: { eventSources: false } })).commits).toEqual([a.commitHash])
})

test('commits that are named, and those since a moment, are kept', async () => {
  const store = await aStore()
  const h = history(store, 't')
  const z = await h.commit(user('z'))
  const a = await h.commit(user('a'))
  const b = await h.commit(user('b'))
  await h.reset(z.commitHash)
  const kept = await collect(store, { dryRun: true, keep: { commits: [a.commitHash.slice(0, 20)] } })
  expect(kept.commits).toEqual([b.commitHash])
  expect((await collect(store, { dryRun: true, keep: { since: b.createdAt } })).commits).toEqual([])
  expect((await collect(store, { reclaim: true })).reclaimed).not.toBeNull()
})

test('where space cannot be given back the error says what was collected all the same', async () => {
  const store = await aStore()
  const h = history(store, 't')
  const a = await h.commit(user('a'))
  const b = await h.commit(user('b'))
  await h.reset(a.commitHash)
  const full = new StorageFailedError('agent.db', 'SQLITE_FULL', 'database or disk is full')
  const small: Store = Object.create(store, {
    transaction: { value: store.transaction.bind(store) },
    reclaimSpace: { value: () => Promise.reject(full) },
  })
  await expect(collect(small, { reclaim: true })).rejects.toMatchObject({
    code: 'space_not_reclaimed',
    collection: { dryRun: false, commits: [b.commitHash], reclaimed: null },
    cause: full,
  })
  expect(await store.commits.get(b.commitHash)).toBeNull()
})

test('an edit that a record sent stays, though its chain was left, and one that was never sent goes', async () => {
  const store = await aStore()
  const h = history(store, 't')
  const a = await h.commit(user('a'))
  await h.commit(user('A'), { editOf: a.commitHash })
  const { entries } = await h.context()
  const record = await h.recordCompile({ context: h.contextOf(entries) })
  const unsent = await h.commit(user('AA'), { editOf: a.commitHash })
  await h.reset(a.commitHash)
  expect((await collect(store)).commits).toEqual([unsent.commitHash])
  expect(await contextOf(store, record.recordId)).toMatchObject({ proof: 'proven', missing: [] })
  expect((await verify(store)).findings).toEqual([])
})

test('no copy is given the origin of another when event sources go', async () => {
  const store = await aStore()
  const h = history(store, 't')
  const [a, b, c] = [await h.commit(user('a')), await h.commit(user('b')), await h.commit(user('c'))]
  await h.branch('old', b.commitHash)
  const { copies, eventId } = await h.reorganize({ commits: [c, b, a].map(({ commitHash }) => commitHash) })
  const copyOf = ({ commitHash }: CommitRow) => copies.get(commitHash)?.commitHash ?? ''
  const done = await collect(store, { keep: { eventSources: false } })
  expect(done.commits).toEqual([c.commitHash])
  const originals = async (hash: string) =>
    (await originsOf(store, hash)).originals.map((one) => one.commitHash)
  expect(await originals(copyOf(c))).toEqual([copyOf(c)])
  expect(await originals(copyOf(b))).toEqual([b.commitHash])
  expect(await originals(copyOf(a))).toEqual([a.commitHash])
  expect(await store.operationEvents.getCommits(eventId ?? '', 'source')).toHaveLength(2)
  expect((await verify(store)).ok).toBe(true)
})

test('payloads since a moment are kept as commits are', async () => {
  const store = await aStore()
  const moment = Timestamp.now()
  const blob = { payloadJson: '{}', byteSize: 2, tokenCount: 0 }
  await store.blobs.saveIfAbsent({ ...blob, contentHash: 'new' })
  await store.blobs.saveIfAbsent({
    ...blob,
    contentHash: 'old',
    createdAt: Timestamp.from('2020-01-01T00:00:00Z'),
  })
  const soon = Timestamp.toDate(moment)
  expect(await collect(store, { keep: { since: moment } })).toMatchObject({ payloads: 1, payloadBytes: 2 })
  expect(await collect(store, { keep: { since: soon } })).toMatchObject({ payloads: 0 })
  expect(await collect(store)).toMatchObject({ payloads: 1 })
})

test('a plan is made on a store that is only open for reading, and while another writes', async () => {
  const file = join(aFolder(), 'store.db')
  const store = await aStore(file)
  const h = history(store, 't')
  const a = await h.commit(user('a'))
  await h.commit(user('shared'))
  await history(store, 'other').commit(user('shared'))
  await h.compress({ sources: [a.commitHash], summary: 'S' })
  await h.commit(user('wrong turn'))
  await h.reset(a.commitHash)
  const reader = await openStore(file, { readonly: true })
  onTestFinished(() => reader.close())
  for (const options of [{}, { tractId: 't' }, { keep: { eventSources: false } }]) {
    const plan = await store.transaction(() => collect(reader, { ...options, dryRun: true }))
    const rolledBack = new Error('rolled back')
    await expect(
      store.transaction(async () => {
        expect({ ...(await collect(store, options)), dryRun: true }).toEqual(plan)
        throw rolledBack
      }),
    ).rejects.toThrow(rolledBack)
    expect(plan.commits).not.toEqual([])
    expect(plan.events).toHaveLength('keep' in options ? 1 : 0)
  }
})

test('what a spawned tract began with stays, so that nothing else is taken for it', async () => {
  const store = await aStore()
  const h = history(store, 't')
  const a = await h.commit(user('a'))
  await store.spawnPointers.save({
    ...{ parentTractId: 't', parentCommitHash: a.commitHash, childTractId: 'child', purpose: 'help' },
    inheritanceMode: 'head_snapshot',
  })
  const inherited = await history(store, 'child').commit(instruction('a'))
  const own = await history(store, 'child', { branch: 'own' }).commit(user('own'))
  await history(store, 'child').reset(own.commitHash)
  expect((await collect(store)).commits).toEqual([])
  const { descendants } = await fateOf(store, a.commitHash)
  expect(descendants.map(({ commitHash }) => commitHash)).toEqual([inherited.commitHash])
})
