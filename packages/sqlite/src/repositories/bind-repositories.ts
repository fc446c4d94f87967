import type { Repositories } from '@tract/repositories'
import type { Session } from '../session.js'
import { SqliteAnnotationRepository } from './annotation-repository.js'
import { SqliteBlobRepository } from './blob-repository.js'
import { SqliteCommitParentRepository } from './commit-parent-repository.js'
import { SqliteCommitRepository } from './commit-repository.js'
import { SqliteCompileRecordRepository } from './compile-record-repository.js'
import { SqliteOperationEventRepository } from './operation-event-repository.js'
import { SqlitePolicyRepository } from './policy-repository.js'
import { SqliteRefRepository } from './ref-repository.js'
import { SqliteSpawnPointerRepository } from './spawn-pointer-repository.js'
import { SqliteStoredRowRepository } from './stored-row-repository.js'

/** All repositories over one session. */
export function bindRepositories(session: Session): Repositories {
  return {
    blobs: new SqliteBlobRepository(session),
    commits: new SqliteCommitRepository(session),
    commitParents: new SqliteCommitParentRepository(session),
    refs: new SqliteRefRepository(session),
    annotations: new SqliteAnnotationRepository(session),
    operationEvents: new SqliteOperationEventRepository(session),
    compileRecords: new SqliteCompileRecordRepository(session),
    spawnPointers: new SqliteSpawnPointerRepository(session),
    policies: new SqlitePolicyRepository(session),
    storedRows: new SqliteStoredRowRepository(session),
  }
}
