import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm'
import { CommitRow } from './commit.js'

/** A name for a commit (a branch, a detached HEAD), or for another ref (an attached HEAD). */
@Entity('refs')
@Index('ix_refs_commit', ['commitHash'])
export class RefRow {
  @PrimaryColumn({ name: 'tract_id', type: 'varchar', length: 64 })
  tractId: string

  /** The full name: `HEAD`, `refs/heads/main`. */
  @PrimaryColumn({ name: 'ref_name', type: 'varchar', length: 255 })
  refName: string

  /** `null` in a symbolic ref. */
  @ForeignKey(() => CommitRow)
  @Column({ name: 'commit_hash', type: 'varchar', length: 64, nullable: true })
  commitHash: string | null

  /** The full name of the ref that this one stands for; `null` in a direct ref. */
  @Column({ name: 'symbolic_target', type: 'varchar', length: 255, nullable: true })
  symbolicTarget: string | null
}
