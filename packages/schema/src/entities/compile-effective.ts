import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm'
import { CommitRow } from './commit.js'
import { CompileRecordRow } from './compile-record.js'

/** An effective commit: one that took part in a compiled context. */
@Entity('compile_effectives')
@Index('ix_compile_effectives_commit', ['commitHash'])
export class CompileEffectiveRow {
  @ForeignKey(() => CompileRecordRow)
  @PrimaryColumn({ name: 'record_id', type: 'varchar', length: 64 })
  recordId: string

  @ForeignKey(() => CommitRow)
  @PrimaryColumn({ name: 'commit_hash', type: 'varchar', length: 64 })
  commitHash: string

  /** Place in the context, from 0. */
  @Column({ name: 'position', type: 'integer' })
  position: number
}
