import { describe } from 'vitest'
import { contractTest } from '../../src/contract/fixture.js'
import { declareContract } from '../../src/contract/store-contract.js'
import { MemoryDatabase, memoryStore } from '../support/memory-store.js'
import { WRONG_ADAPTERS } from './all.js'
import { SEPARATOR, type WrongAdapter } from './wrong-adapter.js'

/** Of tests that are to come to their time limit. */
const LIMIT_MS = 500

for (const wrong of WRONG_ADAPTERS) {
  const adapter = adapterOf(wrong)
  const names = new Set(wrong.caughtBy.map((title) => title.split(SEPARATOR).at(-1)))
  const limit = wrong.hangs && { timeout: LIMIT_MS }
  describe(wrong.name, limit ?? {}, () => declareContract(only(contractTest(adapter), names), adapter))
}

function adapterOf({
  name,
  database = () => new MemoryDatabase(),
  parts,
  around = (store) => store,
  open = (rows) => around(memoryStore(rows, parts)),
}: WrongAdapter) {
  const databases = new Map<string, MemoryDatabase>()
  return {
    name,
    open: async (location?: string) => open(databases.get(location ?? '') ?? database()),
    newLocation: async () => {
      const location = `database ${databases.size}`
      databases.set(location, database())
      return location
    },
  }
}

/** Declares the tests of these names alone: all of the contract for all wrong adapters would take minutes. */
function only<Test extends (...args: never[]) => unknown>(test: Test, names: ReadonlySet<unknown>): Test {
  return new Proxy(test, {
    apply: (target, self, args) => (names.has(args[0]) ? Reflect.apply(target, self, args) : undefined),
    get: (target, key) => {
      const value: unknown = Reflect.get(target, key)
      if (key !== 'extend' || typeof value !== 'function') return value
      return (...args: unknown[]) => only(Reflect.apply(value, target, args), names)
    },
  })
}
