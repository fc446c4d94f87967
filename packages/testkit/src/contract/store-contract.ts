import { describe } from 'vitest'
import type { StoreAdapter } from '../adapter.js'
import { annotationContract } from './annotation.contract.js'
import { blobContract } from './blob.contract.js'
import { closingContract } from './closing.contract.js'
import { commitContract } from './commit.contract.js'
import { commitAncestorsContract } from './commit-ancestors.contract.js'
import { commitConfigContract } from './commit-config.contract.js'
import { commitDeletionContract } from './commit-deletion.contract.js'
import { commitParentContract } from './commit-parent.contract.js'
import { commitPrefixContract } from './commit-prefix.contract.js'
import { commitUnitContract } from './commit-unit.contract.js'
import { commitUseContract } from './commit-use.contract.js'
import { compileRecordContract } from './compile-record.contract.js'
import { concurrencyContract } from './concurrency.contract.js'
import { type ContractTest, contractTest, onLocation } from './fixture.js'
import { inputContract } from './input/input.contract.js'
import { iterationContract } from './iteration.contract.js'
import { lineageContract } from './lineage.contract.js'
import { modelContract } from './model/model.contract.js'
import { operationEventContract } from './operation-event.contract.js'
import { policyContract } from './policy.contract.js'
import { processesContract } from './processes/processes.contract.js'
import { readsOfManyContract } from './reads-of-many.contract.js'
import { refContract } from './ref.contract.js'
import { sharedLocationContract } from './shared-location.contract.js'
import { spawnPointerContract } from './spawn-pointer.contract.js'
import { storeWholeContract } from './store.contract.js'
import { storedRowContract } from './stored-row.contract.js'
import { endedTransactionContract } from './transaction/ended-transaction.contract.js'
import { isolationContract } from './transaction/isolation.contract.js'
import { nestedTransactionContract } from './transaction/nested-transaction.contract.js'
import { transactionContract } from './transaction/transaction.contract.js'

/** In milliseconds: it ends a test that hangs, and has nothing to say about one that is slow. */
const TIMEOUT = 120_000

/**
 * Declares the tests that every store must pass; to be called in a test file of the adapter's. What it tests is the text
 * of the abstract classes and of `Store` in `@tract/repositories`, a rule a test.
 */
export function storeContract(adapter: StoreAdapter): void {
  describe(`the store contract: ${adapter.name}`, { timeout: TIMEOUT }, () =>
    declareContract(contractTest(adapter), adapter),
  )
}

/** Declares all tests of the contract by the function given for it. */
export function declareContract(test: ContractTest, { command }: StoreAdapter): void {
  blobContract(test)
  commitContract(test)
  commitAncestorsContract(test)
  commitConfigContract(test)
  commitPrefixContract(test)
  commitDeletionContract(test)
  commitParentContract(test)
  refContract(test)
  annotationContract(test)
  operationEventContract(test)
  compileRecordContract(test)
  spawnPointerContract(test)
  policyContract(test)
  commitUnitContract(test)
  commitUseContract(test)
  lineageContract(test)
  readsOfManyContract(test)
  iterationContract(test)
  storedRowContract(test)
  storeWholeContract(test)
  inputContract(test)
  sharedLocationContract(test)
  processesContract(test, command)
  closingContract(test)
  modelContract(test)
  for (const [place, placed] of Object.entries({
    'without a location': test,
    'on a location': onLocation(test),
  })) {
    describe(place, () => {
      transactionContract(placed)
      nestedTransactionContract(placed)
      endedTransactionContract(placed)
      isolationContract(placed)
      concurrencyContract(placed)
    })
  }
}
