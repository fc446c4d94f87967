import { Timestamp } from '@tract/schema'
import { type WrongAdapter, wrongCall } from './wrong-adapter.js'

const LOG = 'policy log'

export const WRONG_POLICIES: readonly WrongAdapter[] = [
  {
    name: 'the bounds of the log are exclusive',
    caughtBy: [`${LOG} > both bounds belong to what is asked for`],
    parts: wrongCall('policies', 'getLog', (right) => async (tractId, options = {}) => {
      const { since, until } = options
      const bounds = [since, until].flatMap((time) => (time === undefined ? [] : [Timestamp.from(time)]))
      return (await right(tractId, options)).filter(({ createdAt }) => !bounds.includes(createdAt))
    }),
  },
  {
    name: 'the limit of the log is ignored',
    caughtBy: [
      `${LOG} > a limit keeps the newest, and counts what is returned`,
      `${LOG} > the log is limited to 100 entries unless told otherwise`,
    ],
    parts: wrongCall(
      'policies',
      'getLog',
      (right) =>
        (tractId, options = {}) =>
          right(tractId, { ...options, limit: Number.MAX_SAFE_INTEGER }),
    ),
  },
  {
    name: 'the limit of the log counts what other policies logged',
    caughtBy: [`${LOG} > a limit keeps the newest, and counts what is returned`],
    parts: wrongCall(
      'policies',
      'getLog',
      (right) =>
        async (tractId, { policyName, ...options } = {}) =>
          (await right(tractId, options)).filter(
            (entry) => policyName === undefined || entry.policyName === policyName,
          ),
    ),
  },
  {
    name: 'the log comes oldest first',
    caughtBy: [`${LOG} > the log comes newest first, at one time the last inserted first`],
    parts: wrongCall(
      'policies',
      'getLog',
      (right) => async (tractId, options) => (await right(tractId, options)).toReversed(),
    ),
  },
  {
    name: 'a policy is found by the beginning of its name',
    caughtBy: [`${LOG} > a policy narrows the log, by its whole name`],
    parts: wrongCall(
      'policies',
      'getLog',
      (right) =>
        async (tractId, { policyName = '', ...options } = {}) =>
          (await right(tractId, options)).filter((entry) => entry.policyName.startsWith(policyName)),
    ),
  },
  {
    name: 'entries of the very time are deleted too',
    caughtBy: [`${LOG} > entries from before a time are deleted, those of that time stay`],
    parts: wrongCall('policies', 'deleteLogEntries', (right, state) => async (tractId, before) => {
      const end = Timestamp.from(before)
      const count = state.policyLog.length
      state.policyLog = state.policyLog.filter((row) => row.tractId !== tractId || row.createdAt !== end)
      return count - state.policyLog.length + (await right(tractId, before))
    }),
  },
  {
    name: 'proposals that were answered are pending all the same',
    caughtBy: ['policy proposals > only pending proposals wait for an answer'],
    parts: wrongCall(
      'policies',
      'getPendingProposals',
      (_, state) => async (tractId) =>
        state.policyProposals.filter((proposal) => proposal.tractId === tractId),
    ),
  },
  {
    name: 'a status without a time keeps the earlier time of resolution',
    caughtBy: ['policy proposals > a status without a time, or with null, has no time of resolution'],
    parts: wrongCall(
      'policies',
      'updateProposalStatus',
      (right, state) => (proposalId, status, resolvedAt) => {
        const proposal = state.policyProposals.find((row) => row.proposalId === proposalId)
        return right(proposalId, status, resolvedAt ?? proposal?.resolvedAt)
      },
    ),
  },
]
