import type { ContractTest } from '../fixture.js'
import { anyValueContract } from './any-value.contract.js'
import { argumentContract } from './argument.contract.js'
import { jsonContract } from './json.contract.js'
import { rowInputContract } from './row-input.contract.js'
import { timeContract } from './time.contract.js'

/** What may be given to a store: either it comes back exactly or it is refused before anything is written. */
export function inputContract(test: ContractTest): void {
  rowInputContract(test)
  argumentContract(test)
  jsonContract(test)
  timeContract(test)
  anyValueContract(test)
}
