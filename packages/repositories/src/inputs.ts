import type {
  CommitOperation,
  InheritanceMode,
  JsonObject,
  OperationEventType,
  PolicyOutcome,
  PolicyTrigger,
  Priority,
  ProposalStatus,
  Timestamp,
} from '@tract/schema'

/**
 * Inputs are the row types with what has a default left out: nullable fields (`null`), `createdAt` (now) and ids
 * that the database gives. An unknown field is refused.
 */
export interface BlobInput {
  readonly contentHash: string
  /** JSON text, stored as it is. */
  readonly payloadJson: string
  /** Bytes of `payloadJson` in UTF-8. */
  readonly byteSize: number
  readonly tokenCount: number
  readonly createdAt?: Timestamp | Date
}

export interface CommitInput {
  readonly commitHash: string
  readonly tractId: string
  readonly parentHash?: string | null
  readonly contentHash: string
  readonly contentType: string
  readonly operation: CommitOperation
  readonly responseTo?: string | null
  readonly message?: string | null
  readonly tokenCount: number
  readonly metadataJson?: JsonObject | null
  readonly generationConfigJson?: JsonObject | null
  readonly createdAt?: Timestamp | Date
}

/** A commit with its payload, and the ref that moves to it. */
export interface CommitUnitInput extends Omit<CommitInput, 'contentHash'> {
  /** The hash of `blob`, which is what is stored where it is left out. */
  readonly contentHash?: string
  readonly blob: BlobInput
  /** The full name of the ref of the commit's tract that moves to the commit, such as `refs/heads/main`. None unless given. */
  readonly refName?: string
  /** The commit that the ref is at now; `null` where it must not exist yet. Wherever it is unless given. */
  readonly expected?: string | null
}

export interface AnnotationInput {
  /** Given by the database unless stated. */
  readonly id?: number
  readonly tractId: string
  readonly targetHash: string
  readonly priority: Priority
  readonly reason?: string | null
  readonly createdAt?: Timestamp | Date
}

export interface OperationEventInput {
  readonly eventId: string
  readonly tractId: string
  readonly eventType: OperationEventType
  readonly branchName?: string | null
  readonly createdAt?: Timestamp | Date
  /** Tokens of the sources; 0 unless given. */
  readonly originalTokens?: number
  /** Tokens of the results; 0 unless given. */
  readonly compressedTokens?: number
  readonly paramsJson?: JsonObject | null
}

/** An operation event with all its links. */
export interface OperationEventUnitInput extends OperationEventInput {
  /** Hashes of the commits that went in; the position is the index. */
  readonly sources: readonly string[]
  /** Hashes of the commits that came out; the position is the index. */
  readonly results: readonly string[]
}

export interface CompileRecordInput {
  readonly recordId: string
  readonly tractId: string
  /** The head that was compiled; empty where the tract has none. */
  readonly headHash: string
  readonly tokenCount: number
  readonly commitCount: number
  /** What counted the tokens. */
  readonly tokenSource: string
  readonly paramsJson?: JsonObject | null
  readonly createdAt?: Timestamp | Date
}

/** A compile record with all its effective commits. */
export interface CompileRecordUnitInput extends Omit<CompileRecordInput, 'commitCount'> {
  /** The number of entries in `effectives`, which is what is stored where it is left out. */
  readonly commitCount?: number
  /** Hashes in the order of the context. A repeated one is linked once, at its first position. */
  readonly effectives: readonly string[]
}

export interface SpawnPointerInput {
  /** Given by the database unless stated. */
  readonly id?: number
  readonly parentTractId: string
  readonly parentCommitHash?: string | null
  readonly childTractId: string
  readonly purpose: string
  readonly inheritanceMode: InheritanceMode
  readonly displayName?: string | null
  readonly createdAt?: Timestamp | Date
}

export interface PolicyProposalInput {
  readonly proposalId: string
  readonly tractId: string
  readonly policyName: string
  readonly actionType: string
  readonly actionParamsJson?: JsonObject | null
  readonly reason?: string | null
  /** `pending` unless given. */
  readonly status?: ProposalStatus
  readonly createdAt?: Timestamp | Date
  readonly resolvedAt?: Timestamp | Date | null
}

export interface PolicyLogInput {
  /** Given by the database unless stated. */
  readonly id?: number
  readonly tractId: string
  readonly policyName: string
  readonly trigger: PolicyTrigger
  readonly actionType?: string | null
  readonly reason?: string | null
  readonly outcome: PolicyOutcome
  readonly commitHash?: string | null
  readonly errorMessage?: string | null
  readonly createdAt?: Timestamp | Date
}
