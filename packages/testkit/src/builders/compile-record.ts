import type { CompileRecordInput } from '@tract/repositories'
import { Timestamp } from '@tract/schema'
import { checkBuilding } from './check-call.js'
import { aCommit } from './commit.js'
import type { Complete } from './complete.js'
import { A_TRACT, idOf, timeOf } from './seeded.js'

/** A compile record of the commit of the same seed, `aCommit({}, seed)`, unless told otherwise. */
export function aCompileRecord(
  overrides: Partial<CompileRecordInput> = {},
  seed = 1,
): Complete<CompileRecordInput> {
  checkBuilding(overrides, seed)
  return {
    recordId: idOf('compile record', seed),
    tractId: A_TRACT,
    headHash: aCommit({}, seed).commitHash,
    tokenCount: 8,
    commitCount: 1,
    tokenSource: 'tiktoken:o200k_base',
    paramsJson: { model: 'a-model', temperature: 0.5 },
    ...overrides,
    createdAt: Timestamp.from(overrides.createdAt ?? timeOf(seed)),
  }
}
