import type { Repositories, Store } from '@tract/repositories'
import { modelOver } from '../../src/model/model.js'
import type { ModelState } from '../../src/model/state.js'
import { readArguments } from '../support/memory-input.js'
import type { MemoryDatabase, MemoryParts } from '../support/memory-store.js'

/** Between the titles of `describe`s and tests. */
export const SEPARATOR = ' > '

/** A memory store with one mistake. */
export interface WrongAdapter {
  /** What it does wrong. */
  readonly name: string
  /** The tests of the contract that must fail: their titles and those of the `describe`s around, joined by {@link SEPARATOR}. */
  readonly caughtBy: readonly string[]
  /** The error that they fail with, where it is not the contract's own judgement but what the adapter throws. */
  readonly failsAs?: string
  /** Set where the mistake is to wait for ever, which the time limit of a test ends. */
  readonly hangs?: true
  readonly database?: () => MemoryDatabase
  readonly parts?: MemoryParts
  readonly around?: (store: Store) => Store
  readonly open?: (database: MemoryDatabase) => Store
}

type Calls<Name extends keyof Repositories> = Repositories[Name]

/** Puts another call in the place of one of a repository's; it gets the right one, and the rows that are worked on. */
export function wrongCall<Name extends keyof Repositories, Method extends keyof Calls<Name> & string>(
  repository: Name,
  method: Method,
  wrong: (right: Calls<Name>[Method], state: ModelState) => Calls<Name>[Method],
): MemoryParts {
  return {
    model: (state) => {
      const repositories = modelOver(state)
      const target = repositories[repository]
      const call = target[method] as (...args: unknown[]) => unknown
      const right = call.bind(target) as Calls<Name>[Method]
      return { ...repositories, [repository]: Object.assign(target, { [method]: wrong(right, state) }) }
    },
  }
}

/** Changes every text that is given to any call, before it is looked at. */
export function wrongTexts(change: (text: string) => string): MemoryParts {
  return {
    read: (method, given) =>
      readArguments(
        method,
        given.map((value) => changed(value, change)),
      ),
  }
}

/** Changes every value of every row that is to be saved, after it was looked at. */
export function wrongValues(change: (value: unknown) => unknown): MemoryParts {
  return { read: (method, given) => readArguments(method, given).map((value) => mapped(value, change)) }
}

/** Lets calls through that are to be refused. */
export function lenient(accepts: (method: string, given: readonly unknown[]) => boolean): MemoryParts {
  return { read: (method, given) => (accepts(method, given) ? given : readArguments(method, given)) }
}

function changed(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') return change(value)
  if (Array.isArray(value)) return value.map((item) => changed(item, change))
  if (!isPlain(value)) return value
  const fields = Object.entries(value)
  return Object.fromEntries(
    fields.map(([name, item]) => [name, name === 'createdAt' ? item : changed(item, change)]),
  )
}

function mapped(value: unknown, change: (value: unknown) => unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => mapped(item, change))
  if (!isPlain(value)) return change(value)
  return change(Object.fromEntries(Object.entries(value).map(([name, item]) => [name, mapped(item, change)])))
}

function isPlain(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false
  // Rows whose fields throw when they are read are for the checks to refuse.
  const descriptors = Object.values(Object.getOwnPropertyDescriptors(value))
  return (
    Object.getPrototypeOf(value) === Object.prototype && descriptors.every(({ get }) => get === undefined)
  )
}
