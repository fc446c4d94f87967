import { WRONG_ANNOTATIONS } from './annotations.js'
import { WRONG_BLOBS } from './blobs.js'
import { WRONG_COMMITS } from './commits.js'
import { WRONG_POLICIES } from './policies.js'
import { WRONG_RECORDS } from './records.js'
import { WRONG_REFS } from './refs.js'
import { WRONG_STORES, WRONG_TRANSACTIONS } from './transactions.js'
import { WRONG_UNITS_AND_ITERATIONS } from './units-and-iterations.js'
import { WRONG_VALUES } from './values.js'
import type { WrongAdapter } from './wrong-adapter.js'

export const WRONG_ADAPTERS: readonly WrongAdapter[] = [
  ...WRONG_BLOBS,
  ...WRONG_COMMITS,
  ...WRONG_REFS,
  ...WRONG_ANNOTATIONS,
  ...WRONG_RECORDS,
  ...WRONG_POLICIES,
  ...WRONG_UNITS_AND_ITERATIONS,
  ...WRONG_VALUES,
  ...WRONG_TRANSACTIONS,
  ...WRONG_STORES,
]
