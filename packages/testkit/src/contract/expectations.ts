import type { Repositories, TractError } from '@tract/repositories'
import { expect } from 'vitest'
import { contentsOf, type Scope } from './contents.js'

type ErrorKind<Kind extends TractError> = new (...args: never[]) => Kind

/**
 * Expects a call to be refused by an error of the kind, as a promise that rejects.
 *
 * @param name what the failure calls the call
 * @returns the error, for a look at its facts
 */
export async function refusal<Kind extends TractError>(
  kind: ErrorKind<Kind>,
  call: () => Promise<unknown>,
  name = 'the call',
): Promise<Kind> {
  let promise: Promise<unknown>
  try {
    promise = call()
  } catch (error) {
    return expect.fail(`${name} threw instead of returning a promise that rejects: ${error}`)
  }
  const outcome = await promise.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  )
  if ('value' in outcome) return expect.fail(`${name} succeeded, expected ${kind.name}`)
  if (outcome.error instanceof kind) return outcome.error
  return expect.fail(`${name} failed with ${describeError(outcome.error)}, expected ${kind.name}`)
}

/** Expects a call to be refused by an error of the kind and to leave everything in scope as it was. */
export async function refusalWithoutTrace<Kind extends TractError>(
  store: Repositories,
  scope: Scope,
  kind: ErrorKind<Kind>,
  call: () => Promise<unknown>,
): Promise<Kind> {
  const before = await contentsOf(store, scope)
  const error = await refusal(kind, call)
  expect(await contentsOf(store, scope), 'a refused call changes nothing').toEqual(before)
  return error
}

function describeError(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error)
}
