import { AlreadyExistsError, type PolicyLogInput, type Repositories } from '@tract/repositories'
import { PolicyOutcome, PolicyTrigger, ProposalStatus, Timestamp } from '@tract/schema'
import { describe, expect } from 'vitest'
import { aLogEntry } from '../builders/log-entry.js'
import { aProposal } from '../builders/proposal.js'
import { A_TRACT, timeOf } from '../builders/seeded.js'
import { refusalWithoutTrace } from './expectations.js'
import type { ContractTest } from './fixture.js'
import { SAME_TIME } from './seeds.js'

const FIRST = Timestamp.from('2026-03-01T00:00:00.000001Z')
const SECOND = Timestamp.from('2026-03-01T00:00:00.000002Z')
const THIRD = Timestamp.from('2026-03-01T00:00:00.000003Z')

/** Proposals and their log. */
export function policyContract(test: ContractTest): void {
  describe('policy proposals', () => {
    test('a saved proposal reads back as it was given and as saving returned it', async ({ store }) => {
      const pending = aProposal()
      expect(await store.policies.saveProposal(pending)).toEqual(pending)
      expect(await store.policies.getProposal(pending.proposalId)).toEqual(pending)
      const resolved = aProposal({ status: 'rejected', resolvedAt: THIRD, reason: null }, 2)
      expect(await store.policies.saveProposal(resolved)).toEqual(resolved)
      expect(await store.policies.getProposal(resolved.proposalId)).toEqual(resolved)
    })

    test('a proposal is pending unless told otherwise, and what else may be left out is null', async ({
      store,
    }) => {
      const required = {
        proposalId: 'proposal',
        tractId: A_TRACT,
        policyName: 'budget',
        actionType: 'compress',
      }
      const saved = await store.policies.saveProposal(required)
      const { createdAt } = saved
      const nothing = { actionParamsJson: null, reason: null, resolvedAt: null }
      expect(saved).toEqual({ ...required, ...nothing, status: 'pending', createdAt })
      expect(await store.policies.getProposal('proposal')).toEqual(saved)
    })

    test('an unknown proposal is null', async ({ store }) => {
      expect(await store.policies.getProposal('unknown')).toBeNull()
    })

    test('a second proposal of one id is refused and the first stays', async ({ store }) => {
      const { proposalId } = await store.policies.saveProposal(aProposal())
      const scope = { tractIds: [A_TRACT], proposalIds: [proposalId] }
      const again = () => store.policies.saveProposal(aProposal({ proposalId, policyName: 'another' }, 2))
      const error = await refusalWithoutTrace(store, scope, AlreadyExistsError, again)
      expect(error.key).toEqual({ proposalId })
    })

    test('pending proposals come oldest first, at one time by insertion', async ({ store }) => {
      const save = (proposalId: string, createdAt: Timestamp, tractId = A_TRACT) =>
        store.policies.saveProposal(aProposal({ proposalId, createdAt, tractId }))
      const zebra = await save('zebra', SAME_TIME)
      const apple = await save('apple', SAME_TIME)
      const early = await save('early', timeOf(1))
      await save('elsewhere', timeOf(1), 'another')
      expect(await store.policies.getPendingProposals(A_TRACT)).toEqual([early, zebra, apple])
      expect(await store.policies.getPendingProposals('a tract without proposals')).toEqual([])
    })

    test('only pending proposals wait for an answer', async ({ store }) => {
      for (const status of Object.values(ProposalStatus)) {
        const saved = await store.policies.saveProposal(aProposal({ proposalId: status, status }))
        expect(saved.status).toBe(status)
        expect(await store.policies.getProposal(status)).toEqual(saved)
      }
      const pending = await store.policies.getPendingProposals(A_TRACT)
      expect(pending.map(({ proposalId }) => proposalId)).toEqual(['pending'])
    })

    test('a status is set together with the time of its resolution', async ({ store }) => {
      const proposal = await store.policies.saveProposal(aProposal())
      const other = await store.policies.saveProposal(aProposal({}, 2))
      const { proposalId } = proposal
      await store.policies.updateProposalStatus(proposalId, 'approved', SECOND)
      const approved = { ...proposal, status: 'approved', resolvedAt: SECOND }
      expect(await store.policies.getProposal(proposalId)).toEqual(approved)
      expect(await store.policies.getPendingProposals(A_TRACT)).toEqual([other])
      await store.policies.updateProposalStatus(proposalId, 'executed', new Date('2026-03-01T00:00:00.123Z'))
      const resolvedAt = '2026-03-01T00:00:00.123000Z'
      expect(await store.policies.getProposal(proposalId)).toEqual({
        ...proposal,
        status: 'executed',
        resolvedAt,
      })
    })

    test('a status without a time, or with null, has no time of resolution', async ({ store }) => {
      const proposal = await store.policies.saveProposal(
        aProposal({ status: 'approved', resolvedAt: SECOND }),
      )
      await store.policies.updateProposalStatus(proposal.proposalId, 'pending')
      const pending = { ...proposal, status: 'pending', resolvedAt: null }
      expect(await store.policies.getPendingProposals(A_TRACT)).toEqual([pending])
      await store.policies.updateProposalStatus(proposal.proposalId, 'expired', null)
      expect(await store.policies.getProposal(proposal.proposalId)).toEqual({ ...pending, status: 'expired' })
    })

    test('setting the status of an absent proposal is no error', async ({ store }) => {
      await store.policies.updateProposalStatus('unknown', 'approved', SECOND)
      expect(await store.policies.getProposal('unknown')).toBeNull()
    })
  })

  describe('policy log', () => {
    test('a saved entry is returned with its id and reads back so', async ({ store }) => {
      const input = aLogEntry({
        actionType: 'pin',
        reason: 'r',
        commitHash: 'no such commit',
        errorMessage: 'e',
      })
      const saved = await store.policies.saveLogEntry(input)
      expect(saved).toEqual({ ...input, id: saved.id })
      expect(Number.isSafeInteger(saved.id) && saved.id > 0).toBe(true)
      expect(await store.policies.getLog(A_TRACT)).toEqual([saved])
    })

    test('what may be left out is null', async ({ store }) => {
      const required = {
        tractId: A_TRACT,
        policyName: 'budget',
        trigger: 'compile',
        outcome: 'skipped',
      } as const
      const saved = await store.policies.saveLogEntry(required)
      const { id, createdAt } = saved
      const nothing = { actionType: null, reason: null, commitHash: null, errorMessage: null }
      expect(saved).toEqual({ ...required, ...nothing, id, createdAt })
      expect(await store.policies.getLog(A_TRACT)).toEqual([saved])
    })

    test('every trigger and every outcome reads back', async ({ store }) => {
      for (const trigger of Object.values(PolicyTrigger)) {
        for (const outcome of Object.values(PolicyOutcome)) {
          await store.policies.saveLogEntry(aLogEntry({ trigger, outcome }))
          const [entry] = await store.policies.getLog(A_TRACT, { limit: 1 })
          expect(entry).toMatchObject({ trigger, outcome })
        }
      }
    })

    test('the log comes newest first, at one time the last inserted first', async ({ store }) => {
      const second = await log(store, { createdAt: SECOND })
      const third = await log(store, { createdAt: THIRD })
      const first = await log(store, { createdAt: FIRST })
      const alsoSecond = await log(store, { createdAt: SECOND })
      await log(store, { createdAt: SECOND, tractId: 'another' })
      expect(await store.policies.getLog(A_TRACT)).toEqual([third, alsoSecond, second, first])
      expect(await store.policies.getLog('a tract without a log')).toEqual([])
    })

    test('both bounds belong to what is asked for', async ({ store }) => {
      const first = await log(store, { createdAt: FIRST })
      const second = await log(store, { createdAt: SECOND })
      const third = await log(store, { createdAt: THIRD })
      expect(await store.policies.getLog(A_TRACT, { since: SECOND })).toEqual([third, second])
      expect(await store.policies.getLog(A_TRACT, { until: SECOND })).toEqual([second, first])
      expect(await store.policies.getLog(A_TRACT, { since: SECOND, until: SECOND })).toEqual([second])
      expect(await store.policies.getLog(A_TRACT, { since: THIRD, until: FIRST })).toEqual([])
    })

    test('a bound may be a Date', async ({ store }) => {
      const entry = await log(store, { createdAt: Timestamp.from('2026-03-01T00:00:01Z') })
      const date = new Date('2026-03-01T00:00:01Z')
      expect(await store.policies.getLog(A_TRACT, { since: date, until: date })).toEqual([entry])
      expect(await store.policies.getLog(A_TRACT, { until: new Date(date.getTime() - 1) })).toEqual([])
    })

    test('a policy narrows the log, by its whole name', async ({ store }) => {
      const entry = await log(store, { policyName: 'budget' })
      await log(store, { policyName: 'budget 2' })
      expect(await store.policies.getLog(A_TRACT, { policyName: 'budget' })).toEqual([entry])
      expect(await store.policies.getLog(A_TRACT, { policyName: 'budget%' })).toEqual([])
    })

    test('a limit keeps the newest, and counts what is returned', async ({ store }) => {
      await log(store, { createdAt: FIRST })
      const second = await log(store, { createdAt: SECOND })
      await log(store, { createdAt: THIRD, policyName: 'another' })
      expect(await store.policies.getLog(A_TRACT, { limit: 1, policyName: 'budget' })).toEqual([second])
      expect(await store.policies.getLog(A_TRACT, { limit: 1, until: SECOND })).toEqual([second])
    })

    test('the log is limited to 100 entries unless told otherwise', async ({ store }) => {
      await store.transaction(async (tx) => {
        for (let seed = 1; seed <= 103; seed++) await tx.policies.saveLogEntry(aLogEntry({}, seed))
      })
      const entries = await store.policies.getLog(A_TRACT)
      expect(entries).toHaveLength(100)
      expect(entries[0]?.createdAt).toBe(timeOf(103))
      expect(entries[99]?.createdAt).toBe(timeOf(4))
      expect(await store.policies.getLog(A_TRACT, { limit: 103 })).toHaveLength(103)
    })

    test('entries from before a time are deleted, those of that time stay', async ({ store }) => {
      await log(store, { createdAt: FIRST })
      await log(store, { createdAt: FIRST })
      const second = await log(store, { createdAt: SECOND })
      const third = await log(store, { createdAt: THIRD })
      const elsewhere = await log(store, { createdAt: FIRST, tractId: 'another' })
      expect(await store.policies.deleteLogEntries(A_TRACT, SECOND)).toBe(2)
      expect(await store.policies.getLog(A_TRACT)).toEqual([third, second])
      expect(await store.policies.getLog('another')).toEqual([elsewhere])
      expect(await store.policies.deleteLogEntries(A_TRACT, SECOND)).toBe(0)
      expect(await store.policies.deleteLogEntries(A_TRACT, new Date('2027-01-01T00:00:00Z'))).toBe(2)
      expect(await store.policies.getLog(A_TRACT)).toEqual([])
    })
  })
}

function log(store: Repositories, overrides: Partial<PolicyLogInput>) {
  return store.policies.saveLogEntry(aLogEntry(overrides))
}
