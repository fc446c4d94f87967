import type { Repositories } from '@tract/repositories'
import Database from 'better-sqlite3'
import { afterEach, describe, expect, vi } from 'vitest'
import type { SqliteStore } from '../src/index.js'
import { it } from './support/it.js'
import { aBlob, aCommit, anEvent, aRecord, hash, saveChain, TRACT } from './support/rows.js'

/**
 * What a plan may run through whole: lists that the call gave, queues of recursive queries and what was gathered of them.
 */
const MAY_BE_SCANNED =
  /^SCAN (wanted|json_each|chain|above|tract|\(subquery-\d+\)|CONSTANT ROW|\d+ CONSTANT ROWS?)(?=\s|$)/

/** Statements that look at every row of a table, and why. */
const WHOLE_TABLES: readonly [sql: RegExp, detail: RegExp][] = [
  // Which blobs are orphans is a question about all of them.
  [/SELECT content_hash FROM blobs\s+WHERE NOT EXISTS/, /^SCAN blobs USING COVERING INDEX/],
  // No index of the format begins with the head of a record.
  [/'head', record_id/, /^SCAN compile_records\b/],
  // What is looked for is whatever can be read of a table, and of the index of its key.
  [/ FROM pragma_/, /^SCAN pragma_\w+ VIRTUAL TABLE/],
  // Of the schema, once for each of its versions.
  [/ FROM sqlite_master/, /^SCAN sqlite_master$/],
  [/ INDEXED BY "/, /^SCAN \w+ USING COVERING INDEX/],
]

afterEach(() => vi.restoreAllMocks())

/** Calls every method of every repository, in every variant that has a statement of its own. */
async function callEverything(store: SqliteStore): Promise<void> {
  const { blobs, commits, commitParents, refs, annotations, operationEvents, compileRecords } = store
  const { spawnPointers, policies } = store
  await saveChain(store, 3)
  await blobs.get(hash(1))
  await blobs.getMany([hash(1)])
  await blobs.saveIfAbsent(aBlob(1))
  await blobs.deleteIfOrphaned(hash(9))

  await commits.get(hash(1))
  await commits.getMany([hash(1)])
  await commits.getAncestors(hash(3))
  await commits.getAncestors(hash(3), { operation: 'edit', limit: 2 })
  await commits.getChildren(hash(1))
  await commits.getByType('dialogue', TRACT)
  await commits.getByConfig(TRACT, [{ field: 'model', operator: '=', value: 'm' }])
  await commits.getByPrefix('absent')
  await commits.getByPrefix('absent', TRACT)
  await commits.getAll(TRACT)
  const { contentHash: _hashed, ...unit } = aCommit(7)
  await commits.saveWithBlob({ ...unit, blob: aBlob(7), refName: 'refs/unit', expected: null })
  for await (const _ of commits.iterateAncestors(hash(3))) break
  for await (const _ of commits.iterateHashes(TRACT)) break
  await blobs.getOrphanHashes()
  await commits.getHashes(TRACT)
  await commits.getTractIds()
  await commits.getOnChain(hash(3), [hash(1)])
  await commits.getResponses([hash(1)])
  await commits.getUses([hash(1)])
  await commits.delete('absent')
  await commits.save(aCommit(8, { contentHash: 'absent' })).catch(() => {})

  await commitParents.addParent(hash(3), hash(1), 1)
  await commitParents.addParents(hash(3), [hash(2)])
  await commitParents.getParents(hash(3))
  await commitParents.getMany([hash(3)])

  await refs.updateHead(TRACT, hash(1))
  await refs.getHead(TRACT)
  await refs.getBranch(TRACT, 'main')
  await refs.setBranch(TRACT, 'other', hash(1))
  await refs.listBranches(TRACT)
  await refs.getAll(TRACT)
  await refs.isDetached(TRACT)
  await refs.attachHead(TRACT, 'other')
  await refs.detachHead(TRACT, hash(1))
  await refs.getRef(TRACT, 'HEAD')
  await refs.setRef(TRACT, 'refs/x', hash(1))
  await refs.deleteRef(TRACT, 'refs/x')
  await refs.setSymbolicRef(TRACT, 'refs/x', 'refs/y')
  await refs.getSymbolicRef(TRACT, 'refs/x')
  await refs.getCurrentBranch(TRACT)
  await refs.compareAndSetRef(TRACT, 'refs/z', null, hash(1))
  await refs.compareAndSetRef(TRACT, 'refs/z', hash(1), hash(2))
  await refs.compareAndSetRef(TRACT, 'refs/z', hash(1), hash(2)).catch(() => {})

  await annotations.save({ tractId: TRACT, targetHash: hash(1), priority: 'normal' })
  await annotations.getLatest(hash(1))
  await annotations.getHistory(hash(1))
  await annotations.batchGetLatest([hash(1)])

  await operationEvents.saveEvent(anEvent(1))
  await operationEvents.saveEventWithCommits({ ...anEvent(2), sources: [hash(1)], results: [hash(2)] })
  await operationEvents
    .saveEventWithCommits({ ...anEvent(3), sources: ['absent'], results: [] })
    .catch(() => {})
  await operationEvents.addCommit('event-1', hash(1), 'source', 0)
  await operationEvents.addCommit('absent', hash(1), 'source', 0).catch(() => {})
  await operationEvents.getEvent('event-1')
  await operationEvents.getCommits('event-1')
  await operationEvents.getCommits('event-1', 'result')
  await operationEvents.getMany(['event-1'])
  await operationEvents.getAll(TRACT)
  await operationEvents.batchGetCommits(['event-1'])
  await operationEvents.getLineage([hash(1)], 'origins')
  await operationEvents.getLineage([hash(1)], 'fate')
  await operationEvents.isSourceOf(hash(1))
  await operationEvents.getAllSourceHashes(TRACT)
  for await (const _ of operationEvents.iterateSourceHashes(TRACT));
  await operationEvents.getAllIds(TRACT)
  await operationEvents.deleteCommit(hash(9))
  await operationEvents.deleteEvent('absent')

  await compileRecords.saveRecord(aRecord(1))
  const { commitCount: _counted, ...record } = aRecord(2)
  await compileRecords.saveRecordWithEffectives({ ...record, effectives: [hash(1)] })
  await compileRecords.addEffective('record-1', hash(1), 0)
  await compileRecords.getRecord('record-1')
  await compileRecords.getAll(TRACT)
  await compileRecords.getAllIds(TRACT)
  await compileRecords.getEffectives('record-1')
  await compileRecords.getMany(['record-1'])
  await compileRecords.batchGetEffectives(['record-1'])
  await compileRecords.getEffectivesNaming([hash(1)])

  await store.transaction(async (tx) => {
    await tx.operationEvents.saveEventWithCommits({ ...anEvent(4), sources: [hash(1)], results: [] })
    await tx.compileRecords.saveRecordWithEffectives({
      ...record,
      recordId: 'record-4',
      effectives: [hash(1)],
    })
  })

  const spawned = { parentTractId: TRACT, childTractId: 'child', purpose: '' }
  await spawnPointers.save({ ...spawned, inheritanceMode: 'selective', parentCommitHash: hash(1) })
  await spawnPointers.save({ ...spawned, inheritanceMode: 'selective' }).catch(() => {})
  await spawnPointers.get(1)
  await spawnPointers.getByChild('child')
  await spawnPointers.batchGetByChild(['child'])
  await spawnPointers.getChildren(TRACT)
  await spawnPointers.getAll(TRACT)
  await spawnPointers.hasAncestor('child', TRACT)

  const policy = { tractId: TRACT, policyName: 'policy' }
  await policies.saveProposal({ ...policy, proposalId: 'proposal', actionType: 'compress' })
  await policies.getProposal('proposal')
  await policies.getPendingProposals(TRACT)
  await policies.updateProposalStatus('proposal', 'approved')
  await policies.saveLogEntry({ ...policy, trigger: 'commit', outcome: 'skipped' })
  await policies.getLog(TRACT)
  await policies.getLog(TRACT, { since: new Date(0), until: new Date(), policyName: 'policy', limit: 1 })
  await policies.deleteLogEntries(TRACT, new Date(0))

  const stored = await store.storedRows.read('commits', 'tract_id', [TRACT])
  await store.storedRows.insert('commits', stored)
  await store.storedRows.fill('commits', stored)
  for (const [table, column] of [
    ['blobs', 'content_hash'],
    ['commits', 'commit_hash'],
    ['commit_parents', 'commit_hash'],
    ['refs', 'tract_id'],
    ['annotations', 'target_hash'],
    ['operation_events', 'event_id'],
    ['operation_commits', 'event_id'],
    ['compile_records', 'tract_id'],
    ['compile_effectives', 'record_id'],
    ['spawn_pointers', 'child_tract_id'],
    ['policy_proposals', 'tract_id'],
    ['policy_log', 'tract_id'],
  ] as const) {
    await store.storedRows.read(table, column, [TRACT])
    for await (const _ of store.storedRows.iterateReadable(table));
  }
}

/** The names of the methods that are called, as `refs.getHead`. */
function recordCalls(store: Repositories): Set<string> {
  const called = new Set<string>()
  for (const [name, repository] of Object.entries(store)) {
    const prototype = Object.getPrototypeOf(repository ?? {})
    for (const method of methodsOf(prototype)) {
      const original = prototype[method]
      vi.spyOn(prototype, method).mockImplementation(recording(`${name}.${method}`, called, original))
    }
  }
  return called
}

function recording(name: string, called: Set<string>, method: (...args: unknown[]) => unknown) {
  return function (this: unknown, ...args: unknown[]) {
    called.add(name)
    return method.apply(this, args)
  }
}

function methodsOf(prototype: object): readonly string[] {
  const isRepository = prototype.constructor.name.endsWith('Repository')
  return isRepository ? Object.getOwnPropertyNames(prototype).filter((name) => name !== 'constructor') : []
}

describe('the statements of the repositories', () => {
  it('read no table from end to end', async ({ open, plain }) => {
    const statements = new Set<string>()
    const prepare = Database.prototype.prepare
    vi.spyOn(Database.prototype, 'prepare').mockImplementation(function (
      this: Database.Database,
      sql: string,
    ) {
      statements.add(sql)
      return prepare.call(this, sql)
    })
    const store = await open()
    statements.clear()
    const called = recordCalls(store)
    await callEverything(store)
    vi.restoreAllMocks()

    const present = Object.entries(store).flatMap(([name, repository]) =>
      methodsOf(Object.getPrototypeOf(repository ?? {})).map((method) => `${name}.${method}`),
    )
    expect([...called].toSorted(), 'a method is not called').toEqual(present.toSorted())
    expect(statements.size).toBeGreaterThan(60)

    const handle = plain()
    const scans: string[] = []
    for (const sql of statements) {
      if (!/^\s*(SELECT|INSERT|UPDATE|DELETE|WITH)\b/.test(sql)) continue
      const parameters = Array.from({ length: sql.split('?').length - 1 }, () => null)
      const plan = handle.prepare<null[], { detail: string }>(`EXPLAIN QUERY PLAN ${sql}`).all(...parameters)
      for (const { detail } of plan) {
        const isKnown = WHOLE_TABLES.some(([text, known]) => text.test(sql) && known.test(detail))
        if (detail.startsWith('SCAN') && !MAY_BE_SCANNED.test(detail) && !isKnown)
          scans.push(`${detail}: ${sql.trim()}`)
      }
    }
    expect(scans).toEqual([])
  })

  // SQLite plans for the value of a LIMIT that is a bare parameter, and so compiles the statement again at every call.
  it('bind no LIMIT as it is', async ({ open }) => {
    const statements = new Set<string>()
    const prepare = Database.prototype.prepare
    vi.spyOn(Database.prototype, 'prepare').mockImplementation(function (
      this: Database.Database,
      sql: string,
    ) {
      statements.add(sql)
      return prepare.call(this, sql)
    })
    await callEverything(await open())
    expect([...statements].filter((sql) => /\bLIMIT\b/.test(sql)).length).toBeGreaterThan(5)
    expect([...statements].filter((sql) => /\b(LIMIT|OFFSET) *\?/.test(sql))).toEqual([])
  })

  // An index whose order is that of the answer; without it, all of a tract's rows are sorted for each page of them.
  it('take the answers that are long and ordered from an index in that order', async ({ store, plain }) => {
    await callEverything(store)
    const handle = plain()
    const sorted = (sql: string) =>
      handle
        .prepare<[], { detail: string }>(`EXPLAIN QUERY PLAN ${sql}`)
        .all()
        .some(({ detail }) => detail.startsWith('USE TEMP B-TREE'))
    expect(sorted(`SELECT * FROM commits WHERE tract_id = 't' ORDER BY created_at, rowid`)).toBe(false)
    expect(sorted(`SELECT * FROM compile_records WHERE tract_id = 't' ORDER BY created_at, rowid`)).toBe(
      false,
    )
    expect(sorted(`SELECT * FROM policy_log WHERE tract_id = 't' ORDER BY created_at DESC, id DESC`)).toBe(
      false,
    )
    expect(sorted(`SELECT * FROM annotations WHERE target_hash = 'h' ORDER BY created_at, id`)).toBe(false)
  })
})

describe('foreign keys', () => {
  // Where the column that refers begins no index, deleting one row of the other table reads this one from end to end.
  it('each have an index that begins with the column that refers', async ({ store, plain }) => {
    await store.blobs.get(hash(1))
    const handle = plain()
    const tables = handle
      .prepare(`SELECT name FROM sqlite_master WHERE type = 'table'`)
      .pluck()
      .all() as string[]
    const without: string[] = []
    let count = 0
    for (const table of tables) {
      const indexes = handle.pragma(`index_list("${table}")`) as { name: string }[]
      const first = indexes.map(
        ({ name }) => (handle.pragma(`index_info("${name}")`) as { name: string }[])[0]?.name,
      )
      for (const { from } of handle.pragma(`foreign_key_list("${table}")`) as { from: string }[]) {
        count++
        if (!first.includes(from)) without.push(`${table}.${from}`)
      }
    }
    expect(without).toEqual([])
    expect(count).toBe(12)
  })
})
