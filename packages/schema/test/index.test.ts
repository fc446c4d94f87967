import * as schema from '@tract/schema'
import { expect, it } from 'vitest'

it('exports what the format needs and nothing by accident', () => {
  expect(Object.keys(schema).sort()).toEqual(
    [
      ...[
        'AnnotationRow',
        'BlobRow',
        'CommitParentRow',
        'CommitRow',
        'CompileEffectiveRow',
        'CompileRecordRow',
      ],
      ...['OperationCommitRow', 'OperationEventRow', 'PolicyLogRow', 'PolicyProposalRow', 'RefRow'],
      ...['SpawnPointerRow', 'TraceMetaRow', 'entities'],
      ...['CommitOperation', 'InheritanceMode', 'OperationCommitRole', 'OperationEventType', 'PolicyOutcome'],
      ...['PolicyTrigger', 'Priority', 'ProposalStatus'],
      ...['canonicalJson', 'payloadJson', 'commitHash', 'contentHash', 'contentHashOfStored'],
      ...['enumerationCodec', 'jsonCodec', 'timestampCodec', 'Timestamp', 'isTimestamp'],
      ...['InvalidValueError', 'UnreadableValueError', 'SCHEMA_VERSION'],
    ].sort(),
  )
})

it('describes version 6', () => {
  expect(schema.SCHEMA_VERSION).toBe(6)
})
