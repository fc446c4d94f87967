import type { ConfigCondition, Repositories } from '@tract/repositories'
import {
  CommitOperation,
  OperationCommitRole,
  OperationEventType,
  PolicyOutcome,
  Priority,
  ProposalStatus,
  Timestamp,
} from '@tract/schema'
import {
  type Arbitrary,
  array,
  constant,
  constantFrom,
  oneof,
  option,
  record,
  tuple,
  uniqueArray,
} from 'fast-check'
import { anAnnotation } from '../../builders/annotation.js'
import { aBlob } from '../../builders/blob.js'
import { aCommit } from '../../builders/commit.js'
import { aCompileRecord } from '../../builders/compile-record.js'
import { aLogEntry } from '../../builders/log-entry.js'
import { anOperationEvent } from '../../builders/operation-event.js'
import { aProposal } from '../../builders/proposal.js'
import { aSpawnPointer } from '../../builders/spawn-pointer.js'
import type { ModelState } from '../../model/state.js'
import { collected } from '../collected.js'

/** One call of a repository's, to be made of a store and of the model. */
export interface Call {
  readonly text: string
  readonly run: (store: Repositories) => Promise<unknown>
  /** Whether the contract says what comes of it: where a call breaks two rules it does not say which is reported. */
  readonly applies: (state: ModelState) => boolean
}

const tract = constantFrom('t1', 't2')
const commit = constantFrom('abcd1', 'abcd2', 'abc%1', 'abce_', 'zeta', 'Zeta')
const blob = constantFrom('b1', 'b2', 'b3')
const event = constantFrom('e1', 'e2', 'e3')
const compileRecord = constantFrom('r1', 'r2', 'r3')
const proposal = constantFrom('p1', 'p2', 'p3')
const branch = constantFrom('main', 'topic', '～', '😀')
const ref = constantFrom('HEAD', 'refs/heads/main', 'refs/heads/topic', 'refs/tags/v1')
const position = constantFrom(0, 1, 2)
const createdAt = constantFrom('00.000001', '00.000002', '01.000000').map((seconds) =>
  Timestamp.from(`2026-02-20T15:39:${seconds}Z`),
)
const operation = constantFrom(...Object.values(CommitOperation))
const role = constantFrom(...Object.values(OperationCommitRole))
const contentType = constantFrom('dialogue', 'output')
const config = constantFrom(null, {}, { n: 1 }, { n: 2 }, { n: '1' }, { n: null, m: [1] }, { m: 'b' })
const commits = uniqueArray(commit, { maxLength: 4 })
const limit = constantFrom(1, 2, 5)

const condition: Arbitrary<ConfigCondition> = oneof(
  record({
    field: constantFrom('n', 'm', 'none'),
    operator: constantFrom('=', '!=', '<', '>', '<=', '>=' as const),
    value: constantFrom(1, 2, '1', 'b', null, [1]),
  }),
  record({
    field: constantFrom('n', 'm'),
    operator: constant('in' as const),
    value: constant([1, 'b', null]),
  }),
)

/** A call with arguments made up from these. */
function call<Args extends unknown[]>(
  name: string,
  args: { [Index in keyof Args]: Arbitrary<Args[Index]> },
  run: (store: Repositories, ...args: Args) => Promise<unknown>,
  applies: (state: ModelState, ...args: Args) => boolean = () => true,
): Arbitrary<Call> {
  return tuple<Args>(...args).map((given) => ({
    text: `${name}(${given.map((value) => JSON.stringify(value)).join(', ')})`,
    run: (store) => run(store, ...given),
    applies: (state) => applies(state, ...given),
  }))
}

function optional<Value>(value: Arbitrary<Value>): Arbitrary<Value | undefined> {
  return option(value, { nil: undefined })
}

function isKnown(state: ModelState, ...hashes: readonly (string | null)[]): boolean {
  return hashes.every((hash) => hash === null || state.commits.some(({ commitHash }) => commitHash === hash))
}

const saveBlob = call('saveIfAbsent', [blob, position], (store, contentHash, tokenCount) =>
  store.blobs.saveIfAbsent(aBlob({ contentHash, tokenCount })),
)

const saveCommit = call(
  'commits.save',
  [
    record({
      commitHash: commit,
      tractId: tract,
      contentHash: blob,
      parentHash: option(commit),
      responseTo: option(commit, { freq: 2 }),
      contentType,
      operation,
      generationConfigJson: config,
      createdAt,
    }),
  ],
  (store, fields) => store.commits.save(aCommit(fields)),
  (state, { commitHash, parentHash, responseTo, contentHash }) =>
    commitHash !== parentHash &&
    commitHash !== responseTo &&
    isKnown(state, parentHash, responseTo) &&
    state.blobs.some((row) => row.contentHash === contentHash),
)

/** Every method but those that take or give generated ids. */
export const CALLS: readonly Arbitrary<Call>[] = [
  saveBlob,
  call('blobs.get', [blob], (store, hash) => store.blobs.get(hash)),
  call('blobs.getMany', [array(blob)], (store, hashes) => store.blobs.getMany(hashes)),
  call('deleteIfOrphaned', [blob], (store, hash) => store.blobs.deleteIfOrphaned(hash)),
  saveCommit,
  saveCommit,
  saveCommit,
  call(
    'saveWithBlob',
    [
      record({ commitHash: commit, tractId: tract, parentHash: option(commit), createdAt }),
      blob,
      optional(ref),
      optional(option(commit)),
    ],
    (store, fields, contentHash, refName, expected) => {
      const { contentHash: _, ...input } = aCommit(fields)
      const place = refName === undefined ? {} : { refName, ...(expected !== undefined && { expected }) }
      return store.commits.saveWithBlob({ ...input, blob: aBlob({ contentHash }), ...place })
    },
    (state, { commitHash, parentHash, tractId }, _contentHash, refName, expected) => {
      const at = state.refs.find((row) => row.tractId === tractId && row.refName === refName)
      const broken = [
        isKnown(state, commitHash),
        !isKnown(state, parentHash),
        expected !== undefined && (refName === undefined || (at?.commitHash ?? null) !== expected),
      ]
      return commitHash !== parentHash && broken.filter(Boolean).length < 2
    },
  ),
  call('iterateAncestors', [commit, optional(operation)], (store, hash, only) =>
    collected(store.commits.iterateAncestors(hash, { ...(only !== undefined && { operation: only }) })),
  ),
  call('iterateHashes', [tract], (store, tractId) => collected(store.commits.iterateHashes(tractId))),
  call('iterateSourceHashes', [tract], (store, tractId) =>
    collected(store.operationEvents.iterateSourceHashes(tractId)),
  ),
  call('commits.get', [commit], (store, hash) => store.commits.get(hash)),
  call('commits.getMany', [array(commit)], (store, hashes) => store.commits.getMany(hashes)),
  call('getAncestors', [commit, optional(limit), optional(operation)], (store, hash, most, only) =>
    store.commits.getAncestors(hash, {
      ...(most !== undefined && { limit: most }),
      ...(only !== undefined && { operation: only }),
    }),
  ),
  call('commits.getChildren', [commit], (store, hash) => store.commits.getChildren(hash)),
  call('getByType', [contentType, tract], (store, type, tractId) => store.commits.getByType(type, tractId)),
  call(
    'getByConfig',
    [tract, array(condition, { minLength: 1, maxLength: 2 })],
    (store, tractId, conditions) => store.commits.getByConfig(tractId, conditions),
  ),
  call(
    'getByPrefix',
    [constantFrom('abcd', 'abc%', 'abce', 'abc_', 'zeta', 'none'), optional(tract)],
    (store, prefix, tractId) => store.commits.getByPrefix(prefix, tractId),
  ),
  call('commits.getAll', [tract], (store, tractId) => store.commits.getAll(tractId)),
  call('commits.delete', [commit], (store, hash) => store.commits.delete(hash)),
  call('addParent', [commit, commit, position], (store, child, parent, at) =>
    store.commitParents.addParent(child, parent, at),
  ),
  call('addParents', [commit, array(commit, { maxLength: 3 })], (store, child, parents) =>
    store.commitParents.addParents(child, parents),
  ),
  call('getParents', [commit], (store, hash) => store.commitParents.getParents(hash)),
  call('getHead', [tract], (store, tractId) => store.refs.getHead(tractId)),
  call('updateHead', [tract, commit], (store, tractId, hash) => store.refs.updateHead(tractId, hash)),
  call('getBranch', [tract, branch], (store, tractId, name) => store.refs.getBranch(tractId, name)),
  call('setBranch', [tract, branch, commit], (store, tractId, name, hash) =>
    store.refs.setBranch(tractId, name, hash),
  ),
  call('listBranches', [tract], (store, tractId) => store.refs.listBranches(tractId)),
  call('isDetached', [tract], (store, tractId) => store.refs.isDetached(tractId)),
  call('attachHead', [tract, branch], (store, tractId, name) => store.refs.attachHead(tractId, name)),
  call('detachHead', [tract, commit], (store, tractId, hash) => store.refs.detachHead(tractId, hash)),
  call('getRef', [tract, ref], (store, tractId, name) => store.refs.getRef(tractId, name)),
  call('setRef', [tract, ref, commit], (store, tractId, name, hash) =>
    store.refs.setRef(tractId, name, hash),
  ),
  call('deleteRef', [tract, ref], (store, tractId, name) => store.refs.deleteRef(tractId, name)),
  call('setSymbolicRef', [tract, ref, ref], (store, tractId, name, target) =>
    store.refs.setSymbolicRef(tractId, name, target),
  ),
  call('getSymbolicRef', [tract, ref], (store, tractId, name) => store.refs.getSymbolicRef(tractId, name)),
  call('getCurrentBranch', [tract], (store, tractId) => store.refs.getCurrentBranch(tractId)),
  call(
    'compareAndSetRef',
    [tract, ref, option(commit), commit],
    (store, tractId, name, expected, next) => store.refs.compareAndSetRef(tractId, name, expected, next),
    (state, _tractId, _name, _expected, next) => isKnown(state, next),
  ),
  call(
    'annotations.save',
    [
      record({
        tractId: tract,
        targetHash: commit,
        priority: constantFrom(...Object.values(Priority)),
        createdAt,
      }),
    ],
    (store, fields) => store.annotations.save(anAnnotation(fields)),
  ),
  call('getLatest', [commit], (store, hash) => store.annotations.getLatest(hash)),
  call('getHistory', [commit], (store, hash) => store.annotations.getHistory(hash)),
  call('batchGetLatest', [array(commit)], (store, hashes) => store.annotations.batchGetLatest(hashes)),
  call(
    'saveEvent',
    [
      record({
        eventId: event,
        tractId: tract,
        eventType: constantFrom(...Object.values(OperationEventType)),
        createdAt,
      }),
    ],
    (store, fields) => store.operationEvents.saveEvent(anOperationEvent(fields)),
  ),
  call(
    'saveEventWithCommits',
    [record({ eventId: event, tractId: tract, createdAt }), commits, commits],
    (store, fields, sources, results) =>
      store.operationEvents.saveEventWithCommits({ ...anOperationEvent(fields), sources, results }),
  ),
  call('addCommit', [event, commit, role, position], (store, eventId, hash, as, at) =>
    store.operationEvents.addCommit(eventId, hash, as, at),
  ),
  call('getEvent', [event], (store, eventId) => store.operationEvents.getEvent(eventId)),
  call('getCommits', [event, optional(role)], (store, eventId, as) =>
    store.operationEvents.getCommits(eventId, as),
  ),
  call('isSourceOf', [commit], (store, hash) => store.operationEvents.isSourceOf(hash)),
  call('getAllSourceHashes', [tract], (store, tractId) => store.operationEvents.getAllSourceHashes(tractId)),
  call('getAllIds', [tract], (store, tractId) => store.operationEvents.getAllIds(tractId)),
  call('deleteCommit', [commit], (store, hash) => store.operationEvents.deleteCommit(hash)),
  call('deleteEvent', [event], (store, eventId) => store.operationEvents.deleteEvent(eventId)),
  call(
    'saveRecord',
    [record({ recordId: compileRecord, tractId: tract, headHash: constantFrom('', 'elsewhere'), createdAt })],
    (store, fields) => store.compileRecords.saveRecord(aCompileRecord(fields)),
  ),
  call(
    'saveRecordWithEffectives',
    [
      record({ recordId: compileRecord, tractId: tract, headHash: commit, createdAt }),
      array(commit, { maxLength: 4 }),
    ],
    (store, fields, effectives) =>
      store.compileRecords.saveRecordWithEffectives({
        ...aCompileRecord({ ...fields, commitCount: effectives.length }),
        effectives,
      }),
  ),
  call('addEffective', [compileRecord, commit, position], (store, recordId, hash, at) =>
    store.compileRecords.addEffective(recordId, hash, at),
  ),
  call('getRecord', [compileRecord], (store, recordId) => store.compileRecords.getRecord(recordId)),
  call('compileRecords.getAll', [tract], (store, tractId) => store.compileRecords.getAll(tractId)),
  call('compileRecords.getAllIds', [tract], (store, tractId) => store.compileRecords.getAllIds(tractId)),
  call('getEffectives', [compileRecord], (store, recordId) => store.compileRecords.getEffectives(recordId)),
  call(
    'spawnPointers.save',
    [
      record({
        parentTractId: tract,
        childTractId: constantFrom('t1', 't2', 't3'),
        parentCommitHash: option(commit),
        createdAt,
      }),
    ],
    (store, fields) => store.spawnPointers.save(aSpawnPointer(fields)),
  ),
  call('getByChild', [tract], (store, tractId) => store.spawnPointers.getByChild(tractId)),
  call('spawnPointers.getChildren', [tract], (store, tractId) => store.spawnPointers.getChildren(tractId)),
  call('spawnPointers.getAll', [tract], (store, tractId) => store.spawnPointers.getAll(tractId)),
  call('hasAncestor', [constantFrom('t1', 't2', 't3'), tract], (store, child, ancestor) =>
    store.spawnPointers.hasAncestor(child, ancestor),
  ),
  call('saveProposal', [record({ proposalId: proposal, tractId: tract, createdAt })], (store, fields) =>
    store.policies.saveProposal(aProposal(fields)),
  ),
  call('getProposal', [proposal], (store, proposalId) => store.policies.getProposal(proposalId)),
  call('getPendingProposals', [tract], (store, tractId) => store.policies.getPendingProposals(tractId)),
  call(
    'updateProposalStatus',
    [proposal, constantFrom(...Object.values(ProposalStatus)), option(createdAt)],
    (store, proposalId, status, at) => store.policies.updateProposalStatus(proposalId, status, at),
  ),
  call(
    'saveLogEntry',
    [
      record({
        tractId: tract,
        policyName: constantFrom('a', 'b'),
        outcome: constantFrom(...Object.values(PolicyOutcome)),
        createdAt,
      }),
    ],
    (store, fields) => store.policies.saveLogEntry(aLogEntry(fields)),
  ),
  call(
    'getLog',
    [
      tract,
      record(
        { since: createdAt, until: createdAt, policyName: constantFrom('a', 'b'), limit },
        { requiredKeys: [] },
      ),
    ],
    (store, tractId, options) => store.policies.getLog(tractId, options),
  ),
  call('getOrphanHashes', [], (store) => store.blobs.getOrphanHashes()),
  call('getHashes', [tract, optional(limit)], (store, tractId, most) =>
    store.commits.getHashes(tractId, { ...(most !== undefined && { limit: most }) }),
  ),
  call('getTractIds', [], (store) => store.commits.getTractIds()),
  call('getOnChain', [commit, array(commit)], (store, head, hashes) =>
    store.commits.getOnChain(head, hashes),
  ),
  call('getResponses', [array(commit)], (store, hashes) => store.commits.getResponses(hashes)),
  call('getUses', [array(commit)], async (store, hashes) =>
    (await store.commits.getUses(hashes)).filter(({ by }) => by !== 'spawn'),
  ),
  call('commitParents.getMany', [array(commit)], (store, hashes) => store.commitParents.getMany(hashes)),
  call('refs.getAll', [tract], (store, tractId) => store.refs.getAll(tractId)),
  call('operationEvents.getMany', [array(event)], (store, ids) => store.operationEvents.getMany(ids)),
  call('operationEvents.getAll', [tract], (store, tractId) => store.operationEvents.getAll(tractId)),
  call('batchGetCommits', [array(event)], (store, ids) => store.operationEvents.batchGetCommits(ids)),
  call(
    'getLineage',
    [array(commit), constantFrom('origins' as const, 'fate' as const)],
    (store, hashes, direction) => store.operationEvents.getLineage(hashes, direction),
  ),
  call('compileRecords.getMany', [array(compileRecord)], (store, ids) => store.compileRecords.getMany(ids)),
  call('batchGetEffectives', [array(compileRecord)], (store, ids) =>
    store.compileRecords.batchGetEffectives(ids),
  ),
  call('getEffectivesNaming', [array(commit)], (store, hashes) =>
    store.compileRecords.getEffectivesNaming(hashes),
  ),
  call('batchGetByChild', [array(tract)], (store, ids) => store.spawnPointers.batchGetByChild(ids)),
  call(
    'storedRows.read',
    [constantFrom('commits', 'refs', 'annotations', 'operation_events' as const), tract],
    (store, table, tractId) => store.storedRows.read(table, 'tract_id', [tractId]),
  ),
  call('deleteLogEntries', [tract, createdAt], (store, tractId, before) =>
    store.policies.deleteLogEntries(tractId, before),
  ),
]

/** What every run begins with, so that most calls have something to meet. */
export const FIRST_CALLS: readonly ((store: Repositories) => Promise<unknown>)[] = [
  ...['b1', 'b2'].map(
    (contentHash) => (store: Repositories) => store.blobs.saveIfAbsent(aBlob({ contentHash })),
  ),
  ...['zeta', 'abcd1', 'abc%1'].map(
    (commitHash) => (store: Repositories) =>
      store.commits.save(aCommit({ commitHash, contentHash: 'b1', tractId: 't1' })),
  ),
]
