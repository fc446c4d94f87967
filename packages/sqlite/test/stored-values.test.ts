import { DamagedDataError } from '@tract/repositories'
import {
  AnnotationRow,
  BlobRow,
  CommitParentRow,
  CommitRow,
  CompileEffectiveRow,
  CompileRecordRow,
  entities,
  type JsonValue,
  OperationCommitRow,
  OperationEventRow,
  PolicyLogRow,
  PolicyProposalRow,
  RefRow,
  SpawnPointerRow,
  Timestamp,
} from '@tract/schema'
import { DataSource } from 'typeorm'
import { describe, expect } from 'vitest'
import type { SqliteStore } from '../src/index.js'
import { openStore } from '../src/index.js'
import { contentOf } from './support/content.js'
import { it } from './support/it.js'
import { aBlob, aCommit, anEvent, aRecord, hash, saveChain, TRACT } from './support/rows.js'

const PARAMS = {
  z: 1,
  a: -0.5,
  ü: '中 😀 "q" \\ /',
  control: '\n\r\t\b\f\u0001\u001f\u007f\u2028',
  big: 9007199254740993n,
  whole: 1e16,
  tiny: 1e-7,
  minusZero: -0,
  nested: [null, true, false, [], {}],
}
const STORED_PARAMS =
  '{"z": 1, "a": -0.5, "\\u00fc": "\\u4e2d \\ud83d\\ude00 \\"q\\" \\\\ /", ' +
  '"control": "\\n\\r\\t\\b\\f\\u0001\\u001f\\u007f\\u2028", "big": 9007199254740993, "whole": 1e+16, ' +
  '"tiny": 1e-07, "minusZero": -0.0, "nested": [null, true, false, [], {}]}'

const FIRST = Timestamp.from('2026-02-10T19:05:34.000001Z')
const SECOND = Timestamp.from('2026-02-10T19:05:34Z')
const STORED_FIRST = '2026-02-10 19:05:34.000001'
const STORED_SECOND = '2026-02-10 19:05:34.000000'

/** At least one row in every table, with every kind of value that a column may hold. */
async function fill(store: SqliteStore): Promise<void> {
  await store.blobs.saveIfAbsent(
    aBlob(1, { payloadJson: '{"text": "中\\n"}', byteSize: 17, createdAt: FIRST }),
  )
  const { commits } = store
  await commits.save(aCommit(1, { metadataJson: PARAMS, generationConfigJson: {}, createdAt: FIRST }))
  const answer = { parentHash: hash(1), contentHash: hash(1), responseTo: hash(1), message: 'it\'s "so"' }
  await commits.save(
    aCommit(2, { ...answer, operation: 'edit', createdAt: new Date('2026-02-10T19:05:34Z') }),
  )
  await commits.save(aCommit(3, { ...answer, message: '', contentType: 'a type' }))
  await store.commitParents.addParents(hash(3), [hash(1), hash(2)])
  await store.refs.updateHead(TRACT, hash(3))
  await store.annotations.save({ tractId: TRACT, targetHash: hash(1), priority: 'pinned', createdAt: FIRST })
  await store.annotations.save({
    tractId: TRACT,
    targetHash: hash(1),
    priority: 'skip',
    reason: '',
    createdAt: SECOND,
  })
  await store.operationEvents.saveEventWithCommits({
    ...anEvent(1, { branchName: 'ветка/x', originalTokens: 9007199254740991, compressedTokens: 0 }),
    paramsJson: PARAMS,
    sources: [hash(1), hash(2)],
    results: [hash(3)],
  })
  await store.operationEvents.saveEvent(anEvent(2, { eventType: 'import', createdAt: SECOND }))
  const { commitCount: _counted, ...record } = aRecord(1, { headHash: hash(3), paramsJson: { x: null } })
  await store.compileRecords.saveRecordWithEffectives({ ...record, effectives: [hash(3), hash(1), hash(3)] })
  await store.compileRecords.saveRecord(aRecord(2))
  await store.spawnPointers.save({
    parentTractId: TRACT,
    parentCommitHash: hash(3),
    childTractId: 'child 👧',
    purpose: '',
    inheritanceMode: 'head_snapshot',
    displayName: 'Child',
    createdAt: FIRST,
  })
  await store.policies.saveProposal({
    proposalId: 'proposal',
    tractId: TRACT,
    policyName: 'a policy',
    actionType: 'compress',
    actionParamsJson: { a: [1, null, { b: 0.1 }] },
    createdAt: FIRST,
    resolvedAt: SECOND,
  })
  await store.policies.saveLogEntry({
    tractId: TRACT,
    policyName: 'a policy',
    trigger: 'compile',
    outcome: 'error',
    errorMessage: 'no',
    createdAt: FIRST,
  })
}

/** Every row of every table as the repositories give it. */
async function readAll(store: SqliteStore) {
  const present = <Row>(rows: readonly (Row | null)[]) => rows.filter((row) => row !== null)
  const { operationEvents, compileRecords, policies } = store
  const refs = ['HEAD', 'refs/heads/main'].map(async (refName) => ({
    tractId: TRACT,
    refName,
    commitHash: await store.refs.getRef(TRACT, refName),
    symbolicTarget: await store.refs.getSymbolicRef(TRACT, refName),
  }))
  return {
    BlobRow: present([await store.blobs.get(hash(1))]),
    CommitRow: [...(await store.commits.getMany([1, 2, 3].map(hash))).values()],
    CommitParentRow: await store.commitParents.getParents(hash(3)),
    RefRow: await Promise.all(refs),
    AnnotationRow: (await store.annotations.getHistory(hash(1))).toSorted((a, b) => a.id - b.id),
    OperationEventRow: present([
      await operationEvents.getEvent('event-1'),
      await operationEvents.getEvent('event-2'),
    ]),
    OperationCommitRow: [
      ...(await operationEvents.getCommits('event-1', 'source')),
      ...(await operationEvents.getCommits('event-1', 'result')),
    ],
    CompileRecordRow: present([
      await compileRecords.getRecord('record-1'),
      await compileRecords.getRecord('record-2'),
    ]),
    CompileEffectiveRow: await compileRecords.getEffectives('record-1'),
    SpawnPointerRow: await store.spawnPointers.getAll(TRACT),
    PolicyProposalRow: present([await policies.getProposal('proposal')]),
    PolicyLogRow: await policies.getLog(TRACT),
  }
}

/** A user's own DataSource over our entities. */
async function withPlainTypeOrm<Result>(
  location: string,
  work: (dataSource: DataSource) => Promise<Result>,
): Promise<Result> {
  const dataSource = new DataSource({ type: 'better-sqlite3', database: location, entities: [...entities] })
  await dataSource.initialize()
  try {
    return await work(dataSource)
  } finally {
    await dataSource.destroy()
  }
}

describe('what the store writes', () => {
  it('is in the file exactly as the format describes it', async ({ store, plain }) => {
    await fill(store)
    const { sqlite_sequence: _none, ...content } = contentOf(plain())
    const link = { event_id: 'event-1' }
    expect(content).toEqual({
      _trace_meta: [{ key: 'schema_version', value: '6' }],
      blobs: [
        {
          content_hash: hash(1),
          payload_json: '{"text": "中\\n"}',
          byte_size: 17n,
          token_count: 1n,
          created_at: STORED_FIRST,
        },
      ],
      commits: [
        {
          commit_hash: hash(1),
          tract_id: TRACT,
          parent_hash: null,
          content_hash: hash(1),
          content_type: 'dialogue',
          operation: 'APPEND',
          response_to: null,
          message: null,
          token_count: 1n,
          metadata_json: STORED_PARAMS,
          generation_config_json: '{}',
          created_at: STORED_FIRST,
        },
        {
          commit_hash: hash(2),
          tract_id: TRACT,
          parent_hash: hash(1),
          content_hash: hash(1),
          content_type: 'dialogue',
          operation: 'EDIT',
          response_to: hash(1),
          message: `it's "so"`,
          token_count: 2n,
          metadata_json: null,
          generation_config_json: null,
          created_at: STORED_SECOND,
        },
        expect.objectContaining({ commit_hash: hash(3), message: '', content_type: 'a type' }),
      ],
      commit_parents: [
        { commit_hash: hash(3), parent_hash: hash(1), position: 0n },
        { commit_hash: hash(3), parent_hash: hash(2), position: 1n },
      ],
      refs: [
        { tract_id: TRACT, ref_name: 'HEAD', commit_hash: null, symbolic_target: 'refs/heads/main' },
        { tract_id: TRACT, ref_name: 'refs/heads/main', commit_hash: hash(3), symbolic_target: null },
      ],
      annotations: [
        {
          id: 1n,
          tract_id: TRACT,
          target_hash: hash(1),
          priority: 'PINNED',
          reason: null,
          created_at: STORED_FIRST,
        },
        {
          id: 2n,
          tract_id: TRACT,
          target_hash: hash(1),
          priority: 'SKIP',
          reason: '',
          created_at: STORED_SECOND,
        },
      ],
      operation_events: [
        {
          event_id: 'event-1',
          tract_id: TRACT,
          event_type: 'compress',
          branch_name: 'ветка/x',
          created_at: STORED_FIRST,
          original_tokens: 9007199254740991n,
          compressed_tokens: 0n,
          params_json: STORED_PARAMS,
        },
        {
          event_id: 'event-2',
          tract_id: TRACT,
          event_type: 'import',
          branch_name: null,
          created_at: STORED_SECOND,
          original_tokens: 0n,
          compressed_tokens: 0n,
          params_json: null,
        },
      ],
      operation_commits: [
        { ...link, commit_hash: hash(1), role: 'source', position: 0n },
        { ...link, commit_hash: hash(2), role: 'source', position: 1n },
        { ...link, commit_hash: hash(3), role: 'result', position: 0n },
      ],
      compile_records: [
        {
          record_id: 'record-1',
          tract_id: TRACT,
          head_hash: hash(3),
          token_count: 1n,
          commit_count: 3n,
          token_source: 'estimate',
          params_json: '{"x": null}',
          created_at: STORED_FIRST,
        },
        expect.objectContaining({ record_id: 'record-2', head_hash: '', params_json: null }),
      ],
      compile_effectives: [
        { record_id: 'record-1', commit_hash: hash(3), position: 0n },
        { record_id: 'record-1', commit_hash: hash(1), position: 1n },
      ],
      spawn_pointers: [
        {
          id: 1n,
          parent_tract_id: TRACT,
          parent_commit_hash: hash(3),
          child_tract_id: 'child 👧',
          purpose: '',
          inheritance_mode: 'head_snapshot',
          display_name: 'Child',
          created_at: STORED_FIRST,
        },
      ],
      policy_proposals: [
        {
          proposal_id: 'proposal',
          tract_id: TRACT,
          policy_name: 'a policy',
          action_type: 'compress',
          action_params_json: '{"a": [1, null, {"b": 0.1}]}',
          reason: null,
          status: 'pending',
          created_at: STORED_FIRST,
          resolved_at: STORED_SECOND,
        },
      ],
      policy_log: [
        {
          id: 1n,
          tract_id: TRACT,
          policy_name: 'a policy',
          trigger: 'compile',
          action_type: null,
          reason: null,
          outcome: 'error',
          commit_hash: null,
          error_message: 'no',
          created_at: STORED_FIRST,
        },
      ],
    })
  })

  it('lies in a file with the settings that the format names', async ({ store, plain }) => {
    await store.blobs.saveIfAbsent(aBlob(1))
    const handle = plain()
    const pragmas = ['page_size', 'encoding', 'journal_mode', 'user_version', 'application_id']
    expect(pragmas.map((name) => handle.pragma(name, { simple: true }))).toEqual([4096, 'UTF-8', 'wal', 0, 0])
  })

  it('is read by plain TypeORM on the same entities as the repositories read it', async ({
    store,
    location,
  }) => {
    await fill(store)
    const ours = await readAll(store)
    const theirs = await withPlainTypeOrm(location, async ({ manager }) => ({
      BlobRow: await manager.find(BlobRow),
      CommitRow: await manager.find(CommitRow, { order: { commitHash: 'ASC' } }),
      CommitParentRow: await manager.find(CommitParentRow, { order: { position: 'ASC' } }),
      RefRow: await manager.find(RefRow, { order: { refName: 'ASC' } }),
      AnnotationRow: await manager.find(AnnotationRow, { order: { id: 'ASC' } }),
      OperationEventRow: await manager.find(OperationEventRow, { order: { eventId: 'ASC' } }),
      OperationCommitRow: await manager.find(OperationCommitRow, {
        order: { role: 'DESC', position: 'ASC' },
      }),
      CompileRecordRow: await manager.find(CompileRecordRow, { order: { recordId: 'ASC' } }),
      CompileEffectiveRow: await manager.find(CompileEffectiveRow, { order: { position: 'ASC' } }),
      SpawnPointerRow: await manager.find(SpawnPointerRow),
      PolicyProposalRow: await manager.find(PolicyProposalRow),
      PolicyLogRow: await manager.find(PolicyLogRow),
    }))
    expect(theirs).toEqual(ours)
    expect(ours.CommitRow[0]?.metadataJson).toEqual(PARAMS)
    expect(Object.keys(ours.CommitRow[0]?.metadataJson ?? {})).toEqual(Object.keys(PARAMS))
  })

  it('is the same when plain TypeORM writes the rows that were read', async ({
    store,
    location,
    folder,
    open,
    plain,
  }) => {
    await fill(store)
    const rows = await readAll(store)
    const copy = `${folder}/copy.db`
    await (await open(copy)).close()
    await withPlainTypeOrm(copy, async ({ manager }) => {
      for (const [entity, found] of [
        [BlobRow, rows.BlobRow],
        [CommitRow, rows.CommitRow],
        [CommitParentRow, rows.CommitParentRow],
        [RefRow, rows.RefRow],
        [AnnotationRow, rows.AnnotationRow],
        [OperationEventRow, rows.OperationEventRow],
        [OperationCommitRow, rows.OperationCommitRow],
        [CompileRecordRow, rows.CompileRecordRow],
        [CompileEffectiveRow, rows.CompileEffectiveRow],
        [SpawnPointerRow, rows.SpawnPointerRow],
        [PolicyProposalRow, rows.PolicyProposalRow],
        [PolicyLogRow, rows.PolicyLogRow],
      ] as const) {
        for (const row of found) await manager.insert(entity, { ...row } as object)
      }
    })
    expect(contentOf(plain(copy))).toEqual(contentOf(plain(location)))
  })
})

/** Stores an event whose `params_json` is what an SQL expression gives, as another writer could. */
async function eventWith(store: SqliteStore, run: (sql: string) => unknown, expression: string) {
  run(
    `INSERT INTO operation_events VALUES
     ('event', '${TRACT}', 'compress', NULL, '${STORED_FIRST}', 0, 0, ${expression})`,
  )
  return store.operationEvents.getEvent('event')
}

describe('what other writers leave in a JSON column', () => {
  const readable: readonly [name: string, expression: string, value: JsonValue][] = [
    ['SQL NULL is no value', 'NULL', null],
    ['the text null is no value', `'null'`, null],
    [
      "Python's NaN and infinities are those numbers",
      `'{"a": [NaN, Infinity, -Infinity]}'`,
      { a: [NaN, Infinity, -Infinity] },
    ],
    ['a whole number beyond 2^53 keeps its digits', `'{"a": 9007199254740993}'`, { a: 9007199254740993n }],
    ['a bare whole number, which SQLite stores as an INTEGER', `'42'`, 42],
    ['a bare fraction, which SQLite stores as a REAL', `'0.25'`, 0.25],
    ['a bare text', `'"text"'`, 'text'],
    ['a bare boolean', `'true'`, true],
    ['a list', `'[1, "a"]'`, [1, 'a']],
    ['raw Unicode and no spaces', `'{"ü":"中"}'`, { ü: '中' }],
  ]
  for (const [name, expression, value] of readable) {
    it(`${name}: plain TypeORM reads the same`, async ({ store, plain, location }) => {
      const event = await eventWith(store, (sql) => plain().exec(sql), expression)
      expect(event?.paramsJson).toEqual(value)
      await withPlainTypeOrm(location, async ({ manager }) => {
        expect(await manager.find(OperationEventRow)).toEqual([event])
      })
    })
  }

  // The driver would round it; plain TypeORM is exempt here.
  it('a bare whole number beyond 2^53 keeps its digits', async ({ store, plain }) => {
    const event = await eventWith(store, (sql) => plain().exec(sql), `'9007199254740993'`)
    expect(event?.paramsJson).toBe(9007199254740993n)
  })

  it('text that is no JSON is a typed error that names the column', async ({ store, plain }) => {
    const reading = eventWith(store, (sql) => plain().exec(sql), `'{"a": '`)
    await expect(reading).rejects.toBeInstanceOf(DamagedDataError)
    await expect(store.operationEvents.getEvent('event')).rejects.toMatchObject({
      place: 'operation_events.params_json',
    })
  })
})

describe('what other writers leave in other columns', () => {
  it('times with fewer fraction digits or none are filled up', async ({ store, plain }) => {
    const handle = plain()
    const insert = handle.prepare(`INSERT INTO blobs VALUES (?, '{}', 2, 0, ?)`)
    const times = ['2026-02-10 19:05:34', '2026-02-10 19:05:34.5', '2026-02-10T19:05:34.123']
    for (const [number, time] of times.entries()) insert.run(hash(number), time)
    const blobs = await store.blobs.getMany(times.map((_time, number) => hash(number)))
    expect([...blobs.values()].map((blob) => blob.createdAt)).toEqual([
      '2026-02-10T19:05:34.000000Z',
      '2026-02-10T19:05:34.500000Z',
      '2026-02-10T19:05:34.123000Z',
    ])
  })

  it('a time that is none is a typed error that names the column', async ({ store, plain }) => {
    plain().exec(`INSERT INTO blobs VALUES ('blob', '{}', 2, 0, 'yesterday')`)
    await expect(store.blobs.get('blob')).rejects.toMatchObject({
      code: 'damaged_data',
      place: 'blobs.created_at',
      found: '"yesterday"',
    })
  })

  it.each([
    ["'many'", '"many"'],
    ['1.5', '1.5'],
    ['9223372036854775807', '9223372036854776000'],
  ])('a count of %s is a typed error that names the column', async (stored, found) => {
    const store = await openStore(':memory:')
    await store.withManager((manager) =>
      manager.query(`INSERT INTO blobs VALUES ('blob', '{}', 2, ${stored}, '2026-02-10 19:05:34.000000')`),
    )
    const place = 'blobs.token_count'
    await expect(store.blobs.get('blob')).rejects.toMatchObject({ code: 'damaged_data', place, found })
    await store.close()
  })

  it('a ref to bytes that are no UTF-8 cannot be moved from there, and nobody tries for ever', async ({
    store,
    plain,
  }) => {
    await saveChain(store, 2)
    const handle = plain()
    handle.pragma('foreign_keys = OFF')
    handle.exec(`INSERT INTO refs VALUES ('t', 'main', CAST(CAST('abc' AS BLOB) || x'e1' AS TEXT), NULL)`)
    const seen = await store.refs.getRef('t', 'main')
    const damage = { code: 'damaged_data', place: 'refs.commit_hash', found: expect.stringContaining('abc') }
    await expect(store.refs.compareAndSetRef('t', 'main', seen, hash(1))).rejects.toMatchObject(damage)
    const { contentHash: _, ...commit } = aCommit(3)
    const unit = { ...commit, tractId: 't', blob: aBlob(3), refName: 'main', expected: seen }
    await expect(store.commits.saveWithBlob(unit)).rejects.toMatchObject(damage)
    expect(await store.commits.get(hash(3))).toBeNull()
    await store.refs.setRef('t', 'main', hash(2))
    expect(await store.refs.getRef('t', 'main')).toBe(hash(2))
  })

  it('values of enumerations that a newer writer knows are handed out as they stand', async ({
    store,
    plain,
  }) => {
    const handle = plain()
    handle.exec(`
      INSERT INTO operation_events VALUES ('event', 't', 'rebase', NULL, '${STORED_FIRST}', 0, 0, NULL);
      INSERT INTO blobs VALUES ('blob', '{}', 2, 0, '${STORED_FIRST}');
      INSERT INTO commits VALUES ('commit', 't', NULL, 'blob', 'dialogue', 'REVERT', NULL, NULL, 0, NULL, NULL, '${STORED_FIRST}');
      INSERT INTO annotations VALUES (1, 't', 'commit', 'URGENT', NULL, '${STORED_FIRST}')`)
    expect(await store.operationEvents.getEvent('event')).toMatchObject({ eventType: 'rebase' })
    expect(await store.commits.get('commit')).toMatchObject({ operation: 'REVERT' })
    expect(await store.annotations.getLatest('commit')).toMatchObject({ priority: 'URGENT' })
  })
})
