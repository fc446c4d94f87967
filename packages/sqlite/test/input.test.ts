import { inspect } from 'node:util'
import { InvalidInputError, type Repositories } from '@tract/repositories'
import { expect } from 'vitest'
import * as sqlite from '../src/index.js'
import { contentOf } from './support/content.js'
import { HOSTILE, type Kind, NO_FIELDS, throwingAt } from './support/hostile.js'
import { it } from './support/it.js'
import { aBlob, aCommit, anEvent, aRecord, hash, saveChain, TIME, TRACT } from './support/rows.js'

/** The rules of an object's fields. */
interface Fields {
  readonly [field: string]: Kind
}

/** One method: arguments that it takes, and the rule of each. */
interface Method {
  readonly repository: keyof Repositories
  readonly method: string
  readonly good: readonly unknown[]
  readonly rules: readonly (Kind | Fields)[]
}

const id = 'id'
const NEW = hash(500)

const EVENT: Fields = {
  eventId: id,
  tractId: id,
  eventType: 'enumeration',
  branchName: 'text of 255 or nothing',
  createdAt: 'time or nothing',
  originalTokens: 'count or nothing',
  compressedTokens: 'count or nothing',
  paramsJson: 'json or nothing',
}
const RECORD: Fields = {
  recordId: id,
  tractId: id,
  headHash: 'id or empty',
  tokenCount: 'count',
  tokenSource: 'text of 50',
  paramsJson: 'json or nothing',
  createdAt: 'time or nothing',
}
const PROPOSAL: Fields = {
  proposalId: id,
  tractId: id,
  policyName: 'text of 100',
  actionType: 'text of 50',
  actionParamsJson: 'json or nothing',
  reason: 'text or nothing',
  status: 'enumeration or nothing',
  createdAt: 'time or nothing',
  resolvedAt: 'time or nothing',
}
const { commitCount: _counted, ...RECORD_OF_UNIT } = aRecord(9)
const { contentHash: _hashed, ...COMMIT_OF_UNIT } = aCommit(501)
const COMMIT_UNIT = { ...COMMIT_OF_UNIT, blob: aBlob(501) }

function method(
  repository: keyof Repositories,
  name: string,
  good: readonly unknown[],
  ...rules: readonly (Kind | Fields)[]
): Method {
  return { repository, method: name, good, rules }
}

const METHODS: readonly Method[] = [
  method('blobs', 'get', [hash(1)], id),
  method('blobs', 'getMany', [[hash(1)]], 'ids'),
  method('blobs', 'saveIfAbsent', [aBlob(500)], {
    contentHash: id,
    payloadJson: 'text',
    byteSize: 'count',
    tokenCount: 'count',
    createdAt: 'time or nothing',
  }),
  method('blobs', 'deleteIfOrphaned', [NEW], id),

  method('commits', 'get', [hash(1)], id),
  method('commits', 'getMany', [[hash(1)]], 'ids'),
  method('commits', 'save', [aCommit(500, { contentHash: hash(1) })], {
    commitHash: id,
    tractId: id,
    parentHash: 'id or nothing',
    contentHash: id,
    contentType: 'text of 50',
    operation: 'enumeration',
    responseTo: 'id or nothing',
    message: 'text or nothing',
    tokenCount: 'count',
    metadataJson: 'json or nothing',
    generationConfigJson: 'json or nothing',
    createdAt: 'time or nothing',
  }),
  method('commits', 'getAncestors', [hash(1), {}], id, {
    limit: 'limit or undefined',
    operation: 'enumeration or undefined',
  }),
  method('commits', 'getChildren', [hash(1)], id),
  method('commits', 'getByType', ['dialogue', TRACT], 'text', id),
  method('commits', 'getByConfig', [TRACT, []], id, 'conditions'),
  method('commits', 'getByPrefix', [hash(1), TRACT], 'prefix', 'id or nothing'),
  method('commits', 'getAll', [TRACT], id),
  method('commits', 'delete', [NEW], id),

  method('commitParents', 'addParent', [hash(2), hash(1), 0], id, id, 'count'),
  method('commitParents', 'addParents', [hash(3), [hash(1)]], id, 'ids'),
  method('commitParents', 'getParents', [hash(1)], id),

  method('refs', 'getHead', [TRACT], id),
  method('refs', 'updateHead', [TRACT, hash(1)], id, id),
  method('refs', 'getBranch', [TRACT, 'main'], id, 'branch name'),
  method('refs', 'setBranch', [TRACT, 'main', hash(1)], id, 'branch name', id),
  method('refs', 'listBranches', [TRACT], id),
  method('refs', 'isDetached', [TRACT], id),
  method('refs', 'attachHead', [TRACT, 'main'], id, 'branch name'),
  method('refs', 'detachHead', [TRACT, hash(1)], id, id),
  method('refs', 'getRef', [TRACT, 'refs/x'], id, 'ref name'),
  method('refs', 'setRef', [TRACT, 'refs/x', hash(1)], id, 'ref name', id),
  method('refs', 'deleteRef', [TRACT, 'refs/absent'], id, 'ref name'),
  method('refs', 'setSymbolicRef', [TRACT, 'refs/s', 'refs/x'], id, 'ref name', 'ref name'),
  method('refs', 'getSymbolicRef', [TRACT, 'refs/s'], id, 'ref name'),
  method('refs', 'getCurrentBranch', [TRACT], id),
  method('refs', 'compareAndSetRef', [TRACT, 'refs/y', null, hash(1)], id, 'ref name', 'id or null', id),

  method('annotations', 'save', [{ tractId: TRACT, targetHash: hash(1), priority: 'pinned' }], {
    tractId: id,
    targetHash: id,
    priority: 'enumeration',
    reason: 'text or nothing',
    createdAt: 'time or nothing',
  }),
  method('annotations', 'getLatest', [hash(1)], id),
  method('annotations', 'getHistory', [hash(1)], id),
  method('annotations', 'batchGetLatest', [[hash(1)]], 'ids'),

  method('operationEvents', 'saveEvent', [anEvent(1)], EVENT),
  method('operationEvents', 'saveEventWithCommits', [{ ...anEvent(2), sources: [hash(1)], results: [] }], {
    ...EVENT,
    sources: 'ids',
    results: 'ids',
  }),
  method('operationEvents', 'addCommit', ['event-1', hash(1), 'source', 0], id, id, 'enumeration', 'count'),
  method('operationEvents', 'getEvent', ['event-1'], id),
  method('operationEvents', 'getCommits', ['event-1', 'source'], id, 'enumeration or undefined'),
  method('operationEvents', 'isSourceOf', [hash(1)], id),
  method('operationEvents', 'getAllSourceHashes', [TRACT], id),
  method('operationEvents', 'getAllIds', [TRACT], id),
  method('operationEvents', 'deleteCommit', [NEW], id),
  method('operationEvents', 'deleteEvent', ['absent'], id),

  method('compileRecords', 'saveRecord', [aRecord(1)], { ...RECORD, commitCount: 'count' }),
  method('compileRecords', 'saveRecordWithEffectives', [{ ...RECORD_OF_UNIT, effectives: [hash(1)] }], {
    ...RECORD,
    commitCount: 'count or nothing',
    effectives: 'ids',
  }),
  method('compileRecords', 'addEffective', ['record-1', hash(1), 0], id, id, 'count'),
  method('compileRecords', 'getRecord', ['record-1'], id),
  method('compileRecords', 'getAll', [TRACT], id),
  method('compileRecords', 'getAllIds', [TRACT], id),
  method('compileRecords', 'getEffectives', ['record-1'], id),

  method(
    'spawnPointers',
    'save',
    [{ parentTractId: TRACT, childTractId: 'child', purpose: '', inheritanceMode: 'selective' }],
    {
      parentTractId: id,
      parentCommitHash: 'id or nothing',
      childTractId: id,
      purpose: 'text',
      inheritanceMode: 'enumeration',
      displayName: 'text of 255 or nothing',
      createdAt: 'time or nothing',
    },
  ),
  method('spawnPointers', 'get', [1], 'count'),
  method('spawnPointers', 'getByChild', [TRACT], id),
  method('spawnPointers', 'getChildren', [TRACT], id),
  method('spawnPointers', 'getAll', [TRACT], id),
  method('spawnPointers', 'hasAncestor', [TRACT, 'child'], id, id),

  method(
    'policies',
    'saveProposal',
    [{ proposalId: 'proposal', tractId: TRACT, policyName: 'policy', actionType: 'compress' }],
    PROPOSAL,
  ),
  method('policies', 'getProposal', ['proposal'], id),
  method('policies', 'getPendingProposals', [TRACT], id),
  method(
    'policies',
    'updateProposalStatus',
    ['proposal', 'approved', TIME],
    id,
    'enumeration',
    'time or nothing',
  ),
  method(
    'policies',
    'saveLogEntry',
    [{ tractId: TRACT, policyName: 'policy', trigger: 'commit', outcome: 'skipped' }],
    {
      tractId: id,
      policyName: 'text of 100',
      trigger: 'enumeration',
      actionType: 'text of 50 or nothing',
      reason: 'text or nothing',
      outcome: 'enumeration',
      commitHash: 'id or nothing',
      errorMessage: 'text or nothing',
      createdAt: 'time or nothing',
    },
  ),
  method('policies', 'getLog', [TRACT, {}], id, {
    since: 'time or undefined',
    until: 'time or undefined',
    policyName: 'text or undefined',
    limit: 'limit or undefined',
  }),
  method('policies', 'deleteLogEntries', [TRACT, new Date(0)], id, 'time'),

  method('commits', 'saveWithBlob', [COMMIT_UNIT], {
    commitHash: id,
    tractId: id,
    parentHash: 'id or nothing',
    contentType: 'text of 50',
    operation: 'enumeration',
    responseTo: 'id or nothing',
    message: 'text or nothing',
    tokenCount: 'count',
    metadataJson: 'json or nothing',
    generationConfigJson: 'json or nothing',
    createdAt: 'time or nothing',
  }),
  method('commits', 'iterateAncestors', [hash(1), {}], id, { operation: 'enumeration or undefined' }),
  method('commits', 'iterateHashes', [TRACT], id),
  method('operationEvents', 'iterateSourceHashes', [TRACT], id),
  method('blobs', 'getOrphanHashes', []),
  method('commits', 'getHashes', [TRACT, {}], id, { limit: 'limit or undefined' }),
  method('commits', 'getTractIds', []),
  method('commits', 'getOnChain', [hash(1), [hash(1)]], id, 'ids'),
  method('commits', 'getResponses', [[hash(1)]], 'ids'),
  method('commits', 'getUses', [[hash(1)]], 'ids'),
  method('commitParents', 'getMany', [[hash(1)]], 'ids'),
  method('refs', 'getAll', [TRACT], id),
  method('operationEvents', 'getMany', [['event-1']], 'ids'),
  method('operationEvents', 'getAll', [TRACT], id),
  method('operationEvents', 'batchGetCommits', [['event-1']], 'ids'),
  method('operationEvents', 'getLineage', [[hash(1)], 'fate'], 'ids', 'enumeration'),
  method('compileRecords', 'getMany', [['record-1']], 'ids'),
  method('compileRecords', 'batchGetEffectives', [['record-1']], 'ids'),
  method('compileRecords', 'getEffectivesNaming', [[hash(1)]], 'ids'),
  method('spawnPointers', 'batchGetByChild', [['child']], 'ids'),
  method('storedRows', 'read', ['refs', 'tract_id', [TRACT]], 'enumeration', 'enumeration', 'ids'),
  method('storedRows', 'iterateReadable', ['refs'], 'enumeration'),
  method(
    'storedRows',
    'insert',
    ['refs', [{ tract_id: TRACT, ref_name: 'refs/x', commit_hash: hash(1) }]],
    'enumeration',
    'stored rows',
  ),
  method(
    'storedRows',
    'fill',
    ['refs', [{ tract_id: TRACT, ref_name: 'refs/x', commit_hash: hash(1) }]],
    'enumeration',
    'stored rows',
  ),
]

it('every method of every repository is tried', () => {
  const prototypes: Record<keyof Repositories, object> = {
    blobs: sqlite.SqliteBlobRepository.prototype,
    commits: sqlite.SqliteCommitRepository.prototype,
    commitParents: sqlite.SqliteCommitParentRepository.prototype,
    refs: sqlite.SqliteRefRepository.prototype,
    annotations: sqlite.SqliteAnnotationRepository.prototype,
    operationEvents: sqlite.SqliteOperationEventRepository.prototype,
    compileRecords: sqlite.SqliteCompileRecordRepository.prototype,
    spawnPointers: sqlite.SqliteSpawnPointerRepository.prototype,
    policies: sqlite.SqlitePolicyRepository.prototype,
    storedRows: sqlite.SqliteStoredRowRepository.prototype,
  }
  const present = Object.entries(prototypes).flatMap(([repository, prototype]) =>
    Object.getOwnPropertyNames(prototype)
      .filter((name) => name !== 'constructor')
      .map((name) => `${repository}.${name}`),
  )
  expect(METHODS.map(({ repository, method }) => `${repository}.${method}`).toSorted()).toEqual(
    present.toSorted(),
  )
})

for (const tried of METHODS) {
  const name = `${tried.repository}.${tried.method}`

  it(`${name} refuses hostile values by a typed error and writes nothing`, async ({ store, plain }) => {
    await prepare(store)
    const before = contentOf(plain())
    const faults: string[] = []
    for (const [what, args] of hostileCalls(tried)) {
      const outcome = await call(store, tried, args).then(
        () => 'is taken',
        (error: unknown) => (error instanceof InvalidInputError ? '' : `is refused by ${error}`),
      )
      if (outcome !== '') faults.push(`${what} ${outcome}`)
    }
    expect(faults).toEqual([])
    expect(contentOf(plain())).toEqual(before)

    // What the hostile arguments were made from is taken: it was the one changed value that was refused.
    if (name === 'operationEvents.addCommit') await store.operationEvents.saveEvent(anEvent(1))
    if (name === 'compileRecords.addEffective') await store.compileRecords.saveRecord(aRecord(1))
    await call(store, tried, tried.good)
  })
}

async function prepare(store: sqlite.SqliteStore): Promise<void> {
  await store.transaction((tx) => saveChain(tx, 3))
}

async function call(store: Repositories, { repository, method }: Method, args: readonly unknown[]) {
  const target = store[repository] as unknown as Record<string, (...given: readonly unknown[]) => unknown>
  const result: unknown = target[method]?.(...args)
  if (!method.startsWith('iterate')) return result
  for await (const _ of result as AsyncIterable<unknown>) break
}

/** Every call with one argument, or one field of an argument, that breaks its rule. */
function* hostileCalls({ good, rules }: Method): Generator<[what: string, args: readonly unknown[]]> {
  for (const [index, rule] of rules.entries()) {
    const withArgument = (value: unknown) => good.with(index, value)
    if (typeof rule === 'string') {
      for (const value of HOSTILE[rule]) yield [`argument ${index} ${inspect(value)}`, withArgument(value)]
      continue
    }
    const valid = good[index] as object
    for (const value of NO_FIELDS) yield [`argument ${index} ${inspect(value)}`, withArgument(value)]
    yield [`argument ${index} with an unknown field`, withArgument({ ...valid, unknown: 1 })]
    for (const [field, kind] of Object.entries(rule)) {
      yield [`a ${field} that throws`, withArgument(throwingAt(valid, field))]
      for (const value of HOSTILE[kind]) {
        yield [`the ${field} ${inspect(value)}`, withArgument({ ...valid, [field]: value })]
      }
    }
  }
}

it('ids and names of 64 and 255 characters are taken whatever their script, and read back', async ({
  store,
}) => {
  const emoji = '😀'.repeat(64)
  const branch = '中'.repeat(244)
  await store.blobs.saveIfAbsent(aBlob(1, { contentHash: emoji }))
  await store.commits.save(aCommit(1, { commitHash: emoji, tractId: emoji, contentHash: emoji }))
  await store.refs.setBranch(emoji, branch, emoji)
  await store.operationEvents.saveEvent(anEvent(1, { eventId: emoji, branchName: '😀'.repeat(255) }))
  expect(await store.commits.get(emoji)).toMatchObject({ commitHash: emoji, tractId: emoji })
  expect(await store.commits.getByPrefix('😀😀😀😀')).toMatchObject({ commitHash: emoji })
  expect(await store.refs.listBranches(emoji)).toEqual([branch])
  expect(await store.operationEvents.getEvent(emoji)).toMatchObject({ branchName: '😀'.repeat(255) })
})

it('the error names the field, with the place inside it, what was found and what was expected', async ({
  store,
}) => {
  const saving = store.operationEvents.saveEvent(
    // @ts-expect-error JSON holds no function
    anEvent(1, { paramsJson: { tools: ['a', 'b', { run: () => 1 }] } }),
  )
  await expect(saving).rejects.toMatchObject({
    code: 'invalid_input',
    field: 'paramsJson.tools[2].run',
    found: 'a function',
  })
  const linking = store.commitParents.addParents(hash(1), [hash(1), '', hash(2)])
  await expect(linking).rejects.toMatchObject({ field: 'parentHashes[1]', found: 'an empty string' })
})

it('text that looks like SQL, a path or a wildcard is only text', async ({ store }) => {
  const names = [
    `'; DROP TABLE blobs; --`,
    '%',
    '____',
    '../../etc/passwd',
    '"',
    '\\',
    '?1',
    '$x',
    ':a',
    '\n',
  ]
  for (const [number, name] of names.entries()) {
    await store.blobs.saveIfAbsent(aBlob(number, { contentHash: `blob ${name}` }))
    await store.commits.save(aCommit(number, { contentHash: `blob ${name}`, tractId: name, message: name }))
    await store.refs.updateHead(name, hash(number))
  }
  for (const [number, name] of names.entries()) {
    const commits = await store.commits.getAll(name)
    expect(commits.map((commit) => commit.message)).toEqual([name])
    expect(await store.refs.getHead(name)).toBe(hash(number))
  }
  expect(await store.commits.getByPrefix('%%%%')).toBeNull()
  expect(await store.commits.getByPrefix('____')).toBeNull()
})

it('a field that an object inherits counts like its own, or is refused; it is never dropped in silence', async ({
  store,
}) => {
  await prepare(store)
  const limited = store.commits.getAncestors(hash(3), Object.create({ limit: 1 }))
  expect(await limited.then((commits) => commits.length, errorName)).toSatisfy(
    isOneOf(1, 'InvalidInputError'),
  )
  const event = Object.create({ ...anEvent(1, { branchName: 'main' }), sources: [hash(1)], results: [] })
  const saved = await store.operationEvents.saveEventWithCommits(event).catch(errorName)
  expect(typeof saved === 'string' ? saved : saved.branchName).toSatisfy(isOneOf('main', 'InvalidInputError'))
})

function errorName(error: unknown): string {
  return error instanceof Error ? error.name : String(error)
}

function isOneOf(...values: readonly unknown[]) {
  return (value: unknown) => values.includes(value)
}

it('a list that states a thousand million ids and holds none is refused at its first', async ({ store }) => {
  const pretence = Object.defineProperty([] as string[], 'length', { value: 1_000_000_000 })
  for (const { repository, method: name, good, rules } of METHODS) {
    const place = rules.indexOf('ids')
    if (place < 0) continue
    const calling = call(store, { repository, method: name, good, rules }, good.with(place, pretence))
    await expect(calling, `${repository}.${name}`).rejects.toBeInstanceOf(InvalidInputError)
  }
})
