/**
 * How bad a finding is. `corruption`: something is not what was written. `loss`: something that is named is gone.
 * `oddity`: unusual, and harmless.
 */
export type Severity = 'corruption' | 'loss' | 'oddity'

/** What {@link verify} looks for, and how bad each is. */
export const SEVERITIES = {
  /** The database says that its own structure is damaged. */
  database: 'corruption',
  /** A row holds what no writer of the format leaves. */
  unreadable: 'corruption',
  /** A payload is not the one that its hash names. */
  payload_hash: 'corruption',
  /** A commit is not the one that its hash names. */
  commit_hash: 'corruption',
  /** A chain of parents comes back to where it began. */
  parent_cycle: 'corruption',
  /** A record's entries are not the commits it is linked to, or have no readable shape. */
  record_commits: 'corruption',
  /** The messages that a record names do not have the digest that it keeps. */
  record_digest: 'corruption',
  /** A row names a commit that is gone. */
  missing_commit: 'loss',
  /** A commit's payload is gone. */
  missing_payload: 'loss',
  /** A row names another row that is gone. */
  broken_reference: 'loss',
  /** A record names what is gone, so that its context cannot be rebuilt. */
  record_incomplete: 'loss',
  /** A commit's hash fits its fields when its time is taken as local, not as UTC: the original system wrote some so. */
  local_clock: 'oddity',
  /** A payload's size is not the one noted; files of the first version count another form. */
  payload_size: 'oddity',
  /** A payload's white space is not as the format writes it, which no hash covers. */
  payload_layout: 'oddity',
  /** A commit's time has another sign than the blank between its day and its hour, which no hash covers. */
  time_layout: 'oddity',
  /** No commit refers to a payload. */
  orphaned_payload: 'oddity',
  /** A ref stands for one that does not exist, or for nothing; HEAD only where the tract has branches. */
  ref_to_nothing: 'oddity',
  /** An event's type, or the way in which a tract took over another, is none that is known here. */
  unknown_type: 'oddity',
  /** An event has no results. */
  event_without_results: 'oddity',
  /** An event has no sources. */
  event_without_sources: 'oddity',
  /** An event's token counts are not those of its commits. */
  event_tokens: 'oddity',
  /** A record keeps its entries without the digest that would prove them. */
  record_unproven: 'oddity',
  /** A record notes another role of a message than its payload gives, of which the context is made. */
  record_role: 'oddity',
  /** A record's head is gone, though all it shows is there. */
  record_head: 'oddity',
  /** A record counts other than it lists, or its entries count other than their commits. */
  record_counts: 'oddity',
} as const satisfies Record<string, Severity>

export type FindingKind = keyof typeof SEVERITIES

/** One thing that {@link verify} found. */
export interface Finding {
  readonly kind: FindingKind
  readonly severity: Severity
  /** `null` where it concerns no single tract. */
  readonly tractId: string | null
  /** The row it was found at: a hash, a ref's name, an event's or record's id, or a table. */
  readonly at: string
  /** What was found and what was expected, for people. */
  readonly message: string
}

/** Takes findings as they are met. */
export type Report = (kind: FindingKind, at: string, message: string) => void
