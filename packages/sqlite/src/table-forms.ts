import {
  AnnotationRow,
  BlobRow,
  CommitParentRow,
  CommitRow,
  CompileEffectiveRow,
  CompileRecordRow,
  OperationCommitRow,
  OperationEventRow,
  PolicyLogRow,
  PolicyProposalRow,
  RefRow,
  SpawnPointerRow,
} from '@tract/schema'
import type { DataSource } from 'typeorm'
import { TableForm } from './table-form.js'

/** Every table of the format. */
export interface TableForms {
  readonly blobs: TableForm<BlobRow>
  readonly commits: TableForm<CommitRow>
  readonly commitParents: TableForm<CommitParentRow>
  readonly refs: TableForm<RefRow>
  readonly annotations: TableForm<AnnotationRow>
  readonly operationEvents: TableForm<OperationEventRow>
  readonly operationCommits: TableForm<OperationCommitRow>
  readonly compileRecords: TableForm<CompileRecordRow>
  readonly compileEffectives: TableForm<CompileEffectiveRow>
  readonly spawnPointers: TableForm<SpawnPointerRow>
  readonly policyProposals: TableForm<PolicyProposalRow>
  readonly policyLog: TableForm<PolicyLogRow>
}

let made: TableForms | undefined

/** The forms of all tables, made once: the metadata of our entities are the same in each of our DataSources. */
export function tableForms(dataSource: DataSource): TableForms {
  made ??= makeForms(dataSource)
  return made
}

function makeForms(dataSource: DataSource): TableForms {
  const form = <Row extends object>(entity: new () => Row) =>
    new TableForm(dataSource.getMetadata(entity), makerOf(entity))
  return {
    blobs: form(BlobRow),
    commits: form(CommitRow),
    commitParents: form(CommitParentRow),
    refs: form(RefRow),
    annotations: form(AnnotationRow),
    operationEvents: form(OperationEventRow),
    operationCommits: form(OperationCommitRow),
    compileRecords: form(CompileRecordRow),
    compileEffectives: form(CompileEffectiveRow),
    spawnPointers: form(SpawnPointerRow),
    policyProposals: form(PolicyProposalRow),
    policyLog: form(PolicyLogRow),
  }
}

/** Not made beside the DataSource, which a function there would keep for as long as the process lives. */
function makerOf<Row extends object>(entity: new () => Row): () => Row {
  return () => new entity()
}
