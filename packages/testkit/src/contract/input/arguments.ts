import type { Store } from '@tract/repositories'
import { CommitOperation, OperationCommitRole, ProposalStatus, Timestamp } from '@tract/schema'
import { aBlob } from '../../builders/blob.js'
import { aCommit } from '../../builders/commit.js'
import { aCompileRecord } from '../../builders/compile-record.js'
import { anOperationEvent } from '../../builders/operation-event.js'
import { A_TRACT } from '../../builders/seeded.js'
import { collected } from '../collected.js'
import { NO_COUNT, NO_ID, NO_IDS, NO_LIMIT, NO_TIME, noName, noText, noValueOf } from './hostile-values.js'

/** One argument of a method: a value that it takes, those that it refuses, and the call with all else in order. */
export interface Argument {
  readonly name: string
  readonly takes: unknown
  readonly refuses: readonly unknown[]
  readonly call: (store: Store, value: never) => Promise<unknown>
}

const BRANCH = { takes: 'topic', refuses: noName(255 - 'refs/heads/'.length) }
const REF = { takes: 'refs/tags/v1', refuses: noName(255) }
const TRACT = { name: 'tractId', takes: A_TRACT, refuses: NO_ID }
const COMMIT = { name: 'commitHash', takes: 'commit', refuses: NO_ID }
const ROLES = { name: 'role', takes: 'result', refuses: noValueOf(Object.values(OperationCommitRole)) }
const IDS = { takes: [], refuses: NO_IDS }
const POSITION = { name: 'position', takes: 5, refuses: NO_COUNT }
const TIME = { takes: Timestamp.from('2026-02-20T15:39:08.123456Z'), refuses: NO_TIME }
const NO_OPTIONS: readonly unknown[] = [1, 'limit', [], [1], { limt: 1 }, { Limit: 1 }, { toString: 1 }]
const OPTIONS = { name: 'options', takes: {}, refuses: NO_OPTIONS }

/** Every argument of every method that takes no row. */
export const ARGUMENTS: Readonly<Record<string, readonly Argument[]>> = {
  'blobs.get': [{ ...COMMIT, name: 'contentHash', call: (store, value) => store.blobs.get(value) }],
  'blobs.getMany': [
    { name: 'contentHashes', takes: [], refuses: NO_IDS, call: (store, value) => store.blobs.getMany(value) },
  ],
  'blobs.deleteIfOrphaned': [
    { ...COMMIT, name: 'contentHash', call: (store, value) => store.blobs.deleteIfOrphaned(value) },
  ],
  'commits.get': [{ ...COMMIT, call: (store, value) => store.commits.get(value) }],
  'commits.getMany': [
    {
      name: 'commitHashes',
      takes: [],
      refuses: NO_IDS,
      call: (store, value) => store.commits.getMany(value),
    },
  ],
  'commits.getAncestors': [
    { ...COMMIT, call: (store, value) => store.commits.getAncestors(value) },
    { ...OPTIONS, call: (store, value) => store.commits.getAncestors('commit', value) },
    {
      name: 'limit',
      takes: 1,
      refuses: NO_LIMIT,
      call: (store, limit) => store.commits.getAncestors('commit', { limit }),
    },
    {
      name: 'operation',
      takes: 'edit',
      refuses: noValueOf(Object.values(CommitOperation)),
      call: (store, operation) => store.commits.getAncestors('commit', { operation }),
    },
  ],
  'commits.getChildren': [{ ...COMMIT, call: (store, value) => store.commits.getChildren(value) }],
  'commits.getByType': [
    {
      name: 'contentType',
      takes: 'dialogue',
      refuses: noText(Number.POSITIVE_INFINITY),
      call: (store, value) => store.commits.getByType(value, A_TRACT),
    },
    { ...TRACT, call: (store, value) => store.commits.getByType('dialogue', value) },
  ],
  'commits.getByConfig': [{ ...TRACT, call: (store, value) => store.commits.getByConfig(value, []) }],
  'commits.getByPrefix': [
    { ...COMMIT, name: 'prefix', call: (store, value) => store.commits.getByPrefix(value) },
    { ...TRACT, call: (store, value) => store.commits.getByPrefix('commit', value) },
  ],
  'commits.getAll': [{ ...TRACT, call: (store, value) => store.commits.getAll(value) }],
  'commits.delete': [{ ...COMMIT, takes: 'spare', call: (store, value) => store.commits.delete(value) }],
  'commitParents.addParent': [
    { ...COMMIT, call: (store, value) => store.commitParents.addParent(value, 'other', 0) },
    {
      ...COMMIT,
      name: 'parentHash',
      call: (store, value) => store.commitParents.addParent('other', value, 0),
    },
    { ...POSITION, call: (store, value) => store.commitParents.addParent('third', 'other', value) },
  ],
  'commitParents.addParents': [
    { ...COMMIT, call: (store, value) => store.commitParents.addParents(value, ['third']) },
    {
      name: 'parentHashes',
      takes: ['other'],
      refuses: NO_IDS.map((value) => (Array.isArray(value) ? ['commit', value.at(-1)] : value)),
      call: (store, value) => store.commitParents.addParents('spare', value),
    },
  ],
  'commitParents.getParents': [{ ...COMMIT, call: (store, value) => store.commitParents.getParents(value) }],
  'refs.getHead': [{ ...TRACT, call: (store, value) => store.refs.getHead(value) }],
  'refs.updateHead': [
    { ...TRACT, call: (store, value) => store.refs.updateHead(value, 'commit') },
    { ...COMMIT, call: (store, value) => store.refs.updateHead(A_TRACT, value) },
  ],
  'refs.getBranch': [
    { ...TRACT, call: (store, value) => store.refs.getBranch(value, 'topic') },
    { ...BRANCH, name: 'branchName', call: (store, value) => store.refs.getBranch(A_TRACT, value) },
  ],
  'refs.setBranch': [
    { ...TRACT, call: (store, value) => store.refs.setBranch(value, 'topic', 'commit') },
    { ...BRANCH, name: 'branchName', call: (store, value) => store.refs.setBranch(A_TRACT, value, 'commit') },
    { ...COMMIT, call: (store, value) => store.refs.setBranch(A_TRACT, 'topic', value) },
  ],
  'refs.listBranches': [{ ...TRACT, call: (store, value) => store.refs.listBranches(value) }],
  'refs.isDetached': [{ ...TRACT, call: (store, value) => store.refs.isDetached(value) }],
  'refs.attachHead': [
    { ...TRACT, call: (store, value) => store.refs.attachHead(value, 'topic') },
    { ...BRANCH, name: 'branchName', call: (store, value) => store.refs.attachHead(A_TRACT, value) },
  ],
  'refs.detachHead': [
    { ...TRACT, call: (store, value) => store.refs.detachHead(value, 'commit') },
    { ...COMMIT, call: (store, value) => store.refs.detachHead(A_TRACT, value) },
  ],
  'refs.getRef': [
    { ...TRACT, call: (store, value) => store.refs.getRef(value, 'HEAD') },
    { ...REF, name: 'refName', call: (store, value) => store.refs.getRef(A_TRACT, value) },
  ],
  'refs.setRef': [
    { ...TRACT, call: (store, value) => store.refs.setRef(value, 'HEAD', 'commit') },
    { ...REF, name: 'refName', call: (store, value) => store.refs.setRef(A_TRACT, value, 'commit') },
    { ...COMMIT, call: (store, value) => store.refs.setRef(A_TRACT, 'HEAD', value) },
  ],
  'refs.deleteRef': [
    { ...TRACT, call: (store, value) => store.refs.deleteRef(value, 'refs/tags/none') },
    { ...REF, name: 'refName', call: (store, value) => store.refs.deleteRef(A_TRACT, value) },
  ],
  'refs.setSymbolicRef': [
    { ...TRACT, call: (store, value) => store.refs.setSymbolicRef(value, 'HEAD', 'refs/heads/main') },
    {
      ...REF,
      name: 'refName',
      call: (store, value) => store.refs.setSymbolicRef(A_TRACT, value, 'refs/heads/main'),
    },
    { ...REF, name: 'target', call: (store, value) => store.refs.setSymbolicRef(A_TRACT, 'HEAD', value) },
  ],
  'refs.getSymbolicRef': [
    { ...TRACT, call: (store, value) => store.refs.getSymbolicRef(value, 'HEAD') },
    { ...REF, name: 'refName', call: (store, value) => store.refs.getSymbolicRef(A_TRACT, value) },
  ],
  'refs.getCurrentBranch': [{ ...TRACT, call: (store, value) => store.refs.getCurrentBranch(value) }],
  'refs.compareAndSetRef': [
    {
      ...TRACT,
      takes: 'tract-2',
      call: (store, value) => store.refs.compareAndSetRef(value, 'a', null, 'commit'),
    },
    {
      ...REF,
      name: 'refName',
      call: (store, value) => store.refs.compareAndSetRef('tract-3', value, null, 'commit'),
    },
    {
      ...COMMIT,
      name: 'expected',
      takes: null,
      refuses: NO_ID.filter((value) => value !== null),
      call: (store, value) => store.refs.compareAndSetRef('tract-4', 'a', value, 'commit'),
    },
    {
      ...COMMIT,
      name: 'next',
      call: (store, value) => store.refs.compareAndSetRef('tract-5', 'a', null, value),
    },
  ],
  'annotations.getLatest': [
    { ...COMMIT, name: 'targetHash', call: (store, value) => store.annotations.getLatest(value) },
  ],
  'annotations.getHistory': [
    { ...COMMIT, name: 'targetHash', call: (store, value) => store.annotations.getHistory(value) },
  ],
  'annotations.batchGetLatest': [
    {
      name: 'targetHashes',
      takes: [],
      refuses: NO_IDS,
      call: (store, value) => store.annotations.batchGetLatest(value),
    },
  ],
  'operationEvents.saveEventWithCommits': (['sources', 'results'] as const).map((name) => ({
    name,
    takes: [],
    refuses: [undefined, ...NO_IDS.map((value) => (Array.isArray(value) ? ['commit', value.at(-1)] : value))],
    call: (store, value) => {
      const unit = { ...anOperationEvent({ eventId: `with ${name}` }), sources: [], results: [] }
      return store.operationEvents.saveEventWithCommits({ ...unit, [name]: value })
    },
  })),
  'operationEvents.addCommit': [
    {
      ...COMMIT,
      name: 'eventId',
      takes: 'event',
      call: (store, value) => store.operationEvents.addCommit(value, 'commit', 'source', 0),
    },
    {
      ...COMMIT,
      takes: 'other',
      call: (store, value) => store.operationEvents.addCommit('event', value, 'source', 0),
    },
    { ...ROLES, call: (store, value) => store.operationEvents.addCommit('event', 'other', value, 0) },
    {
      ...POSITION,
      call: (store, value) => store.operationEvents.addCommit('event', 'third', 'source', value),
    },
  ],
  'operationEvents.getEvent': [
    { ...COMMIT, name: 'eventId', call: (store, value) => store.operationEvents.getEvent(value) },
  ],
  'operationEvents.getCommits': [
    { ...COMMIT, name: 'eventId', call: (store, value) => store.operationEvents.getCommits(value) },
    { ...ROLES, call: (store, value) => store.operationEvents.getCommits('event', value) },
  ],
  'operationEvents.isSourceOf': [
    { ...COMMIT, call: (store, value) => store.operationEvents.isSourceOf(value) },
  ],
  'operationEvents.getAllSourceHashes': [
    { ...TRACT, call: (store, value) => store.operationEvents.getAllSourceHashes(value) },
  ],
  'operationEvents.getAllIds': [{ ...TRACT, call: (store, value) => store.operationEvents.getAllIds(value) }],
  'operationEvents.deleteCommit': [
    { ...COMMIT, takes: 'spare', call: (store, value) => store.operationEvents.deleteCommit(value) },
  ],
  'operationEvents.deleteEvent': [
    {
      ...COMMIT,
      name: 'eventId',
      takes: 'spare',
      call: (store, value) => store.operationEvents.deleteEvent(value),
    },
  ],
  'compileRecords.saveRecordWithEffectives': [
    {
      name: 'effectives',
      takes: [],
      refuses: [
        undefined,
        ...NO_IDS.map((value) => (Array.isArray(value) ? ['commit', value.at(-1)] : value)),
      ],
      call: (store, effectives) => {
        const { commitCount: _, ...record } = aCompileRecord({ recordId: 'with effectives' })
        return store.compileRecords.saveRecordWithEffectives({ ...record, effectives })
      },
    },
  ],
  'compileRecords.addEffective': [
    {
      ...COMMIT,
      name: 'recordId',
      takes: 'record',
      call: (store, value) => store.compileRecords.addEffective(value, 'commit', 0),
    },
    {
      ...COMMIT,
      takes: 'other',
      call: (store, value) => store.compileRecords.addEffective('record', value, 0),
    },
    { ...POSITION, call: (store, value) => store.compileRecords.addEffective('record', 'third', value) },
  ],
  'compileRecords.getRecord': [
    { ...COMMIT, name: 'recordId', call: (store, value) => store.compileRecords.getRecord(value) },
  ],
  'compileRecords.getAll': [{ ...TRACT, call: (store, value) => store.compileRecords.getAll(value) }],
  'compileRecords.getAllIds': [{ ...TRACT, call: (store, value) => store.compileRecords.getAllIds(value) }],
  'compileRecords.getEffectives': [
    { ...COMMIT, name: 'recordId', call: (store, value) => store.compileRecords.getEffectives(value) },
  ],
  'spawnPointers.get': [
    { name: 'id', takes: 1, refuses: NO_COUNT, call: (store, value) => store.spawnPointers.get(value) },
  ],
  'spawnPointers.getByChild': [
    { ...TRACT, name: 'childTractId', call: (store, value) => store.spawnPointers.getByChild(value) },
  ],
  'spawnPointers.getChildren': [
    { ...TRACT, name: 'parentTractId', call: (store, value) => store.spawnPointers.getChildren(value) },
  ],
  'spawnPointers.getAll': [{ ...TRACT, call: (store, value) => store.spawnPointers.getAll(value) }],
  'spawnPointers.hasAncestor': [
    {
      ...TRACT,
      name: 'childTractId',
      call: (store, value) => store.spawnPointers.hasAncestor(value, A_TRACT),
    },
    {
      ...TRACT,
      name: 'potentialAncestor',
      call: (store, value) => store.spawnPointers.hasAncestor(A_TRACT, value),
    },
  ],
  'policies.getProposal': [
    { ...COMMIT, name: 'proposalId', call: (store, value) => store.policies.getProposal(value) },
  ],
  'policies.getPendingProposals': [
    { ...TRACT, call: (store, value) => store.policies.getPendingProposals(value) },
  ],
  'policies.updateProposalStatus': [
    {
      ...COMMIT,
      name: 'proposalId',
      call: (store, value) => store.policies.updateProposalStatus(value, 'approved'),
    },
    {
      name: 'status',
      takes: 'approved',
      refuses: noValueOf(Object.values(ProposalStatus)),
      call: (store, value) => store.policies.updateProposalStatus('proposal', value),
    },
    {
      ...TIME,
      name: 'resolvedAt',
      call: (store, value) => store.policies.updateProposalStatus('proposal', 'approved', value),
    },
  ],
  'policies.getLog': [
    { ...TRACT, call: (store, value) => store.policies.getLog(value) },
    { ...OPTIONS, call: (store, value) => store.policies.getLog(A_TRACT, value) },
    { ...TIME, name: 'since', call: (store, since) => store.policies.getLog(A_TRACT, { since }) },
    { ...TIME, name: 'until', call: (store, until) => store.policies.getLog(A_TRACT, { until }) },
    {
      name: 'policyName',
      takes: 'budget',
      refuses: noText(Number.POSITIVE_INFINITY),
      call: (store, policyName) => store.policies.getLog(A_TRACT, { policyName }),
    },
    {
      name: 'limit',
      takes: 1,
      refuses: NO_LIMIT,
      call: (store, limit) => store.policies.getLog(A_TRACT, { limit }),
    },
  ],
  'policies.deleteLogEntries': [
    { ...TRACT, call: (store, value) => store.policies.deleteLogEntries(value, TIME.takes) },
    { ...TIME, name: 'before', call: (store, value) => store.policies.deleteLogEntries(A_TRACT, value) },
  ],
  'commits.getResponses': [
    { ...IDS, name: 'commitHashes', call: (store, value) => store.commits.getResponses(value) },
  ],
  'commits.getUses': [{ ...IDS, name: 'commitHashes', call: (store, value) => store.commits.getUses(value) }],
  'commitParents.getMany': [
    { ...IDS, name: 'commitHashes', call: (store, value) => store.commitParents.getMany(value) },
  ],
  'operationEvents.getMany': [
    { ...IDS, name: 'eventIds', call: (store, value) => store.operationEvents.getMany(value) },
  ],
  'operationEvents.batchGetCommits': [
    { ...IDS, name: 'eventIds', call: (store, value) => store.operationEvents.batchGetCommits(value) },
  ],
  'compileRecords.getMany': [
    { ...IDS, name: 'recordIds', call: (store, value) => store.compileRecords.getMany(value) },
  ],
  'compileRecords.batchGetEffectives': [
    { ...IDS, name: 'recordIds', call: (store, value) => store.compileRecords.batchGetEffectives(value) },
  ],
  'compileRecords.getEffectivesNaming': [
    { ...IDS, name: 'commitHashes', call: (store, value) => store.compileRecords.getEffectivesNaming(value) },
  ],
  'spawnPointers.batchGetByChild': [
    { ...IDS, name: 'childTractIds', call: (store, value) => store.spawnPointers.batchGetByChild(value) },
  ],
  'commits.getHashes': [
    { ...TRACT, call: (store, value) => store.commits.getHashes(value) },
    { ...OPTIONS, call: (store, value) => store.commits.getHashes(A_TRACT, value) },
    {
      name: 'limit',
      takes: 1,
      refuses: NO_LIMIT,
      call: (store, limit) => store.commits.getHashes(A_TRACT, { limit }),
    },
  ],
  'commits.iterateHashes': [
    { ...TRACT, call: (store, value) => collected(store.commits.iterateHashes(value)) },
  ],
  'commits.iterateAncestors': [
    { ...COMMIT, call: (store, value) => collected(store.commits.iterateAncestors(value)) },
    { ...OPTIONS, call: (store, value) => collected(store.commits.iterateAncestors('commit', value)) },
    {
      name: 'operation',
      takes: 'edit',
      refuses: noValueOf(Object.values(CommitOperation)),
      call: (store, operation) => collected(store.commits.iterateAncestors('commit', { operation })),
    },
  ],
  'operationEvents.iterateSourceHashes': [
    { ...TRACT, call: (store, value) => collected(store.operationEvents.iterateSourceHashes(value)) },
  ],
  'commits.saveWithBlob': [
    { ...REF, name: 'refName', call: (store, refName) => saveUnit(store, 'unit of a name', { refName }) },
    {
      name: 'expected',
      takes: null,
      refuses: NO_ID.filter((value) => value !== undefined && value !== null),
      call: (store, expected) => saveUnit(store, 'unit of a place', { refName: 'refs/tags/new', expected }),
    },
    {
      name: 'contentHash',
      takes: aBlob().contentHash,
      refuses: ['another', '', 1, {}],
      call: (store, contentHash) => saveUnit(store, 'unit of a hash', { contentHash }),
    },
    {
      name: 'blob',
      takes: aBlob(),
      refuses: [undefined, null, 'blob', [aBlob()], { ...aBlob(), extra: 1 }],
      call: (store, blob) => saveUnit(store, 'unit of a blob', { blob }),
    },
  ],
  'commits.getOnChain': [
    { ...COMMIT, name: 'headHash', call: (store, value) => store.commits.getOnChain(value, []) },
    { ...IDS, name: 'commitHashes', call: (store, value) => store.commits.getOnChain('commit', value) },
  ],
  'refs.getAll': [{ ...TRACT, call: (store, value) => store.refs.getAll(value) }],
  'operationEvents.getAll': [{ ...TRACT, call: (store, value) => store.operationEvents.getAll(value) }],
  'operationEvents.getLineage': [
    {
      ...IDS,
      name: 'commitHashes',
      call: (store, value) => store.operationEvents.getLineage(value, 'fate'),
    },
    {
      name: 'direction',
      takes: 'origins',
      refuses: noValueOf(['origins', 'fate']),
      call: (store, value) => store.operationEvents.getLineage([], value),
    },
  ],
  'storedRows.read': [
    {
      name: 'table',
      takes: 'refs',
      refuses: noValueOf(['refs']),
      call: (store, value) => store.storedRows.read(value, 'tract_id', []),
    },
    {
      name: 'column',
      takes: 'tract_id',
      refuses: noValueOf(['tract_id']),
      call: (store, value) => store.storedRows.read('refs', value, []),
    },
    { ...IDS, name: 'values', call: (store, value) => store.storedRows.read('refs', 'tract_id', value) },
  ],
  'storedRows.iterateReadable': [
    {
      name: 'table',
      takes: 'refs',
      refuses: noValueOf(['refs']),
      call: (store, value) => collected(store.storedRows.iterateReadable(value)),
    },
  ],
  'storedRows.insert': [
    {
      name: 'table',
      takes: 'refs',
      refuses: noValueOf(['refs']),
      call: (store, value) => store.storedRows.insert(value, []),
    },
  ],
  'storedRows.fill': [
    {
      name: 'table',
      takes: 'refs',
      refuses: noValueOf(['refs']),
      call: (store, value) => store.storedRows.fill(value, []),
    },
  ],
}

/** Saves a commit of its own hash with its blob, and a field otherwise. */
function saveUnit(store: Store, commitHash: string, field: object): Promise<unknown> {
  const { contentHash: _, ...commit } = aCommit({ commitHash })
  return store.commits.saveWithBlob({ ...commit, blob: aBlob(), ...field })
}
