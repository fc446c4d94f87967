import { InvalidInputError, type Store } from '@tract/repositories'
import { describe, expect } from 'vitest'
import { anAnnotation } from '../../builders/annotation.js'
import { aCompileRecord } from '../../builders/compile-record.js'
import { anOperationEvent } from '../../builders/operation-event.js'
import { aProposal } from '../../builders/proposal.js'
import { A_TRACT } from '../../builders/seeded.js'
import { contentsOf } from '../contents.js'
import { refusal } from '../expectations.js'
import type { ContractTest } from '../fixture.js'
import { saveTied } from '../seeds.js'
import { ARGUMENTS, type Argument } from './arguments.js'

const SCOPE = {
  tractIds: [A_TRACT, 'tract-2', 'tract-3', 'tract-4', 'tract-5'],
  refNames: ['HEAD', 'a', 'refs/tags/v1'],
  proposalIds: ['proposal'],
}

/** What methods take in each argument, and what they refuse. */
export function argumentContract(test: ContractTest): void {
  describe('the arguments of', () => {
    for (const [method, args] of Object.entries(ARGUMENTS)) {
      test(`${method} are refused where they are wrong, and nothing is changed`, async ({ store }) => {
        await saveWorld(store)
        for (const argument of args) {
          const before = await contentsOf(store, SCOPE)
          for (const value of argument.refuses) await refused(store, method, argument, value)
          expect(await contentsOf(store, SCOPE)).toEqual(before)
          // All else in the call is in order: it was this argument that was refused.
          await argument.call(store, argument.takes as never)
        }
      })
    }

    test('all methods may be 64 characters of four bytes', async ({ store }) => {
      const id = '😀'.repeat(64)
      await saveTied(store, [id], { tractId: id })
      expect((await store.commits.getAll(id)).map(({ commitHash }) => commitHash)).toEqual([id])
      await store.refs.setRef(id, '分'.repeat(255), id)
      await store.refs.setBranch(id, '支'.repeat(244), id)
      expect(await store.refs.getRef(id, '分'.repeat(255))).toBe(id)
      expect(await store.refs.listBranches(id)).toEqual(['支'.repeat(244)])
      expect((await store.commits.getByPrefix(id))?.commitHash).toBe(id)
      await store.operationEvents.saveEventWithCommits({
        ...anOperationEvent({ eventId: id }),
        sources: [id],
        results: [],
      })
      expect(await store.operationEvents.isSourceOf(id)).toBe(true)
    })
  })
}

async function saveWorld(store: Store): Promise<void> {
  await saveTied(store, ['commit', 'other', 'third', 'spare'])
  await store.refs.updateHead(A_TRACT, 'commit')
  await store.refs.setRef(A_TRACT, 'refs/tags/v1', 'commit')
  await store.annotations.save(anAnnotation({ targetHash: 'commit' }))
  await store.operationEvents.saveEvent(anOperationEvent({ eventId: 'event' }))
  await store.compileRecords.saveRecord(aCompileRecord({ recordId: 'record' }))
  await store.policies.saveProposal(aProposal({ proposalId: 'proposal' }))
}

async function refused(store: Store, method: string, argument: Argument, value: unknown): Promise<void> {
  const what = `${method} with ${argument.name} ${describeValue(value)}`
  const error = await refusal(InvalidInputError, () => argument.call(store, value as never), what)
  expect(error.field, `the error of ${what} names the argument`).toContain(argument.name)
}

function describeValue(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(describeValue).join()}]`
  if (typeof value === 'string') return JSON.stringify(value.slice(0, 40))
  return typeof value === 'object' && value !== null ? 'an object' : String(value)
}
