import type { PolicyLogRow, PolicyProposalRow, ProposalStatus, Timestamp } from '@tract/schema'
import type { PolicyLogInput, PolicyProposalInput } from './inputs.js'

/** Narrows {@link PolicyRepository.getLog}. */
export interface PolicyLogOptions {
  /** The earliest time, itself included. */
  readonly since?: Timestamp | Date
  /** The latest time, itself included. */
  readonly until?: Timestamp | Date
  readonly policyName?: string
  /** The most entries to return; 100 unless given. */
  readonly limit?: number
}

/** What the agent's policies proposed, and the log of what they did. */
export abstract class PolicyRepository {
  /**
   * Stores one proposal.
   *
   * @throws {@link AlreadyExistsError} where its id exists
   */
  abstract saveProposal(proposal: PolicyProposalInput): Promise<PolicyProposalRow>

  /** The proposal, or `null`. */
  abstract getProposal(proposalId: string): Promise<PolicyProposalRow | null>

  /** The tract's proposals that wait for an answer, oldest first. */
  abstract getPendingProposals(tractId: string): Promise<readonly PolicyProposalRow[]>

  /** Sets a proposal's status and when it was resolved (`null` unless given). An absent proposal is no error. */
  abstract updateProposalStatus(
    proposalId: string,
    status: ProposalStatus,
    resolvedAt?: Timestamp | Date | null,
  ): Promise<void>

  /** Adds one entry to the log and returns it with its id. */
  abstract saveLogEntry(entry: PolicyLogInput): Promise<PolicyLogRow>

  /** The tract's log, newest first. */
  abstract getLog(tractId: string, options?: PolicyLogOptions): Promise<readonly PolicyLogRow[]>

  /** Removes the tract's entries from before a time. Returns how many. */
  abstract deleteLogEntries(tractId: string, before: Timestamp | Date): Promise<number>
}
