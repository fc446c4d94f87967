import type { Store } from '@tract/repositories'
import { test } from 'vitest'
import type { StoreAdapter } from '../adapter.js'
import { explain } from './explain.js'

/** What every test of the contract gets; stores are closed when it ends. */
export interface ContractFixtures {
  /** An empty store of the test's own. */
  readonly store: Store
  /** Opens one more empty store, for a test that needs many. */
  readonly openFresh: () => Promise<Store>
  /** Opens one more store at a location of the test's own, the same one for every call. */
  readonly openShared: () => Promise<Store>
  /** Where {@link openShared} opens. */
  readonly location: string
  /** Makes a failure say which rule is broken. */
  readonly rule: undefined
}

/** Vitest's `test` with the fixtures of one adapter. */
export function contractTest(adapter: StoreAdapter) {
  return test.extend<ContractFixtures>({
    rule: [
      async ({ task, onTestFailed }, use) => {
        onTestFailed(() => explain(task))
        await use(undefined)
      },
      { auto: true },
    ],
    store: async ({ onTestFinished }, use) => {
      const store = await adapter.open()
      onTestFinished(() => store.close())
      await use(store)
    },
    openFresh: async ({ onTestFinished }, use) => {
      await use(async () => {
        const store = await adapter.open()
        onTestFinished(() => store.close())
        return store
      })
    },
    // biome-ignore lint/correctness/noEmptyPattern: Vitest reads from the pattern what a fixture needs
    location: async ({}, use) => {
      await use(await adapter.newLocation())
    },
    openShared: async ({ location, onTestFinished }, use) => {
      await use(async () => {
        const store = await adapter.open(location)
        onTestFinished(() => store.close())
        return store
      })
    },
  })
}

/** The same, with a `store` on a location that others could share: adapters may treat such a one differently. */
export function onLocation(test: ContractTest): ContractTest {
  return test.extend<Pick<ContractFixtures, 'store'>>({
    store: async ({ openShared }, use) => {
      await use(await openShared())
    },
  })
}

export type ContractTest = ReturnType<typeof contractTest>
