import type { Repositories } from '@tract/repositories'
import { ModelAnnotationRepository } from './annotations.js'
import { ModelBlobRepository } from './blobs.js'
import { ModelCommitParentRepository } from './commit-parents.js'
import { ModelCommitRepository } from './commits.js'
import { ModelCompileRecordRepository } from './compile-records.js'
import { ModelOperationEventRepository } from './operation-events.js'
import { ModelPolicyRepository } from './policies.js'
import { ModelRefRepository } from './refs.js'
import { ModelSpawnPointerRepository } from './spawn-pointers.js'
import type { ModelState } from './state.js'
import { ModelStoredRowRepository } from './stored-rows.js'

/**
 * All repositories over plain lists: the contract in its simplest words, to compare adapters with. It takes only input
 * that a store would accept, and knows no transactions.
 */
export function modelOver(state: ModelState): Repositories {
  return {
    blobs: new ModelBlobRepository(state),
    commits: new ModelCommitRepository(state),
    commitParents: new ModelCommitParentRepository(state),
    refs: new ModelRefRepository(state),
    annotations: new ModelAnnotationRepository(state),
    operationEvents: new ModelOperationEventRepository(state),
    compileRecords: new ModelCompileRecordRepository(state),
    spawnPointers: new ModelSpawnPointerRepository(state),
    policies: new ModelPolicyRepository(state),
    storedRows: new ModelStoredRowRepository(state),
  }
}
