import type { Repositories } from '@tract/repositories'
import {
  CommitOperation,
  InheritanceMode,
  OperationEventType,
  PolicyOutcome,
  PolicyTrigger,
  Priority,
  ProposalStatus,
} from '@tract/schema'
import { anAnnotation } from '../../builders/annotation.js'
import { aBlob } from '../../builders/blob.js'
import { aCommit } from '../../builders/commit.js'
import { aCompileRecord } from '../../builders/compile-record.js'
import { aLogEntry } from '../../builders/log-entry.js'
import { anOperationEvent } from '../../builders/operation-event.js'
import { aProposal } from '../../builders/proposal.js'
import { aSpawnPointer } from '../../builders/spawn-pointer.js'

const WITHOUT_LIMIT = Number.POSITIVE_INFINITY

/** What a field of an input takes. */
export type Field = { readonly mayBeLeftOut?: boolean; readonly isNullable?: boolean } & (
  | {
      readonly kind: 'text'
      readonly longest: number
      /** Whether the empty text is taken; left out where nothing is said of it. */
      readonly mayBeEmpty?: boolean
      /** Whether a row with this key must exist. */
      readonly refers?: true
    }
  | { readonly kind: 'count' | 'time' | 'json' }
  | { readonly kind: 'enumeration'; readonly values: readonly string[] }
)

/** One way of saving a row, with the rules of its fields. */
export interface RowInput {
  readonly name: string
  readonly fields: Readonly<Record<string, Field>>
  /** An input in order, with a key of its own for each number. What it refers to is saved by {@link saveReferred}. */
  valid(number: number): Readonly<Record<string, unknown>>
  save(store: Repositories, input: never): Promise<object>
  /** Reads the row that saving returned. */
  read(store: Repositories, row: never): Promise<object | null | undefined>
}

const id = { kind: 'text', longest: 64, mayBeEmpty: false } as const
const reference = { ...id, refers: true } as const
const count: Field = { kind: 'count' }
const json: Field = { kind: 'json', mayBeLeftOut: true, isNullable: true }
const createdAt: Field = { kind: 'time', mayBeLeftOut: true }

function text(longest: number): Field {
  return { kind: 'text', longest }
}

function oneOf(values: Readonly<Record<string, string>>): Field {
  return { kind: 'enumeration', values: Object.values(values) }
}

function orNull(field: Field): Field {
  return { ...field, mayBeLeftOut: true, isNullable: true }
}

/** Every way of saving a row by one object. */
export const ROW_INPUTS: readonly RowInput[] = [
  {
    name: 'blobs.saveIfAbsent',
    fields: {
      contentHash: id,
      payloadJson: text(WITHOUT_LIMIT),
      byteSize: count,
      tokenCount: count,
      createdAt,
    },
    valid: (number) => ({ ...aBlob({}, number + 10) }),
    save: (store, input) => store.blobs.saveIfAbsent(input),
    read: (store, row: { contentHash: string }) => store.blobs.get(row.contentHash),
  },
  {
    name: 'commits.saveWithBlob',
    fields: commitFields(),
    valid: (number) => {
      const { contentHash: _, ...commit } = aCommit({ commitHash: `commit-${number}` })
      return { ...commit, blob: aBlob() }
    },
    save: (store, input) => store.commits.saveWithBlob(input),
    read: (store, row: { commitHash: string }) => store.commits.get(row.commitHash),
  },
  {
    name: 'commits.save',
    fields: { ...commitFields(), contentHash: reference },
    valid: (number) => ({ ...aCommit({ commitHash: `commit-${number}` }) }),
    save: (store, input) => store.commits.save(input),
    read: (store, row: { commitHash: string }) => store.commits.get(row.commitHash),
  },
  {
    name: 'annotations.save',
    fields: {
      tractId: id,
      targetHash: reference,
      priority: oneOf(Priority),
      reason: orNull(text(WITHOUT_LIMIT)),
      createdAt,
    },
    valid: () => ({ ...anAnnotation() }),
    save: (store, input) => store.annotations.save(input),
    read: async (store, row: { targetHash: string; id: number }) =>
      (await store.annotations.getHistory(row.targetHash)).find((annotation) => annotation.id === row.id),
  },
  {
    name: 'operationEvents.saveEvent',
    fields: eventFields(),
    valid: (number) => ({ ...anOperationEvent({ eventId: `event-${number}` }) }),
    save: (store, input) => store.operationEvents.saveEvent(input),
    read: (store, row: { eventId: string }) => store.operationEvents.getEvent(row.eventId),
  },
  {
    name: 'operationEvents.saveEventWithCommits',
    fields: eventFields(),
    valid: (number) => ({ ...anOperationEvent({ eventId: `event-${number}` }), sources: [], results: [] }),
    save: (store, input) => store.operationEvents.saveEventWithCommits(input),
    read: (store, row: { eventId: string }) => store.operationEvents.getEvent(row.eventId),
  },
  {
    name: 'compileRecords.saveRecord',
    fields: { ...recordFields(), commitCount: count },
    valid: (number) => ({ ...aCompileRecord({ recordId: `record-${number}` }) }),
    save: (store, input) => store.compileRecords.saveRecord(input),
    read: (store, row: { recordId: string }) => store.compileRecords.getRecord(row.recordId),
  },
  {
    name: 'compileRecords.saveRecordWithEffectives',
    fields: recordFields(),
    valid: (number) => ({
      ...aCompileRecord({ recordId: `record-${number}`, commitCount: 0 }),
      effectives: [],
    }),
    save: (store, input) => store.compileRecords.saveRecordWithEffectives(input),
    read: (store, row: { recordId: string }) => store.compileRecords.getRecord(row.recordId),
  },
  {
    name: 'spawnPointers.save',
    fields: {
      parentTractId: id,
      parentCommitHash: orNull(reference),
      childTractId: id,
      purpose: text(WITHOUT_LIMIT),
      inheritanceMode: oneOf(InheritanceMode),
      displayName: orNull(text(255)),
      createdAt,
    },
    valid: (number) => ({ ...aSpawnPointer({ childTractId: `child-${number}` }) }),
    save: (store, input) => store.spawnPointers.save(input),
    read: (store, row: { id: number }) => store.spawnPointers.get(row.id),
  },
  {
    name: 'policies.saveProposal',
    fields: {
      proposalId: id,
      tractId: id,
      policyName: text(100),
      actionType: text(50),
      actionParamsJson: json,
      reason: orNull(text(WITHOUT_LIMIT)),
      status: { ...oneOf(ProposalStatus), mayBeLeftOut: true },
      createdAt,
      resolvedAt: orNull({ kind: 'time' }),
    },
    valid: (number) => ({ ...aProposal({ proposalId: `proposal-${number}` }) }),
    save: (store, input) => store.policies.saveProposal(input),
    read: (store, row: { proposalId: string }) => store.policies.getProposal(row.proposalId),
  },
  {
    name: 'policies.saveLogEntry',
    fields: {
      tractId: id,
      policyName: text(100),
      trigger: oneOf(PolicyTrigger),
      actionType: orNull(text(50)),
      reason: orNull(text(WITHOUT_LIMIT)),
      outcome: oneOf(PolicyOutcome),
      commitHash: orNull(id),
      errorMessage: orNull(text(WITHOUT_LIMIT)),
      createdAt,
    },
    valid: () => ({ ...aLogEntry() }),
    save: (store, input) => store.policies.saveLogEntry(input),
    read: async (store, row: { tractId: string; id: number }) =>
      (await store.policies.getLog(row.tractId)).find((entry) => entry.id === row.id),
  },
]

function commitFields(): Readonly<Record<string, Field>> {
  return {
    commitHash: id,
    tractId: id,
    parentHash: orNull(reference),
    contentType: text(50),
    operation: oneOf(CommitOperation),
    responseTo: orNull(reference),
    message: orNull(text(WITHOUT_LIMIT)),
    tokenCount: count,
    metadataJson: json,
    generationConfigJson: json,
    createdAt,
  }
}

function eventFields(): Readonly<Record<string, Field>> {
  const orZero: Field = { ...count, mayBeLeftOut: true }
  return {
    eventId: id,
    tractId: id,
    eventType: oneOf(OperationEventType),
    branchName: orNull(text(255)),
    createdAt,
    originalTokens: orZero,
    compressedTokens: orZero,
    paramsJson: json,
  }
}

function recordFields(): Readonly<Record<string, Field>> {
  return {
    recordId: id,
    tractId: id,
    headHash: { kind: 'text', longest: 64, mayBeEmpty: true },
    tokenCount: count,
    tokenSource: text(50),
    paramsJson: json,
    createdAt,
  }
}

/** Saves the blob and the commit that valid inputs refer to. */
export async function saveReferred(store: Repositories): Promise<void> {
  await store.blobs.saveIfAbsent(aBlob())
  await store.commits.save(aCommit())
}
