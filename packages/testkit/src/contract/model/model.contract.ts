import { type Repositories, type Store, TractError, type Transaction } from '@tract/repositories'
import {
  type AsyncCommand,
  array,
  assert,
  asyncModelRun,
  asyncProperty,
  boolean,
  commands,
  oneof,
  record,
} from 'fast-check'
import { describe, expect } from 'vitest'
import { modelOver } from '../../model/model.js'
import { copyOf, emptyState, type ModelState, restore } from '../../model/state.js'
import type { ContractTest } from '../fixture.js'
import { CALLS, type Call, FIRST_CALLS } from './calls.js'

const RUNS = 50
const COMMANDS_A_RUN = 80
const SEED = 20260220

/** Several calls in one transaction, the later half of them in one inside it. */
interface UnitPlan {
  readonly calls: readonly Call[]
  readonly fails: boolean
  readonly nestedFails: boolean
}

type Command = AsyncCommand<ModelState, Store>

/**
 * Any order of calls: fast-check makes them up over a few ids and times, so that they meet, and every answer and every
 * refusal must be the one that a model in memory gives.
 */
export function modelContract(test: ContractTest): void {
  describe('any order of calls', () => {
    test('gives what a model in memory gives, in and out of transactions', async ({ openFresh }) => {
      const plan = record({
        calls: array(oneof(...CALLS), { maxLength: 6 }),
        fails: boolean(),
        nestedFails: boolean(),
      })
      const made = [
        ...CALLS.map((calls) => calls.map(callCommand)),
        plan.map(unitCommand),
        plan.map(unitCommand),
      ]
      const property = asyncProperty(
        commands(made, { maxCommands: COMMANDS_A_RUN, size: 'max' }),
        async (sequence) => {
          const store = await openFresh()
          const state = emptyState()
          for (const call of FIRST_CALLS) {
            await call(modelOver(state))
            await call(store)
          }
          await asyncModelRun(() => ({ model: state, real: store }), sequence)
          await store.close()
        },
      )
      await assert(property, { numRuns: RUNS, seed: SEED })
    })
  })
}

function callCommand(call: Call): Command {
  return {
    check: (state) => call.applies(state),
    run: (state, store) => compare(call, state, store),
    toString: () => call.text,
  }
}

function unitCommand({ calls, fails, nestedFails }: UnitPlan): Command {
  const [before, inside] = [calls.slice(0, calls.length >> 1), calls.slice(calls.length >> 1)]
  return {
    check: () => true,
    run: (state, store) =>
      runUnit(state, store, fails, async (tx) => {
        for (const call of before) await compare(call, state, tx)
        await runUnit(state, tx, nestedFails, async (inner) => {
          for (const call of inside) await compare(call, state, inner)
        })
      }),
    toString: () => {
      const nested = `transaction(${textOf(inside)})${nestedFails ? ' that fails' : ''}`
      return `transaction(${textOf(before)}; ${nested})${fails ? ' that fails' : ''}`
    },
  }
}

function textOf(calls: readonly Call[]): string {
  return calls.map(({ text }) => text).join('; ')
}

class Failure extends Error {}

/** Runs calls in a transaction; where it is to fail, both sides are rolled back. */
async function runUnit(
  state: ModelState,
  store: Pick<Transaction, 'transaction'>,
  fails: boolean,
  work: (tx: Transaction) => Promise<void>,
): Promise<void> {
  const before = copyOf(state)
  const failure = new Failure()
  try {
    await store.transaction(async (tx) => {
      await work(tx)
      if (fails) throw failure
    })
  } catch (error) {
    if (error !== failure) throw error
    restore(state, before)
  }
}

async function compare(call: Call, state: ModelState, store: Repositories): Promise<void> {
  if (!call.applies(state)) return
  const expected = await outcomeOf(() => call.run(modelOver(state)))
  expect(await outcomeOf(() => call.run(store)), call.text).toEqual(expected)
}

/** What a call gave, or how it was refused. */
async function outcomeOf(run: () => Promise<unknown>): Promise<unknown> {
  try {
    return { gave: plain(await run()) }
  } catch (error) {
    if (!(error instanceof TractError)) throw error
    return { refused: factsOf(error) }
  }
}

/** The facts of a refusal; of a row that breaks several rules at once any of them may be named. */
function factsOf(error: TractError): unknown {
  const { code } = error
  if (code === 'already_exists' || code === 'missing_reference') return 'a row that exists or refers to none'
  const { name: _, cause: __, ...facts } = error
  return { ...facts, code }
}

/** A value without what two stores may differ in: ids that they generate, and the order of sets. */
function plain(value: unknown): unknown {
  if (value instanceof Map) return [...value].map(([key, row]) => [key, plain(row)])
  if (value instanceof Set) return [...value].sort()
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value !== 'object' || value === null) return value
  const { id: _, ...row } = value as { readonly id?: unknown }
  return row
}
