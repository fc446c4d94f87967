import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm'
import { CommitRow } from './commit.js'

/** A parent of a merge commit. */
@Entity('commit_parents')
@Index('ix_commit_parents_commit', ['commitHash'])
@Index('ix_commit_parents_parent', ['parentHash'])
export class CommitParentRow {
  @ForeignKey(() => CommitRow)
  @PrimaryColumn({ name: 'commit_hash', type: 'varchar', length: 64 })
  commitHash: string

  @ForeignKey(() => CommitRow)
  @PrimaryColumn({ name: 'parent_hash', type: 'varchar', length: 64 })
  parentHash: string

  @Column({ name: 'position', type: 'integer' })
  position: number
}
