/** How a commit changes the context: it adds to it, or gives another commit a new text. */
export const CommitOperation = { append: 'append', edit: 'edit' } as const
export type CommitOperation = keyof typeof CommitOperation

/** What an annotation says of a commit: leave it out, treat it as usual, keep it verbatim through compression. */
export const Priority = { skip: 'skip', normal: 'normal', pinned: 'pinned' } as const
export type Priority = keyof typeof Priority

/** What an operation event did to a history. */
export const OperationEventType = {
  compress: 'compress',
  reorganize: 'reorganize',
  import: 'import',
} as const
export type OperationEventType = keyof typeof OperationEventType

/** Whether a commit went into an operation event or came out of it. */
export const OperationCommitRole = { source: 'source', result: 'result' } as const
export type OperationCommitRole = keyof typeof OperationCommitRole

/** What a spawned tract took over from its parent. */
export const InheritanceMode = {
  full_clone: 'full_clone',
  head_snapshot: 'head_snapshot',
  selective: 'selective',
} as const
export type InheritanceMode = keyof typeof InheritanceMode

/** Where a policy's proposal stands. */
export const ProposalStatus = {
  pending: 'pending',
  approved: 'approved',
  rejected: 'rejected',
  expired: 'expired',
  executed: 'executed',
} as const
export type ProposalStatus = keyof typeof ProposalStatus

/** What made a policy look. */
export const PolicyTrigger = { compile: 'compile', commit: 'commit' } as const
export type PolicyTrigger = keyof typeof PolicyTrigger

/** What came of a policy's look. */
export const PolicyOutcome = {
  executed: 'executed',
  proposed: 'proposed',
  skipped: 'skipped',
  error: 'error',
} as const
export type PolicyOutcome = keyof typeof PolicyOutcome

/** A value as rows carry it: one of the enumeration's, or the text as it stands where a newer writer left another. */
export type Stored<Value extends string> = Value | (string & {})
