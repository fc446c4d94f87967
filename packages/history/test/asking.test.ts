import { join } from 'node:path'
import { InvalidInputError } from '@tract/repositories'
import { type CommitRow, contentHashOfStored } from '@tract/schema'
import { openStore } from '@tract/sqlite'
import Database from 'better-sqlite3'
import { expect, test } from 'vitest'
import {
  type Context,
  type ContextEntry,
  contextOf,
  DamagedRecordError,
  diffContexts,
  fateOf,
  history,
  originsOf,
  savings,
  seenBy,
  timeline,
  UnknownRecordError,
} from '../src/index.js'
import { aFolder, aStore, assistant, instruction, textsOf, user } from './support/fixture.js'

const hashes = (commits: readonly CommitRow[]) => commits.map(({ commitHash }) => commitHash)

/** Rules, then a b c d; a b become S, S c become T, d is kept. */
async function nested() {
  const store = await aStore()
  const h = history(store, 't')
  await h.commit(instruction('Rules'))
  const [a, b] = [await h.commit(user('a')), await h.commit(assistant('b'))]
  const [c, d] = [await h.commit(user('c')), await h.commit(assistant('d'))]
  const early = await h.recordCompile()
  const first = await h.compress({ sources: hashes([a, b]), summary: 'S', tokens: 1 })
  const middle = await h.recordCompile()
  const copyOfC = (await h.context()).entries.find(({ text }) => text === 'c')?.commit
  if (copyOfC === undefined) throw new Error('no copy of c')
  const second = await h.compress({ sources: [first.summary.commitHash, copyOfC.commitHash], summary: 'T' })
  const late = await h.recordCompile()
  return { store, h, a, b, c, d, first, second, copyOfC, early, middle, late }
}

test('the origins of a summary of summaries are the messages first written, as a tree and flat', async () => {
  const { store, a, b, c, first, second, copyOfC } = await nested()
  const { tree, originals, events, wayOf, lost } = await originsOf(store, second.summary.commitHash)
  expect(hashes(originals)).toEqual(hashes([a, b, c]))
  expect(lost).toEqual([])
  expect(tree.ways).toHaveLength(1)
  expect(tree.ways[0]?.event?.eventId).toBe(second.eventId)
  expect(tree.ways[0]?.nodes.map(({ hash }) => hash)).toContain(copyOfC.commitHash)
  const wayOfA = wayOf(a.commitHash).map(({ eventId }) => eventId)
  expect(wayOfA[0]).toBe(first.eventId)
  expect(wayOfA.at(-1)).toBe(second.eventId)
  expect(wayOf(c.commitHash).map(({ eventType }) => eventType)).toEqual(['reorganize', 'compress'])
  expect(events.filter(({ eventType }) => eventType === 'compress')).toHaveLength(2)
})

test('an original message is its own origin', async () => {
  const { store, a } = await nested()
  const { originals, tree, events } = await originsOf(store, a.commitHash.slice(0, 16))
  expect(hashes(originals)).toEqual([a.commitHash])
  expect([tree.ways, events]).toEqual([[], []])
})

test('a copy comes from the commit at its place alone, not from its neighbours', async () => {
  const store = await aStore()
  const h = history(store, 't')
  const [a, b, c] = [await h.commit(user('a')), await h.commit(user('b')), await h.commit(user('c'))]
  const { copies } = await h.reorganize({ commits: hashes([c, b, a]) })
  const { originals } = await originsOf(store, copies.get(b.commitHash)?.commitHash ?? '')
  expect(hashes(originals)).toEqual([b.commitHash])
})

test('a message is held verbatim, edited, summarised or not at all', async () => {
  const { store, h, a, d, second } = await nested()
  expect(await fateOf(store, a.commitHash)).toMatchObject({
    standing: 'summarised',
    standsAs: [second.summary],
  })
  const held = await fateOf(store, d.commitHash)
  expect(held.standing).toBe('verbatim')
  expect(held.standsAs[0]?.contentHash).toBe(d.contentHash)
  expect(held.standsAs[0]?.commitHash).not.toBe(d.commitHash)
  const copy = held.standsAs[0]?.commitHash ?? ''
  const edit = await h.commit(assistant('D'), { editOf: copy })
  expect((await fateOf(store, d.commitHash)).standing).toBe('edited')
  expect((await fateOf(store, edit.commitHash)).standing).toBe('verbatim')
  await h.annotate(copy, 'skip')
  expect(await fateOf(store, d.commitHash)).toMatchObject({ standing: 'absent', standsAs: [] })
  await h.reset(a.commitHash)
  expect((await fateOf(store, a.commitHash)).standing).toBe('verbatim')
})

test('the fate of an edit follows what it edits', async () => {
  const store = await aStore()
  const h = history(store, 't')
  const a = await h.commit(user('a'))
  const edit = await h.commit(user('A'), { editOf: a.commitHash })
  const later = await h.commit(user('AA'), { editOf: a.commitHash })
  expect((await fateOf(store, edit.commitHash)).standing).toBe('edited')
  expect((await fateOf(store, later.commitHash)).standing).toBe('verbatim')
  await h.compress({ sources: [a.commitHash], summary: 's' })
  expect((await fateOf(store, later.commitHash)).standing).toBe('summarised')
})

test('origins and fate reach through an import and a spawned tract', async () => {
  const { store, h, a, b, c, second } = await nested()
  const other = history(store, 'other')
  const { copies } = await other.import({ from: 't', commits: [second.summary.commitHash] })
  const imported = copies.get(second.summary.commitHash)?.commitHash ?? ''
  expect(hashes((await originsOf(store, imported)).originals)).toEqual(hashes([a, b, c]))
  const parentCommitHash = await other.head()
  await store.spawnPointers.save({
    ...{ parentTractId: 'other', parentCommitHash, childTractId: 'child', purpose: 'look' },
    inheritanceMode: 'head_snapshot',
  })
  const child = await history(store, 'child').commit(instruction('Inherited'))
  await history(store, 'child').commit(user('own'))
  const { originals, tree } = await originsOf(store, child.commitHash)
  expect(hashes(originals)).toEqual(hashes([a, b, c]))
  expect(tree.ways[0]?.spawn?.childTractId).toBe('child')
  const fate = await fateOf(store, a.commitHash)
  expect(hashes(fate.descendants)).toContain(child.commitHash)
  expect(await h.head()).toBe(fate.headHash)
})

test('a context that was sent is rebuilt with its proof after edits, skips and compression', async () => {
  const { store, h, early, d } = await nested()
  await h.commit(assistant('D!'), { editOf: (await h.context()).entries.at(-1)?.commit.commitHash ?? '' })
  await h.annotate(d.commitHash, 'skip')
  const sent = await contextOf(store, early.recordId)
  expect(sent).toMatchObject({ proof: 'proven', missing: [] })
  expect(sent.context && textsOf(sent.context)).toEqual(['Rules', 'a', 'b', 'c', 'd'])
})

test('a context in which a commit stands twice is rebuilt as it was', async () => {
  const store = await aStore()
  const h = history(store, 't', {
    render: (entries) => [...entries].map(({ text }) => ({ role: 'user', content: text })),
  })
  await h.commit(user('a'))
  await h.commit(user('b'))
  const context = await h.context()
  const [a, b] = context.entries
  if (a === undefined || b === undefined) throw new Error('two entries')
  const twice = h.contextOf([a, b, a])
  const record = await h.recordCompile({ context: twice })
  const sent = await contextOf(store, record.recordId)
  expect(sent.proof).toBe('proven')
  expect(sent.context && textsOf(sent.context)).toEqual(['a', 'b', 'a'])
})

test('a context whose payload was lost or changed says which', async () => {
  const store = await aStore()
  const h = history(store, 't')
  const a = await h.commit(user('a'))
  await h.commit(user('b'))
  const record = await h.recordCompile()
  await store.compileRecords.saveRecord({
    ...{ recordId: 'lost', tractId: 't', headHash: a.commitHash, tokenCount: 1, commitCount: 1 },
    tokenSource: 'x',
    paramsJson: {
      context_digest: 'f'.repeat(64),
      entries: [
        { commit: a.commitHash, content: 'e'.repeat(64), edit: 'd'.repeat(64), role: 'user', tokens: 1 },
      ],
    },
  })
  const lost = await contextOf(store, 'lost')
  expect(lost).toMatchObject({ context: null, proof: 'unproven' })
  expect(lost.missing).toEqual([
    { position: 0, what: 'edit', hash: 'd'.repeat(64) },
    { position: 0, what: 'payload', hash: 'e'.repeat(64) },
  ])
  expect((await contextOf(store, record.recordId, { render: () => [] })).proof).toBe('contradicted')
  await expect(contextOf(store, 'none')).rejects.toThrow(UnknownRecordError)
})

test('a record whose entries have another shape is damaged', async () => {
  const store = await aStore()
  await store.compileRecords.saveRecord({
    ...{ recordId: 'r', tractId: 't', headHash: '', tokenCount: 0, commitCount: 0, tokenSource: '' },
    paramsJson: { entries: [{ commit: 1 }] },
  })
  await expect(contextOf(store, 'r')).rejects.toThrow(DamagedRecordError)
})

test('a diff says what was kept, added, dropped, replaced, edited and moved', async () => {
  const store = await aStore()
  const h = history(store, 't')
  const [a, b, c] = [await h.commit(user('a')), await h.commit(user('b')), await h.commit(user('c'))]
  const [d, e] = [await h.commit(user('d')), await h.commit(user('e'))]
  const before = await h.context()
  await h.compress({ sources: hashes([a, b]), summary: 'S' })
  const now = (await h.context()).entries
  const at = (text: string) => now.find((entry) => entry.text === text)?.commit.commitHash ?? ''
  await h.reorganize({ commits: [at('S'), at('e'), at('c'), at('d')] })
  const moved = (await h.context()).entries
  const hashOf = (text: string) => moved.find((entry) => entry.text === text)?.commit.commitHash ?? ''
  await h.commit(user('C'), { editOf: hashOf('c') })
  await h.annotate(hashOf('d'), 'skip')
  await h.commit(user('f'))
  const { changes, tokensBefore, tokensAfter } = await diffContexts(store, before, await h.context())
  const told = changes.map((change) => {
    const from = 'before' in change ? [change.before].flat().map(({ text }) => text) : []
    return [change.kind, from.join(' '), 'after' in change ? change.after.text : '']
  })
  expect(told).toEqual([
    ['replaced', 'a b', 'S'],
    ['moved', 'e', 'e'],
    ['edited', 'c', 'C'],
    ['added', '', 'f'],
    ['dropped', 'd', ''],
  ])
  expect([tokensBefore, tokensAfter]).toEqual([5, 4])
  expect([c, d, e]).toHaveLength(3)
})

test('a diff of two records of an unchanged context keeps everything', async () => {
  const { store, h, late } = await nested()
  const again = await h.recordCompile()
  const { changes } = await diffContexts(store, late.recordId, again.recordId)
  expect(new Set(changes.map(({ kind }) => kind))).toEqual(new Set(['kept']))
})

test('a message was seen by every record that held it, as itself or inside a summary', async () => {
  const { store, a, early, middle, late, first, second } = await nested()
  const seen = await seenBy(store, a.commitHash)
  expect(seen.map(({ record, as, commit }) => [record.recordId, as, commit.commitHash])).toEqual([
    [early.recordId, 'verbatim', a.commitHash],
    [middle.recordId, 'summarised', first.summary.commitHash],
    [late.recordId, 'summarised', second.summary.commitHash],
  ])
})

test('a record that held a message with another text saw the edit', async () => {
  const store = await aStore()
  const h = history(store, 't')
  const a = await h.commit(user('a'))
  const plain = await h.recordCompile()
  const edit = await h.commit(user('A'), { editOf: a.commitHash })
  const edited = await h.recordCompile()
  expect((await seenBy(store, a.commitHash)).map(({ as }) => as)).toEqual(['verbatim', 'edited'])
  const seen = await seenBy(store, edit.commitHash)
  expect(seen.map(({ record }) => record.recordId)).toEqual([edited.recordId])
  expect(plain.recordId).not.toBe(edited.recordId)
})

test('savings add up by event, type, branch and day', async () => {
  const { store, first, second } = await nested()
  const each = await savings(store, 't')
  expect(each.groups.map(({ key }) => key)).toEqual([first.eventId, second.eventId])
  const [firstAt, lastAt] = (await store.operationEvents.getAll('t'))
    .filter(({ eventType }) => eventType === 'compress')
    .map(({ createdAt }) => createdAt)
  const sums = { events: 2, before: 4, after: 2, saved: 2, share: 0.5 }
  expect(each.total).toEqual({ key: '', ...sums, firstAt, lastAt })
  expect(each.groups[1]).toMatchObject({ events: 1, firstAt: lastAt, lastAt })
  for (const by of ['type', 'branch', 'day'] as const) {
    const { groups, total } = await savings(store, 't', { by })
    expect(groups.reduce((sum, { saved }) => sum + saved, 0)).toBe(total.saved)
  }
  expect((await savings(store, 't', { by: 'type' })).groups.map(({ key }) => key)).toEqual([
    'compress',
    'reorganize',
  ])
  expect((await savings(store, 'nobody')).total).toMatchObject({ events: 0, share: 0, firstAt: null })
})

test('the timeline tells the size of the context at every commit, event and record', async () => {
  const { store } = await nested()
  const points = await timeline(store, 't')
  const told = points.map(({ tokens, commit, event, record }) => [
    commit ? 'commit' : (event?.eventType ?? (record ? 'record' : 'nothing')),
    tokens,
  ])
  expect(told).toEqual([
    ['commit', 2],
    ['commit', 3],
    ['commit', 4],
    ['commit', 5],
    ['commit', 6],
    ['record', 6],
    ['compress', 5],
    ['reorganize', 5],
    ['record', 5],
    ['compress', 4],
    ['reorganize', 4],
    ['record', 4],
  ])
})

test('an edit exchanges the tokens of the text before it', async () => {
  const store = await aStore()
  const h = history(store, 't')
  const a = await h.commit(user('a'), { tokens: 10 })
  await h.commit(user('b'), { tokens: 5 })
  await h.commit(user('A'), { editOf: a.commitHash, tokens: 3 })
  await h.commit(user('AA'), { editOf: a.commitHash, tokens: 4 })
  expect((await timeline(store, 't')).map(({ tokens }) => tokens)).toEqual([10, 15, 8, 9])
})

test('damaged events that lead in a circle end, and leave an origin', async () => {
  const store = await aStore()
  const h = history(store, 't')
  const [a, b] = [await h.commit(user('a')), await h.commit(user('b'))]
  const circle = { tractId: 't', eventType: 'compress' } as const
  const [x, y] = [a.commitHash, b.commitHash]
  await store.operationEvents.saveEventWithCommits({ eventId: '1', ...circle, sources: [x], results: [y] })
  await store.operationEvents.saveEventWithCommits({ eventId: '2', ...circle, sources: [y], results: [x] })
  await store.operationEvents.saveEventWithCommits({ eventId: '3', ...circle, sources: [x], results: [x] })
  expect(hashes((await originsOf(store, x)).originals)).toEqual([y])
  expect((await fateOf(store, x)).standing).toBe('verbatim')
})

test('what is not there is named: a commit, a payload, a head, in records with entries and without', async () => {
  const file = join(aFolder(), 'tract.db')
  const store = await openStore(file)
  const h = history(store, 't')
  const [a, b] = [await h.commit(user('a')), await h.commit(user('b'))]
  const own = await h.recordCompile()
  const foreign = { tractId: 't', tokenCount: 1, commitCount: 2, tokenSource: 'x', headHash: b.commitHash }
  await store.compileRecords.saveRecord({ ...foreign, recordId: 'foreign' })
  for (const [at, { commitHash }] of [a, b].entries())
    await store.compileRecords.addEffective('foreign', commitHash, at)
  await store.close()
  const lose = (table: string, column: string, hash: string) => {
    const db = new Database(file)
    db.pragma('foreign_keys = OFF')
    db.prepare(`DELETE FROM ${table} WHERE ${column} = ?`).run(hash)
    db.close()
  }
  const missing = async () => {
    await using again = await openStore(file)
    const sent = [await contextOf(again, own.recordId), await contextOf(again, 'foreign')]
    return sent.map(({ context, missing: gone }) => [
      context === null,
      gone.map(({ what, hash }) => [what, hash]),
    ])
  }
  expect(await missing()).toEqual([
    [false, []],
    [false, [['entries', null]]],
  ])
  lose('blobs', 'content_hash', a.contentHash)
  const payload = ['payload', a.contentHash]
  expect(await missing()).toEqual([
    [true, [payload]],
    [true, [['entries', null], payload]],
  ])
  lose('commits', 'commit_hash', b.commitHash)
  const commit = ['commit', b.commitHash]
  expect(await missing()).toEqual([
    [true, [payload, commit]],
    [true, [['head', b.commitHash], ['entries', null], payload, commit]],
  ])
})

test('a diff pairs a commit that stands twice as often as it stands', async () => {
  const store = await aStore()
  const h = history(store, 't')
  await h.commit(user('a'))
  await h.commit(user('b'))
  const [a, b] = (await h.context()).entries
  if (a === undefined || b === undefined) throw new Error('two entries')
  const kinds = async (before: ContextEntry[], after: ContextEntry[]) =>
    (await diffContexts(store, h.contextOf(before), h.contextOf(after))).changes.map((change) => change.kind)
  expect(await kinds([a, b, a], [a, b, a])).toEqual(['kept', 'kept', 'kept'])
  expect(await kinds([a, b, a], [a, b])).toEqual(['kept', 'kept', 'dropped'])
  expect(await kinds([a, b], [a, a, b])).toEqual(['kept', 'added', 'kept'])
  expect(await kinds([a, a, b], [b, a, a])).toEqual(['moved', 'kept', 'kept'])
})

test('a copy is its commit in a diff, whichever of the contexts came first and on whatever branch', async () => {
  const store = await aStore()
  const h = history(store, 't')
  const commits = [await h.commit(user('a')), await h.commit(user('b')), await h.commit(user('c'))]
  const before = await h.context()
  await h.branch('side')
  const [a, b, c] = hashes(commits)
  await h.reorganize({ commits: [c ?? '', a ?? '', b ?? ''] })
  const side = history(store, 't', { branch: 'side' })
  await side.reorganize({ commits: [b ?? '', a ?? '', c ?? ''] })
  const kinds = async (one: Context, other: Context) =>
    (await diffContexts(store, one, other)).changes.map(({ kind }) => kind).sort()
  expect(await kinds(await h.context(), before)).toEqual(['kept', 'kept', 'moved'])
  expect(await kinds(await h.context(), await side.context())).toEqual(['kept', 'moved', 'moved'])
  const texts = new Set(textsOf(before))
  expect(new Set(textsOf(await side.context()))).toEqual(texts)
})

test('an edit that was taken over as a message is held and seen as such', async () => {
  const store = await aStore()
  const h = history(store, 't')
  const z = await h.commit(user('z'))
  const a = await h.commit(user('a'))
  const edit = await h.commit(user('A'), { editOf: a.commitHash })
  await h.commit(user('AA'), { editOf: a.commitHash })
  const other = history(store, 'other')
  const { copies } = await other.import({ from: 't', commits: [edit.commitHash] })
  const copy = copies.get(edit.commitHash)
  const record = await other.recordCompile()
  await h.recordCompile()
  const seen = await seenBy(store, edit.commitHash)
  expect(seen.map(({ record: { recordId }, as }) => [recordId, as])).toEqual([[record.recordId, 'verbatim']])
  expect(await seenBy(store, a.commitHash)).toMatchObject([{ as: 'edited' }])
  await h.reset(z.commitHash)
  await h.import({ from: 'other', commits: [copy?.commitHash ?? ''] })
  expect((await fateOf(store, edit.commitHash)).standing).toBe('verbatim')
  const own = (await h.context()).entries.at(-1)?.commit.commitHash ?? ''
  await h.compress({ sources: [own], summary: 'S' })
  expect((await fateOf(store, edit.commitHash)).standing).toBe('summarised')
})

test('a message that stood twice in a context was seen twice, each time with its own text', async () => {
  const store = await aStore()
  const h = history(store, 't')
  const commit = await h.commit(user('a'))
  const [plain] = (await h.context()).entries
  const edit = await h.commit(user('A'), { editOf: commit.commitHash })
  const [edited] = (await h.context()).entries
  if (plain === undefined || edited === undefined) throw new Error('an entry each')
  await h.recordCompile({ context: h.contextOf([plain, edited]) })
  expect((await seenBy(store, commit.commitHash)).map(({ as, position }) => [as, position])).toEqual([
    ['verbatim', 0],
    ['edited', 1],
  ])
  expect((await seenBy(store, edit.commitHash)).map(({ as, position }) => [as, position])).toEqual([
    ['verbatim', 1],
  ])
})

test('a record without entries is told by the edits of its own head', async () => {
  const store = await aStore()
  const h = history(store, 't')
  const a = await h.commit(user('a'))
  const edit = await h.commit(user('A'), { editOf: a.commitHash })
  for (const [recordId, headHash] of Object.entries({ first: a.commitHash, second: edit.commitHash })) {
    await store.compileRecords.saveRecordWithEffectives({
      ...{ recordId, tractId: 't', headHash, tokenCount: 1, tokenSource: 'x' },
      effectives: [a.commitHash],
    })
  }
  const seen = async (hash: string) =>
    (await seenBy(store, hash)).map(({ record, as }) => [record.recordId, as])
  expect(await seen(a.commitHash)).toEqual([
    ['first', 'verbatim'],
    ['second', 'edited'],
  ])
  expect(await seen(edit.commitHash)).toEqual([['second', 'verbatim']])
})

test('a diff tells of a context whose edit is gone, and no record is made of it', async () => {
  const store = await aStore()
  const h = history(store, 't')
  const a = await h.commit(user('a'))
  const { contentHash } = await history(store, 'elsewhere').commit(user('A'))
  await store.compileRecords.saveRecord({
    ...{
      recordId: 'r',
      tractId: 't',
      headHash: a.commitHash,
      tokenCount: 1,
      commitCount: 1,
      tokenSource: 'x',
    },
    paramsJson: {
      entries: [
        { commit: a.commitHash, content: contentHash, edit: 'd'.repeat(64), role: 'user', tokens: 1 },
      ],
    },
  })
  const { context } = await contextOf(store, 'r')
  if (context === null) throw new Error('the text is there')
  const { changes } = await diffContexts(store, await h.context(), context)
  expect(changes.map(({ kind }) => kind)).toEqual(['edited'])
  await expect(h.recordCompile({ context })).rejects.toThrow(InvalidInputError)
})

test('a payload that names no type speaks as its own commit’s, in contexts and in records', async () => {
  const store = await aStore()
  const h = history(store, 't')
  const a = await h.commit(instruction('a'))
  const payloadJson = '{"role": "user", "text": "A"}'
  const contentHash = contentHashOfStored(payloadJson)
  await store.blobs.saveIfAbsent({ contentHash, payloadJson, byteSize: 29, tokenCount: 1 })
  await store.commits.save({
    ...{ commitHash: 'e'.repeat(64), tractId: 't', parentHash: a.commitHash, responseTo: a.commitHash },
    ...{ operation: 'edit', contentHash, contentType: 'dialogue', tokenCount: 1 },
  })
  await h.reset('e'.repeat(64))
  const { recordId } = await h.recordCompile()
  const { context, proof } = await contextOf(store, recordId)
  expect([context?.messages, proof]).toEqual([[{ role: 'user', content: 'A' }], 'proven'])
})
