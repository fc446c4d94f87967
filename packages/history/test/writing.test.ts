import { join } from 'node:path'
import {
  AlreadyExistsError,
  AmbiguousPrefixError,
  InvalidInputError,
  RefConflictError,
} from '@tract/repositories'
import { Timestamp } from '@tract/schema'
import Database from 'better-sqlite3'
import { expect, test } from 'vitest'
import {
  EditOfEditError,
  fateOf,
  history,
  NoHeadError,
  OutsideChainError,
  UnknownHashError,
  verify,
} from '../src/index.js'
import { aFolder, aStore, assistant, instruction, textsOf, user } from './support/fixture.js'

test('a commit becomes the head, and the context says it with its role', async () => {
  const h = history(await aStore(), 't')
  await h.commit(instruction('Be brief.'))
  const { commitHash } = await h.commit(user('Hi'), { message: 'first' })
  expect(await h.head()).toBe(commitHash)
  const context = await h.context()
  expect(context.messages).toEqual([
    { role: 'system', content: 'Be brief.' },
    { role: 'user', content: 'Hi' },
  ])
  expect(context.entries.map(({ priority }) => priority)).toEqual(['pinned', 'normal'])
})

test('a payload is stored as the original system hashes it, absent optional fields being null', async () => {
  const store = await aStore()
  const { contentHash } = await history(store, 't').commit(user('Hi 中 😀 "q" /\n'))
  expect(contentHash).toBe('79e23a93c8e62e2156d096f19a1941f9705ec4e09ac02aa2e8a4fcb1a562d091')
})

test('the worked example of the format comes out with its hashes', async () => {
  const h = history(await aStore(), 't')
  const moment = (text: string) => ({ createdAt: Timestamp.from(text) })
  const root = await h.commit(user('Hi 中 😀 "q" /\n'), moment('2026-02-20T15:39:08.123456Z'))
  expect(root.commitHash).toBe('b40831349d274fdfca4ac4e2a34295b4e79286baf8e3e618f294a0a136c4dfe9')
  const edit = await h.commit(user('Hi 中 😀 "q" /\n'), {
    ...moment('2026-02-20T15:39:09Z'),
    editOf: root.commitHash,
  })
  expect(edit.commitHash).toBe('efb00bb2868157ea3465bd536ca4904c2207efac9a6c818d231622b6db941338')
})

test('the same text at the same microsecond, in two tracts, is two commits', async () => {
  const store = await aStore()
  const createdAt = Timestamp.now()
  const one = await history(store, 'one').commit(user('Hi'), { createdAt })
  const two = await history(store, 'two').commit(user('Hi'), { createdAt })
  expect(two.commitHash).not.toBe(one.commitHash)
  expect(two.createdAt > one.createdAt).toBe(true)
  expect(two.contentHash).toBe(one.contentHash)
})

test('the latest edit gives the text in the place of the commit it edits', async () => {
  const h = history(await aStore(), 't')
  const first = await h.commit(user('helo'))
  await h.commit(assistant('Yes?'))
  await h.commit(user('hello'), { editOf: first.commitHash })
  const edit = await h.commit(user('Hello!'), { editOf: first.commitHash.slice(0, 12) })
  const context = await h.context()
  expect(textsOf(context)).toEqual(['Hello!', 'Yes?'])
  expect(context.entries[0]?.commit.commitHash).toBe(first.commitHash)
  expect(context.entries[0]?.edit?.commitHash).toBe(edit.commitHash)
})

test('an edit names a commit of the chain that is not itself an edit', async () => {
  const store = await aStore()
  const h = history(store, 't')
  const first = await h.commit(user('a'))
  const edit = await h.commit(user('b'), { editOf: first.commitHash })
  await expect(h.commit(user('c'), { editOf: edit.commitHash })).rejects.toThrow(EditOfEditError)
  await h.branch('side')
  const later = await h.commit(user('d'))
  const side = history(store, 't', { branch: 'side' })
  await expect(side.commit(user('e'), { editOf: later.commitHash })).rejects.toThrow(OutsideChainError)
  await expect(h.commit(user('f'), { editOf: 'f'.repeat(64) })).rejects.toThrow(UnknownHashError)
})

test('a prefix that several commits begin with is refused with their hashes', async () => {
  const store = await aStore()
  const h = history(store, 't')
  const { contentHash } = await h.commit(user('a'))
  const fields = {
    tractId: 't',
    contentHash,
    contentType: 'dialogue',
    operation: 'append',
    tokenCount: 1,
  } as const
  await store.commits.save({ ...fields, commitHash: 'abcd1' })
  await store.commits.save({ ...fields, commitHash: 'abcd2' })
  await expect(h.annotate('abcd', 'skip')).rejects.toThrow(AmbiguousPrefixError)
})

test('what is skipped is left out, and a skipped edit leaves the earlier text', async () => {
  const h = history(await aStore(), 't')
  const a = await h.commit(user('a'))
  const b = await h.commit(user('b'))
  const edit = await h.commit(user('A'), { editOf: a.commitHash })
  await h.annotate(b.commitHash, 'skip', 'off topic')
  expect(textsOf(await h.context())).toEqual(['A'])
  await h.annotate(edit.commitHash, 'skip')
  await h.annotate(b.commitHash, 'normal')
  expect(textsOf(await h.context())).toEqual(['a', 'b'])
})

test('a merge is one message, lists all its parents and is hashed with them', async () => {
  const store = await aStore()
  const h = history(store, 't')
  await h.commit(user('a'))
  await h.branch('side')
  const side = await history(store, 't', { branch: 'side' }).commit(user('b'))
  const main = await h.commit(user('c'))
  const merge = await h.merge('side')
  expect(textsOf(await h.context())).toEqual(['a', 'c', '{"message": "Merged side into main"}'])
  const parents = await store.commitParents.getParents(merge.commitHash)
  expect(parents.map(({ parentHash }) => parentHash)).toEqual([main.commitHash, side.commitHash])
})

test('a summary stands at the place of its first source, pinned messages stay, and the rest follows', async () => {
  const store = await aStore()
  const h = history(store, 't')
  await h.commit(instruction('Rules'))
  const a = await h.commit(user('a'))
  const b = await h.commit(assistant('b'))
  const c = await h.commit(user('c'))
  const d = await h.commit(assistant('d'))
  await h.commit(assistant('B'), { editOf: b.commitHash })
  await h.commit(assistant('D'), { editOf: d.commitHash })
  await h.annotate(c.commitHash, 'pinned')
  const before = await h.head()
  const done = await h.compress({
    sources: [a, b, c].map(({ commitHash }) => commitHash),
    summary: 'a and B',
    tokens: 3,
  })
  const context = await h.context()
  expect(textsOf(context)).toEqual(['Rules', 'a and B', 'c', 'D'])
  expect(context.entries[2]?.priority).toBe('pinned')
  expect(done.replaced).toEqual([a, b])
  expect(done.kept).toEqual([c])
  const event = await store.operationEvents.getEvent(done.eventId)
  expect(event).toMatchObject({
    eventType: 'compress',
    branchName: 'main',
    compressedTokens: 3,
    originalTokens: 2,
  })
  const links = await store.operationEvents.getCommits(done.eventId)
  expect(links.map(({ commitHash, role }) => [commitHash, role])).toEqual([
    [a.commitHash, 'source'],
    [done.summary.commitHash, 'result'],
    [b.commitHash, 'source'],
  ])
  expect(textsOf(await h.context(before ?? ''))).toEqual(['Rules', 'a', 'B', 'c', 'D'])
})

test('a compression whose sources are all kept is refused and changes nothing', async () => {
  const h = history(await aStore(), 't')
  const rules = await h.commit(instruction('Rules'))
  await expect(h.compress({ sources: [rules.commitHash], summary: 'x' })).rejects.toThrow(InvalidInputError)
  expect(await h.head()).toBe(rules.commitHash)
})

test('a source outside the chain is refused, and so is an edit', async () => {
  const store = await aStore()
  const h = history(store, 't')
  const a = await h.commit(user('a'))
  await h.branch('side')
  const b = await h.commit(user('b'))
  const edit = await h.commit(user('A'), { editOf: a.commitHash })
  const side = history(store, 't', { branch: 'side' })
  await expect(side.compress({ sources: [b.commitHash], summary: 'x' })).rejects.toThrow(OutsideChainError)
  await expect(h.compress({ sources: [edit.commitHash], summary: 'x' })).rejects.toThrow(InvalidInputError)
})

test('a reorganized chain has the order asked for, keeps what stands right, and takes edits along', async () => {
  const store = await aStore()
  const h = history(store, 't')
  const [a, b, c] = [await h.commit(user('a')), await h.commit(user('b')), await h.commit(user('c'))]
  await h.commit(user('B'), { editOf: b.commitHash })
  const done = await h.reorganize({ commits: [a, c, b].map(({ commitHash }) => commitHash) })
  const context = await h.context()
  expect(textsOf(context)).toEqual(['a', 'c', 'B'])
  expect(context.entries[0]?.commit.commitHash).toBe(a.commitHash)
  expect([...done.copies.keys()]).toHaveLength(3)
  const again = await h.reorganize({ commits: context.entries.map(({ commit }) => commit.commitHash) })
  expect(again.eventId).toBeNull()
})

test('an import copies messages of another tract and says where they come from', async () => {
  const store = await aStore()
  const other = history(store, 'other')
  const a = await other.commit(user('a'), { generationConfig: { temperature: 0.5 } })
  const h = history(store, 't')
  await h.commit(user('z'))
  const { eventId, copies } = await h.import({ from: 'other', commits: [a.commitHash] })
  expect(textsOf(await h.context())).toEqual(['z', 'a'])
  expect(copies.get(a.commitHash)?.generationConfigJson).toEqual({ temperature: 0.5 })
  expect(await store.operationEvents.getEvent(eventId)).toMatchObject({ eventType: 'import', tractId: 't' })
  await expect(h.import({ from: 't', commits: [a.commitHash] })).rejects.toThrow(UnknownHashError)
})

test('branches, checkout and reset move refs and leave commits in place', async () => {
  const store = await aStore()
  const h = history(store, 't')
  const a = await h.commit(user('a'))
  const b = await h.commit(user('b'))
  await h.branch('old', a.commitHash)
  await h.checkout('old')
  await h.commit(user('c'))
  expect(textsOf(await h.context())).toEqual(['a', 'c'])
  await h.checkout(b.commitHash)
  expect(await store.refs.isDetached('t')).toBe(true)
  const d = await h.commit(user('d'))
  expect(await h.head()).toBe(d.commitHash)
  await h.checkout('main')
  await h.reset(a.commitHash)
  expect(textsOf(await h.context())).toEqual(['a'])
  expect(await store.commits.get(b.commitHash)).not.toBeNull()
})

test('a branch that another history moved is gone on from, or the conflict is thrown', async () => {
  const store = await aStore()
  const patient = history(store, 't')
  const strict = history(store, 't', { onConflict: 'throw' })
  await patient.commit(user('a'))
  await strict.commit(user('b'))
  await patient.commit(user('c'))
  await expect(strict.commit(user('d'))).rejects.toThrow(RefConflictError)
  await strict.head()
  await strict.commit(user('e'))
  expect(textsOf(await patient.context())).toEqual(['a', 'b', 'c', 'e'])
})

test('twenty histories that write on one branch at once lose nothing', async () => {
  const store = await aStore()
  await Promise.all(Array.from({ length: 20 }, (_, i) => history(store, 't').commit(user(`m${i}`))))
  expect(new Set(textsOf(await history(store, 't').context())).size).toBe(20)
})

test('a compile record holds the digest and the entries, and links each commit once', async () => {
  const store = await aStore()
  const h = history(store, 't')
  const a = await h.commit(user('a'))
  const edit = await h.commit(user('A'), { editOf: a.commitHash })
  const record = await h.recordCompile({ tokens: 7, tokenSource: 'api:gpt-4o', params: { model: 'gpt-4o' } })
  expect(record).toMatchObject({
    tokenCount: 7,
    tokenSource: 'api:gpt-4o',
    headHash: edit.commitHash,
    commitCount: 1,
  })
  expect(record.paramsJson).toEqual({
    model: 'gpt-4o',
    context_digest: (await h.context()).digest,
    entries: [
      { commit: a.commitHash, content: edit.contentHash, edit: edit.commitHash, role: 'user', tokens: 1 },
    ],
  })
})

test('a merge, a compression and a branch need a head', async () => {
  const h = history(await aStore(), 't')
  await expect(h.merge('x')).rejects.toThrow(NoHeadError)
  await expect(h.compress({ sources: [], summary: 'x' })).rejects.toThrow(NoHeadError)
  await expect(h.branch('side')).rejects.toThrow(NoHeadError)
  expect(await h.head()).toBeNull()
  expect((await h.context()).messages).toEqual([])
})

test('what is written inside a transaction that throws is gone', async () => {
  const store = await aStore()
  await expect(
    store.transaction(async (tx) => {
      await history(tx, 't').commit(user('a'))
      throw new Error('no')
    }),
  ).rejects.toThrow('no')
  expect(await history(store, 't').head()).toBeNull()
})

test('a merge that is moved to the start of its chain still verifies', async () => {
  const store = await aStore()
  const h = history(store, 't')
  const a = await h.commit(user('a'))
  await h.branch('side')
  await history(store, 't', { branch: 'side' }).commit(user('b'))
  const merge = await h.merge('side')
  await h.reorganize({ commits: [merge.commitHash, a.commitHash] })
  expect((await verify(store)).findings).toEqual([])
})

test('a branch that exists is moved only when told, and HEAD stays', async () => {
  const store = await aStore()
  const h = history(store, 't')
  const a = await h.commit(user('a'))
  const b = await h.commit(user('b'))
  await h.branch('side', a.commitHash)
  await expect(h.branch('side')).rejects.toThrow(AlreadyExistsError)
  await expect(h.branch('main', a.commitHash)).rejects.toThrow(AlreadyExistsError)
  expect(await store.refs.getBranch('t', 'side')).toBe(a.commitHash)
  await h.branch('side', undefined, { force: true })
  expect(await store.refs.getBranch('t', 'side')).toBe(b.commitHash)
  expect(await store.refs.getCurrentBranch('t')).toBe('main')
})

test('a merge of nothing but the head is refused, and one of an untyped payload too', async () => {
  const store = await aStore()
  const h = history(store, 't')
  const a = await h.commit(user('a'))
  await h.branch('same')
  for (const others of [[], 'main', ['same', a.commitHash]]) {
    await expect(h.merge(others)).rejects.toThrow(InvalidInputError)
  }
  await history(store, 't', { branch: 'same' }).commit(user('b'))
  await expect(h.merge('same', { payload: { text: 'x' } })).rejects.toThrow(InvalidInputError)
  expect(await store.commits.getHashes('t')).toHaveLength(2)
  const merge = await h.merge('same', { payload: instruction('Both') })
  expect(merge).toMatchObject({ contentType: 'instruction' })
  expect((await h.context()).entries.at(-1)?.priority).toBe('pinned')
})

test('an annotation counts, also where the one before was made by a clock ahead of ours', async () => {
  const h = history(await aStore(), 't')
  const createdAt = Timestamp.from('2999-01-01T00:00:00Z')
  const rules = await h.commit(instruction('Rules'), { createdAt })
  await h.annotate(rules.commitHash, 'skip')
  expect(textsOf(await h.context())).toEqual([])
  await h.annotate(rules.commitHash, 'normal')
  expect(textsOf(await h.context())).toEqual(['Rules'])
})

test('what a history itself moved is no conflict, what another moved since a record is', async () => {
  const store = await aStore()
  const strict = history(store, 't', { onConflict: 'throw' })
  const a = await strict.commit(user('a'))
  await strict.checkout(a.commitHash)
  const b = await strict.commit(user('b'))
  await strict.checkout('main')
  await strict.checkout(a.commitHash)
  await strict.commit(user('c'))
  await strict.checkout('main')
  await strict.branch('main', b.commitHash, { force: true })
  await strict.commit(user('d'))
  const reader = history(store, 't', { onConflict: 'throw' })
  await reader.recordCompile()
  await history(store, 't').commit(user('e'))
  await expect(reader.commit(assistant('answer to what was sent'))).rejects.toThrow(RefConflictError)
})

test('what a transaction around a history takes back is no conflict, what another does meanwhile is', async () => {
  const store = await aStore()
  const strict = history(store, 't', { onConflict: 'throw' })
  const a = await strict.commit(user('a'))
  await strict.commit(user('b'))
  const takenBack = (work: () => Promise<unknown>) =>
    expect(
      store.transaction(async () => {
        await work()
        throw new Error('taken back')
      }),
    ).rejects.toThrow('taken back')
  await takenBack(async () => {
    await strict.commit(user('never'))
    await strict.context()
    await strict.commit(user('neither'))
  })
  await strict.commit(user('c'))
  await takenBack(() => strict.reset(a.commitHash))
  await strict.commit(user('d'))
  await takenBack(() => strict.reorganize({ commits: [a.commitHash] }))
  await strict.commit(user('e'))
  expect(textsOf(await strict.context())).toEqual(['a', 'b', 'c', 'd', 'e'])
  await takenBack(() => strict.commit(user('never')))
  await history(store, 't').commit(user('foreign'))
  await expect(strict.commit(user('f'))).rejects.toThrow(RefConflictError)
  await history(store, 't').reset(a.commitHash)
  await expect(strict.commit(user('f'))).rejects.toThrow(RefConflictError)
})

test('writes of one history at once are in no conflict with each other', async () => {
  const strict = history(await aStore(), 't', { onConflict: 'throw' })
  await strict.head()
  await Promise.all(['a', 'b', 'c'].map((text) => strict.commit(user(text))))
  expect(textsOf(await strict.context())).toEqual(['a', 'b', 'c'])
})

test('a payload that would say nothing is refused, naming what it lacks', async () => {
  const h = history(await aStore(), 't')
  for (const [payload, field] of [
    [{ content_type: 'dialogue', role: 'user', content: 'Hi' }, 'payload.text'],
    [{ content_type: 'dialogue', role: 'user', text: ['Hi'] }, 'payload.text'],
    [{ content_type: 'artifact', artifact_type: 'code', text: 'x' }, 'payload.content'],
    [{ content_type: 'tool_io', tool_name: 'search', direction: 'call', arguments: '{}' }, 'payload.payload'],
  ] as const) {
    await expect(h.commit(payload)).rejects.toMatchObject({ code: 'invalid_input', field })
  }
  await h.commit({ content_type: 'tool_io', tool_name: 'stop', direction: 'call', payload: null })
  expect(textsOf(await h.context())).toEqual(['null'])
})

test('what render returns is refused unless it is messages', async () => {
  const store = await aStore()
  await history(store, 't').commit(user('a'))
  for (const made of [null, 'messages', {}, ['message'], [null], Promise.resolve([])]) {
    const h = history(store, 't', { render: () => made as never })
    await expect(h.context(), String(made)).rejects.toThrow(InvalidInputError)
    await expect(h.recordCompile(), String(made)).rejects.toThrow(InvalidInputError)
  }
})

test('a context is not recorded with a payload that is not its commit’s', async () => {
  const store = await aStore()
  const h = history(store, 't')
  await h.commit(user('a'))
  const other = await h.commit(user('b'))
  const { entries } = await h.context()
  const [entry] = entries
  if (entry === undefined) throw new Error('one entry')
  const payloadJson = entry.payloadJson.replace('"a"', '"b"')
  for (const wrong of [
    { ...entry, payloadJson, text: 'b' },
    { ...entry, payloadJson, text: 'b', contentHash: other.contentHash },
    { ...entry, edit: other },
  ]) {
    expect(() => h.contextOf([wrong])).toThrow(InvalidInputError)
  }
  expect(h.contextOf(entries.toReversed()).messages).toHaveLength(2)
})

test('a summary says of itself what a commit can say', async () => {
  const h = history(await aStore(), 't')
  const { commitHash } = await h.commit(user('a'))
  const said = { message: 'shorter', metadata: { run: 7 }, generationConfig: { model: 'small' } }
  const { summary } = await h.compress({ sources: [commitHash], summary: 'S', ...said })
  expect(summary).toMatchObject({
    message: 'shorter',
    metadataJson: { run: 7 },
    generationConfigJson: { model: 'small' },
  })
})

test('the first branch of a tract is where HEAD is, whatever its name', async () => {
  const store = await aStore()
  const { commitHash } = await history(store, 't', { branch: 'dev' }).commit(user('a'))
  await history(store, 't', { branch: 'other' }).commit(user('b'))
  expect(textsOf(await history(store, 't').context())).toEqual(['a'])
  expect((await fateOf(store, commitHash)).standing).toBe('verbatim')
})

test('a detached HEAD is reset by itself, and a tract without one begins where it is reset to', async () => {
  const store = await aStore()
  const h = history(store, 't')
  const a = await h.commit(user('a'))
  const b = await h.commit(user('b'))
  await h.checkout(b.commitHash)
  await h.reset(a.commitHash)
  expect(await h.head()).toBe(a.commitHash)
  expect(await store.refs.isDetached('t')).toBe(true)
  expect(await store.refs.getBranch('t', 'main')).toBe(b.commitHash)
  await store.refs.deleteRef('t', 'HEAD')
  await store.refs.deleteRef('t', 'refs/heads/main')
  await h.reset(a.commitHash)
  expect(await store.refs.getCurrentBranch('t')).toBe('main')
  expect(await h.head()).toBe(a.commitHash)
})

test('a HEAD that stands for a ref which is no branch moves that ref', async () => {
  const store = await aStore()
  const h = history(store, 't')
  const a = await h.commit(user('a'))
  await store.refs.setRef('t', 'refs/wip/x', a.commitHash)
  await store.refs.setSymbolicRef('t', 'HEAD', 'refs/wip/x')
  const b = await h.commit(user('b'))
  expect(await store.refs.getRef('t', 'refs/wip/x')).toBe(b.commitHash)
  expect(await store.refs.getBranch('t', 'main')).toBe(a.commitHash)
})

test('a reorganization of nothing is refused, one that leaves out the end writes nothing anew', async () => {
  const store = await aStore()
  const h = history(store, 't')
  const [a, b] = [await h.commit(user('a')), await h.commit(user('b'))]
  await expect(h.reorganize({ commits: [] })).rejects.toThrow(InvalidInputError)
  expect(await h.head()).toBe(b.commitHash)
  const { eventId, headHash } = await h.reorganize({ commits: [a.commitHash] })
  expect([eventId, headHash]).toEqual([null, a.commitHash])
})

test('a record takes only a context that its entries make', async () => {
  const store = await aStore()
  const h = history(store, 't')
  await h.commit(user('a'))
  const context = await h.context()
  const [entry] = context.entries
  if (entry === undefined) throw new Error('one entry')
  const messages = [{ role: 'user', content: 'b' }]
  const refused = [
    { ...context, entries: [{ ...entry, text: 'b' }] },
    { ...context, digest: 'f'.repeat(64) },
    { ...context, messages, entries: [] },
  ]
  for (const wrong of refused) {
    await expect(h.recordCompile({ context: wrong })).rejects.toThrow(InvalidInputError)
  }
  expect(() => h.contextOf([{ ...entry, role: 'system' }])).toThrow(InvalidInputError)
  expect(await store.compileRecords.getAll('t')).toEqual([])
  const { paramsJson } = await h.recordCompile({ context: { ...context, messages } })
  expect(paramsJson).toMatchObject({ context_digest: context.digest })
})

test('a copy has the settings of its commit in the very text that is stored', async () => {
  const file = join(aFolder(), 'tract.db')
  const store = await aStore(file)
  const h = history(store, 't')
  const [a, b] = [await h.commit(user('a')), await h.commit(user('b'))]
  const config = '{"temperature": 1.0, "bias": NaN, "seed": 9007199254740993}'
  const db = new Database(file)
  db.prepare('UPDATE commits SET generation_config_json = ? WHERE commit_hash = ?').run(config, b.commitHash)
  db.close()
  await h.compress({ sources: [a.commitHash], summary: 'S' })
  await history(store, 'other').import({ from: 't', commits: [b.commitHash] })
  for (const tractId of ['t', 'other']) {
    const head = (await store.refs.getHead(tractId)) ?? ''
    const [row] = await store.storedRows.read('commits', 'commit_hash', [head])
    expect(row?.generation_config_json).toBe(config)
  }
  expect((await verify(store)).findings).toEqual([])
})
