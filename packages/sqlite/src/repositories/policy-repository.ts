import {
  type PolicyLogInput,
  type PolicyLogOptions,
  type PolicyProposalInput,
  PolicyRepository,
} from '@tract/repositories'
import { type PolicyLogRow, type PolicyProposalRow, ProposalStatus, type Timestamp } from '@tract/schema'
import {
  checkId,
  checkLimit,
  checkMember,
  checkText,
  readOptions,
  storedLowerBound,
  storedTime,
} from '../input.js'
import type { Session } from '../session.js'

const PROPOSAL = 'SELECT policy_proposals.* FROM policy_proposals WHERE proposal_id = ?'
const PENDING = `
  SELECT policy_proposals.* FROM policy_proposals
  WHERE tract_id = ? AND status = 'pending' ORDER BY created_at, rowid`
const SET_STATUS = 'UPDATE policy_proposals SET status = ?, resolved_at = ? WHERE proposal_id = ?'
const LOG = `
  SELECT policy_log.* FROM policy_log
  WHERE tract_id = ? AND created_at >= ? AND created_at <= ? AND (? IS NULL OR policy_name = ?)
  ORDER BY created_at DESC, id DESC LIMIT +?`
const DELETE_BEFORE = 'DELETE FROM policy_log WHERE tract_id = ? AND created_at < ?'

const BEFORE_EVERY_TIME = ''
const AFTER_EVERY_TIME = '~'
const LOG_OPTIONS = new Set(['since', 'until', 'policyName', 'limit'])

export class SqlitePolicyRepository extends PolicyRepository {
  readonly #session: Session

  constructor(session: Session) {
    super()
    this.#session = session
  }

  override async saveProposal(proposal: PolicyProposalInput): Promise<PolicyProposalRow> {
    const values = this.#session.forms.policyProposals.encode(proposal, { status: ProposalStatus.pending })
    return this.#session.write((db) => db.policyProposals.insert(values))
  }

  override async getProposal(proposalId: string): Promise<PolicyProposalRow | null> {
    checkId('proposalId', proposalId)
    return this.#session.read((db) => db.policyProposals.get(PROPOSAL, proposalId))
  }

  override async getPendingProposals(tractId: string): Promise<readonly PolicyProposalRow[]> {
    checkId('tractId', tractId)
    return this.#session.read((db) => db.policyProposals.all(PENDING, tractId))
  }

  override async updateProposalStatus(
    proposalId: string,
    status: ProposalStatus,
    resolvedAt: Timestamp | Date | null = null,
  ): Promise<void> {
    checkId('proposalId', proposalId)
    checkMember('status', status, ProposalStatus)
    const resolved = resolvedAt === null ? null : storedTime('resolvedAt', resolvedAt)
    await this.#session.write((db) => db.run(SET_STATUS, status, resolved, proposalId))
  }

  override async saveLogEntry(entry: PolicyLogInput): Promise<PolicyLogRow> {
    const values = this.#session.forms.policyLog.encode(entry)
    return this.#session.write((db) => db.policyLog.insert(values))
  }

  override async getLog(tractId: string, options: PolicyLogOptions = {}): Promise<readonly PolicyLogRow[]> {
    checkId('tractId', tractId)
    const { since, until, policyName, limit = 100 } = readOptions('options', options, LOG_OPTIONS)
    const from = since === undefined ? BEFORE_EVERY_TIME : storedLowerBound('options.since', since)
    const to = until === undefined ? AFTER_EVERY_TIME : storedTime('options.until', until)
    if (policyName !== undefined) checkText('options.policyName', policyName)
    checkLimit('options.limit', limit)
    const name = policyName ?? null
    return this.#session.read((db) => db.policyLog.all(LOG, tractId, from, to, name, name, limit))
  }

  override async deleteLogEntries(tractId: string, before: Timestamp | Date): Promise<number> {
    checkId('tractId', tractId)
    const end = storedLowerBound('before', before)
    return this.#session.write((db) => db.run(DELETE_BEFORE, tractId, end))
  }
}
