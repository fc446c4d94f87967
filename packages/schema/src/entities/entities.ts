import { AnnotationRow } from './annotation.js'
import { BlobRow } from './blob.js'
import { CommitRow } from './commit.js'
import { CommitParentRow } from './commit-parent.js'
import { CompileEffectiveRow } from './compile-effective.js'
import { CompileRecordRow } from './compile-record.js'
import { OperationCommitRow } from './operation-commit.js'
import { OperationEventRow } from './operation-event.js'
import { PolicyLogRow } from './policy-log.js'
import { PolicyProposalRow } from './policy-proposal.js'
import { RefRow } from './ref.js'
import { SpawnPointerRow } from './spawn-pointer.js'
import { TraceMetaRow } from './trace-meta.js'

/** Every table of the format, parents before the tables that refer to them. For the `entities` of a DataSource. */
export const entities = [
  TraceMetaRow,
  BlobRow,
  CommitRow,
  CommitParentRow,
  RefRow,
  AnnotationRow,
  OperationEventRow,
  OperationCommitRow,
  CompileRecordRow,
  CompileEffectiveRow,
  SpawnPointerRow,
  PolicyProposalRow,
  PolicyLogRow,
] as const
