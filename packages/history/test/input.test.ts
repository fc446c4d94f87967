import { InvalidInputError, type Store, StoreClosedError, TractError } from '@tract/repositories'
import { openStore } from '@tract/sqlite'
import { expect, test } from 'vitest'
import {
  collect,
  contextOf,
  diffContexts,
  digestOf,
  exportBundle,
  fateOf,
  history,
  importBundle,
  originsOf,
  picture,
  savings,
  seenBy,
  timeline,
  verify,
} from '../src/index.js'
import { aStore, user } from './support/fixture.js'

/** What callers without types hand over. */
const WRONG: readonly unknown[] = [null, 42, true, Symbol('x'), () => 1, {}, [], [1], { a: 1 }, new Date()]

// Every call below is one that TypeScript would refuse.
type Untyped = (...values: readonly unknown[]) => unknown

/** Calls of every public function, each with one argument or field of it to be of a wrong type. */
function callsOf(store: Store, hash: string): Readonly<Record<string, (wrong: unknown) => unknown>> {
  const h = history(store, 't')
  const as = (call: unknown) => call as Untyped
  const method = (name: keyof typeof h) => as((h[name] as Untyped).bind(h))
  const options = (call: Untyped, ...before: readonly unknown[]) => ({
    unknown: () => call(...before, { misspelt: 1 }),
  })
  return {
    'history: store': (x) => as(history)(x, 't'),
    'history: tract': (x) => as(history)(store, x),
    'history: option': () => options(as(history), store, 't').unknown(),
    'history: branch': (x) => as(history)(store, 't', { branch: x }),
    'history: onConflict': (x) => as(history)(store, 't', { onConflict: x }),
    'history: tokenSource': (x) => as(history)(store, 't', { tokenSource: x }),
    context: (x) => method('context')(x),
    'context of entries': (x) => method('contextOf')(x === null || Array.isArray(x) ? [x] : x),
    commit: (x) => method('commit')(x),
    'commit: payload': (x) => method('commit')({ content_type: 'dialogue', text: () => x }),
    'commit: option': () => options(method('commit'), user('a')).unknown(),
    'commit: contentType': (x) => method('commit')(user('a'), { contentType: x }),
    'commit: editOf': (x) => method('commit')(user('a'), { editOf: x }),
    'commit: message': (x) => method('commit')(user('a'), { message: x ?? 5 }),
    'commit: metadata': (x) => method('commit')(user('a'), { metadata: [x] }),
    'commit: tokens': (x) => method('commit')(user('a'), { tokens: x === 42 ? 4.2 : (x ?? 'many') }),
    'commit: createdAt': (x) => method('commit')(user('a'), { createdAt: x instanceof Date ? 'now' : x }),
    merge: (x) => method('merge')(x),
    'merge: option': () => options(method('merge'), hash).unknown(),
    'merge: payload': (x) => method('merge')('side', { payload: x ?? 5 }),
    compress: (x) => method('compress')(x),
    'compress: option': () => method('compress')({ sources: [hash], summary: 'S', target: 1 }),
    'compress: sources': (x) => method('compress')({ sources: x, summary: 'S' }),
    'compress: summary': (x) => method('compress')({ sources: [hash], summary: x }),
    'compress: tokens': (x) =>
      method('compress')({ sources: [hash], summary: 'S', tokens: x === 42 ? -1 : (x ?? '') }),
    'compress: targetTokens': (x) =>
      method('compress')({ sources: [hash], summary: 'S', targetTokens: x === 42 ? -1 : x }),
    'compress: instructions': (x) => method('compress')({ sources: [hash], summary: 'S', instructions: x }),
    reorganize: (x) => method('reorganize')(x),
    'reorganize: commits': (x) => method('reorganize')({ commits: x }),
    import: (x) => method('import')(x),
    'import: from': (x) => method('import')({ from: x, commits: [hash] }),
    'import: no tract': () => method('import')({ commits: [hash] }),
    'import: commits': (x) => method('import')({ from: 't', commits: x }),
    recordCompile: (x) => method('recordCompile')(x === null || Array.isArray(x) ? x : { context: x ?? 1 }),
    'recordCompile: option': () => options(method('recordCompile')).unknown(),
    'recordCompile: params': (x) => method('recordCompile')({ params: Object(x) === x ? [x] : x }),
    'recordCompile: own params': () => method('recordCompile')({ params: { entries: [] } }),
    'recordCompile: tokens': (x) => method('recordCompile')({ tokens: x === 42 ? -1 : (x ?? '') }),
    'recordCompile: tokenSource': (x) => method('recordCompile')({ tokenSource: x ?? 1 }),
    annotate: (x) => method('annotate')(x, 'skip'),
    'annotate: priority': (x) => method('annotate')(hash, x),
    'annotate: reason': (x) => method('annotate')(hash, 'skip', x ?? 5),
    branch: (x) => method('branch')(x),
    'branch: at': (x) => method('branch')('new', x),
    'branch: force': (x) => method('branch')('new', hash, { force: x === true ? 1 : x }),
    'branch: option': () => options(method('branch'), 'new', hash).unknown(),
    checkout: (x) => method('checkout')(x),
    reset: (x) => method('reset')(x),
    'originsOf: store': (x) => as(originsOf)(x, hash),
    originsOf: (x) => as(originsOf)(store, x),
    'fateOf: store': (x) => as(fateOf)(x, hash),
    fateOf: (x) => as(fateOf)(store, x),
    'fateOf: option': () => options(as(fateOf), store, hash).unknown(),
    'fateOf: at': (x) => as(fateOf)(store, hash, { at: x }),
    'contextOf: store': (x) => as(contextOf)(x, 'r'),
    contextOf: (x) => as(contextOf)(store, x),
    'contextOf: option': () => options(as(contextOf), store, 'r').unknown(),
    'contextOf: render': (x) => as(contextOf)(store, 'r', { render: typeof x === 'function' ? 1 : x }),
    'diffContexts: store': (x) => as(diffContexts)(x, 'r', 'r'),
    diffContexts: (x) => as(diffContexts)(store, x, x),
    'diffContexts: option': () => options(as(diffContexts), store, 'r', 'r').unknown(),
    'seenBy: store': (x) => as(seenBy)(x, hash),
    seenBy: (x) => as(seenBy)(store, x),
    'savings: store': (x) => as(savings)(x, 't'),
    savings: (x) => as(savings)(store, x),
    'savings: option': () => options(as(savings), store, 't').unknown(),
    'savings: by': (x) => as(savings)(store, 't', { by: x }),
    'savings: inherited': () => as(savings)(store, 't', { by: 'toString' }),
    'timeline: store': (x) => as(timeline)(x, 't'),
    timeline: (x) => as(timeline)(store, x),
    'picture: store': (x) => as(picture)(x, { tract: 't' }),
    picture: (x) => as(picture)(store, x),
    'picture: two': () => as(picture)(store, { tract: 't', fate: hash }),
    'picture: origins': (x) => as(picture)(store, { origins: x }),
    'picture: fate': (x) => as(picture)(store, { fate: x }),
    'picture: tract': (x) => as(picture)(store, { tract: x }),
    'picture: option': () => options(as(picture), store, { tract: 't' }).unknown(),
    'picture: format': (x) => as(picture)(store, { tract: 't' }, { format: x }),
    'picture: fold': (x) => as(picture)(store, { tract: 't' }, { fold: x === 42 ? 0 : x }),
    'picture: label': (x) => as(picture)(store, { tract: 't' }, { longestLabel: x === 42 ? 0 : x }),
    'verify: store': (x) => as(verify)(x),
    'verify: option': () => options(as(verify), store).unknown(),
    'verify: tractId': (x) => as(verify)(store, { tractId: x }),
    'verify: sample': (x) => as(verify)(store, { sample: x }),
    'verify: onProgress': (x) => as(verify)(store, { onProgress: typeof x === 'function' ? 1 : x }),
    'verify: signal': (x) => as(verify)(store, { signal: x }),
    'verify: no sample': () => as(verify)(store, { sample: 0 }),
    'collect: store': (x) => as(collect)(x),
    'collect: option': () => options(as(collect), store).unknown(),
    'collect: tractId': (x) => as(collect)(store, { tractId: x }),
    'collect: dryRun': (x) => as(collect)(store, { dryRun: x === true ? 1 : x }),
    'collect: reclaim': (x) => as(collect)(store, { reclaim: x === true ? 1 : x }),
    'collect: keep': () => as(collect)(store, { keep: { commit: [hash] } }),
    'collect: commits': (x) => as(collect)(store, { keep: { commits: Array.isArray(x) ? 1 : x } }),
    'collect: since': (x) => as(collect)(store, { keep: { since: x instanceof Date ? 'now' : x } }),
    'collect: sources': (x) => as(collect)(store, { keep: { eventSources: x === true ? 0 : x } }),
    'exportBundle: store': (x) => drained(as(exportBundle)(x)),
    'exportBundle: option': () => drained(as(exportBundle)(store, { tract: 't' })),
    'exportBundle: tractId': (x) => drained(as(exportBundle)(store, { tractId: x })),
    'importBundle: store': (x) => as(importBundle)(x, []),
    importBundle: (x) => as(importBundle)(store, Array.isArray(x) ? [1] : x),
    'importBundle: option': () => options(as(importBundle), store, []).unknown(),
    'importBundle: keepRefs': (x) => as(importBundle)(store, [], { keepRefs: x === true ? 1 : x }),
    digestOf: (x) => as(digestOf)([{ x: () => x }]),
  }
}

async function drained(lines: unknown): Promise<string> {
  let text = ''
  for await (const line of lines as AsyncIterable<string>) text += line
  return text
}

async function outcome(call: () => unknown): Promise<unknown> {
  try {
    return await call()
  } catch (error) {
    return error
  }
}

test('whatever is called with what it does not take refuses it with a typed error, and nothing is written', async () => {
  const store = await aStore()
  const { commitHash } = await history(store, 't').commit(user('a'))
  await history(store, 't').branch('side')
  await history(store, 't').commit(user('b'))
  const before = await drained(exportBundle(store))
  const accepted: string[] = []
  for (const [name, call] of Object.entries(callsOf(store, commitHash))) {
    for (const wrong of WRONG) {
      const error = await outcome(() => call(wrong))
      if (!(error instanceof InvalidInputError))
        accepted.push(`${name} with ${String(wrong)}: ${String(error)}`)
    }
  }
  expect(accepted).toEqual([])
  expect(await drained(exportBundle(store))).toBe(before)
})

test('what concerns the whole database is refused for one transaction of it', async () => {
  const store = await aStore()
  await store.transaction(async (tx) => {
    await history(tx, 't').commit(user('a'))
    const [verifying, collecting] = [verify as Untyped, collect as Untyped]
    expect(await outcome(() => verifying(tx))).toBeInstanceOf(InvalidInputError)
    expect(await outcome(() => collecting(tx, { reclaim: true }))).toBeInstanceOf(InvalidInputError)
    expect(await verifying(tx, { tractId: 't' })).toMatchObject({ ok: true })
  })
})

test('after close, everything says that the store is closed', async () => {
  const store = await openStore(':memory:')
  const h = history(store, 't')
  await store.close()
  const hash = 'f'.repeat(64)
  const calls: readonly (() => unknown)[] = [
    ...[() => h.head(), () => h.context(), () => h.commit(user('a')), () => h.merge('side')],
    ...[() => h.compress({ sources: [hash], summary: 'S' }), () => h.reorganize({ commits: [hash] })],
    ...[
      () => h.import({ from: 'u', commits: [hash] }),
      () => h.recordCompile(),
      () => h.annotate(hash, 'skip'),
    ],
    ...[() => h.branch('b'), () => h.checkout('b'), () => h.reset(hash)],
    ...[() => originsOf(store, hash), () => fateOf(store, hash), () => contextOf(store, 'r')],
    ...[() => diffContexts(store, 'r', 's'), () => seenBy(store, hash), () => savings(store, 't')],
    ...[() => timeline(store, 't'), () => picture(store, { tract: 't' }), () => verify(store)],
    ...[() => collect(store), () => drained(exportBundle(store)), () => importBundle(store, [])],
  ]
  for (const call of calls) expect(await outcome(call), String(call)).toBeInstanceOf(StoreClosedError)
})

test('an error of the format inside a payload is a TractError that says where', async () => {
  const h = history(await aStore(), 't')
  const refused = h.commit({ content_type: 'dialogue', role: 'user', text: 'a', limits: [1, Number.NaN] })
  await expect(refused).rejects.toBeInstanceOf(TractError)
  await expect(refused).rejects.toMatchObject({ field: 'payload.limits[1]' })
})

test('a type of payload with the name of something that every object has is a type like any other', async () => {
  const h = history(await aStore(), 't')
  for (const content_type of ['constructor', '__proto__', 'toString', 'hasOwnProperty']) {
    const { contentType } = await h.commit({ content_type, text: content_type })
    expect(contentType).toBe(content_type)
  }
  const { entries } = await h.context()
  expect(entries.map(({ role, text }) => [role, text])).toEqual([
    ['assistant', 'constructor'],
    ['assistant', '__proto__'],
    ['assistant', 'toString'],
    ['assistant', 'hasOwnProperty'],
  ])
})

test('a payload that reads otherwise the second time has the hash of what is stored', async () => {
  const store = await aStore()
  let reads = 0
  const fickle = { deep: Object.defineProperty({}, 'answer', { enumerable: true, get: () => reads++ }) }
  await history(store, 't').commit({ content_type: 'freeform', payload: fickle })
  expect(await verify(store)).toMatchObject({ ok: true })
})

test('a name of a payload that would change every object is data, and comes back', async () => {
  const h = history(await aStore(), 't')
  const evil = JSON.parse('{"content_type": "freeform", "payload": {"__proto__": {"polluted": 1}}}')
  await h.commit(evil, { metadata: JSON.parse('{"__proto__": {"polluted": 1}}') })
  const [entry] = (await h.context()).entries
  expect(entry?.text).toBe('{"__proto__": {"polluted": 1}}')
  expect(Object.keys(entry?.commit.metadataJson ?? {})).toEqual(['__proto__'])
  expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
})

test('a payload of ten million bytes, full of escapes, comes back', async () => {
  const store = await aStore()
  const h = history(store, 't')
  const text = '"\\\n😀'.repeat(1_000_000)
  await h.commit(user(text))
  const [entry] = (await h.context()).entries
  expect(entry?.text === text).toBe(true)
  expect(await verify(store)).toMatchObject({ ok: true })
})

test('what its owner changes after the call is not what is written', async () => {
  const store = await aStore()
  const h = history(store, 't')
  const payload = { content_type: 'dialogue', role: 'user', text: 'first', deep: { list: ['kept'] } }
  const options = { metadata: { list: ['kept'] }, createdAt: new Date('2026-01-01T00:00:00Z') }
  const committing = h.commit(payload, options)
  payload.text = 'changed'
  payload.deep.list.push('changed')
  options.metadata.list.push('changed')
  options.createdAt.setFullYear(1999)
  const commit = await committing
  expect(commit).toMatchObject({ metadataJson: { list: ['kept'] }, createdAt: '2026-01-01T00:00:00.000000Z' })
  expect((await h.context()).entries[0]?.payloadJson).toContain('"deep": {"list": ["kept"]}')
  const { commitHash } = await h.commit(user('second'))
  const sources = [commit.commitHash]
  const compressing = h.compress({ sources, summary: 'S' })
  sources[0] = commitHash
  expect((await compressing).replaced.map((row) => row.commitHash)).toEqual([commit.commitHash])
})
