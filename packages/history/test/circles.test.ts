import { join } from 'node:path'
import { TractError } from '@tract/repositories'
import { openStore } from '@tract/sqlite'
import Database from 'better-sqlite3'
import { expect, test } from 'vitest'
import {
  collect,
  contextOf,
  diffContexts,
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
import { aFolder, aStore, assistant, user } from './support/fixture.js'

// Only somebody who wants to do harm makes circles: a commit's hash covers its parent.
test('circles among commits, parents, events and spawns end every walk, with an answer or a typed error', async () => {
  const file = join(aFolder(), 'agent.db')
  const writer = await openStore(file)
  const agent = history(writer, 't')
  const hashes: string[] = []
  for (const text of ['one', 'two', 'three', 'four']) {
    hashes.push((await agent.commit(user(text))).commitHash)
  }
  const { recordId } = await agent.recordCompile()
  await agent.compress({ sources: hashes.slice(0, 2), summary: 'S' })
  await agent.commit(assistant('five'))
  await agent.recordCompile()
  await writer.close()

  const [first, second, third, last] = hashes
  const handle = new Database(file)
  handle.pragma('foreign_keys = OFF')
  const time = '2026-02-10 19:05:34.000001'
  handle.exec(`
    UPDATE commits SET parent_hash = '${last}', response_to = '${second}', operation = 'EDIT' WHERE commit_hash = '${first}';
    UPDATE commits SET response_to = '${first}', operation = 'EDIT' WHERE commit_hash = '${second}';
    INSERT INTO commit_parents VALUES ('${third}', '${third}', 0), ('${second}', '${last}', 0);
    INSERT INTO operation_commits SELECT event_id, commit_hash, 'source', 9 FROM operation_commits WHERE role = 'result';
    INSERT INTO operation_events VALUES ('again', 't', 'import', NULL, '${time}', 0, 0, NULL);
    INSERT INTO operation_commits SELECT 'again', commit_hash, 'source', position FROM operation_commits WHERE role = 'result';
    INSERT INTO operation_commits VALUES ('again', '${first}', 'result', 0);
    INSERT INTO spawn_pointers VALUES (1, 't', '${first}', 'u', '', 'selective', NULL, '${time}'),
      (2, 'u', NULL, 't', '', 'selective', NULL, '${time}'), (3, 'v', NULL, 'v', '', 'selective', NULL, '${time}')`)
  handle.close()

  const store = await aStore(file)
  const h = history(store, 't')
  const bundle = async () => {
    const lines: string[] = []
    for await (const line of exportBundle(store)) lines.push(line)
    await importBundle(await aStore(), lines)
  }
  const calls: readonly (() => Promise<unknown>)[] = [
    ...[
      () => h.context(),
      () => h.commit(user('six')),
      () => h.recordCompile(),
      () => h.merge(String(second)),
    ],
    ...[() => h.compress({ sources: hashes, summary: 'T' }), () => h.reorganize({ commits: hashes })],
    ...[() => history(store, 'u').import({ from: 't', commits: hashes })],
    ...hashes.flatMap((hash) => [
      () => originsOf(store, hash),
      () => fateOf(store, hash),
      () => seenBy(store, hash),
      () => picture(store, { origins: hash }),
      () => picture(store, { fate: hash }),
    ]),
    ...[() => contextOf(store, recordId), () => diffContexts(store, recordId, recordId)],
    ...[() => savings(store, 't'), () => timeline(store, 't'), () => picture(store, { tract: 't' })],
    ...[() => collect(store, { dryRun: true }), () => collect(store), bundle],
  ]
  for (const call of calls) {
    const outcome: unknown = await call().catch((error: unknown) => error)
    if (outcome instanceof Error) expect(outcome, String(call)).toBeInstanceOf(TractError)
  }
  const { ok, findings } = await verify(store)
  expect(ok).toBe(false)
  expect(findings.map(({ kind }) => kind)).toContain('parent_cycle')
})
