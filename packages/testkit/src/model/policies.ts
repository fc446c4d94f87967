import {
  type PolicyLogInput,
  type PolicyLogOptions,
  type PolicyProposalInput,
  PolicyRepository,
} from '@tract/repositories'
import { type PolicyLogRow, type PolicyProposalRow, type ProposalStatus, Timestamp } from '@tract/schema'
import { assertNew, handOut, idFor, oldestFirst, timeFor } from './rules.js'
import type { ModelState } from './state.js'

export class ModelPolicyRepository extends PolicyRepository {
  readonly #state: ModelState

  constructor(state: ModelState) {
    super()
    this.#state = state
  }

  override async saveProposal(proposal: PolicyProposalInput): Promise<PolicyProposalRow> {
    assertNew('policy proposal', this.#state.policyProposals, { proposalId: proposal.proposalId })
    const { actionParamsJson = null, reason = null, status = 'pending' } = proposal
    const row = {
      ...proposal,
      actionParamsJson,
      reason,
      status,
      createdAt: timeFor(proposal),
      resolvedAt: timeOrNull(proposal.resolvedAt),
    }
    this.#state.policyProposals.push(handOut(row))
    return handOut(row)
  }

  override async getProposal(proposalId: string): Promise<PolicyProposalRow | null> {
    return handOut(this.#find(proposalId) ?? null)
  }

  override async getPendingProposals(tractId: string): Promise<readonly PolicyProposalRow[]> {
    const pending = this.#state.policyProposals.filter(
      (proposal) => proposal.tractId === tractId && proposal.status === 'pending',
    )
    return handOut(oldestFirst(pending))
  }

  override async updateProposalStatus(
    proposalId: string,
    status: ProposalStatus,
    resolvedAt?: Timestamp | Date | null,
  ): Promise<void> {
    const proposal = this.#find(proposalId)
    if (proposal !== undefined) Object.assign(proposal, { status, resolvedAt: timeOrNull(resolvedAt) })
  }

  override async saveLogEntry(entry: PolicyLogInput): Promise<PolicyLogRow> {
    const { actionType = null, reason = null, commitHash = null, errorMessage = null } = entry
    const id = idFor(this.#state, 'policy log', this.#state.policyLog, entry.id)
    const row = { ...entry, id, actionType, reason, commitHash, errorMessage, createdAt: timeFor(entry) }
    this.#state.policyLog.push(row)
    return handOut(row)
  }

  override async getLog(tractId: string, options: PolicyLogOptions = {}): Promise<readonly PolicyLogRow[]> {
    const { since, until, policyName, limit = 100 } = options
    const entries = this.#state.policyLog.filter(
      (entry) =>
        entry.tractId === tractId &&
        (since === undefined || entry.createdAt >= Timestamp.from(since)) &&
        (until === undefined || entry.createdAt <= Timestamp.from(until)) &&
        (policyName === undefined || entry.policyName === policyName),
    )
    return handOut(oldestFirst(entries).reverse().slice(0, limit))
  }

  override async deleteLogEntries(tractId: string, before: Timestamp | Date): Promise<number> {
    const end = Timestamp.from(before)
    const kept = this.#state.policyLog.filter((entry) => entry.tractId !== tractId || entry.createdAt >= end)
    const deleted = this.#state.policyLog.length - kept.length
    this.#state.policyLog = kept
    return deleted
  }

  #find(proposalId: string): PolicyProposalRow | undefined {
    return this.#state.policyProposals.find((proposal) => proposal.proposalId === proposalId)
  }
}

function timeOrNull(time: Timestamp | Date | null | undefined): Timestamp | null {
  return time === null || time === undefined ? null : Timestamp.from(time)
}
