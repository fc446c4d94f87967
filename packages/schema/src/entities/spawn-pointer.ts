import { Column, Entity, ForeignKey, Index, PrimaryGeneratedColumn, Unique } from 'typeorm'
import { enumerationCodec, timestampCodec } from '../codec.js'
import { InheritanceMode, type Stored } from '../enumerations.js'
import type { Timestamp } from '../timestamp.js'
import { CommitRow } from './commit.js'

/** Which agent started which: the tract of the parent and the tract of its child. */
@Entity('spawn_pointers')
@Index('ix_spawn_parent_tract', ['parentTractId'])
@Index('ix_spawn_child_tract', ['childTractId'])
@Index('ix_spawn_parent_commit', ['parentCommitHash'])
@Unique(['childTractId'])
export class SpawnPointerRow {
  @PrimaryGeneratedColumn({ name: 'id', type: 'integer' })
  id: number

  @Column({ name: 'parent_tract_id', type: 'varchar', length: 64 })
  parentTractId: string

  /** The parent's head when it started the child. */
  @ForeignKey(() => CommitRow, { onDelete: 'SET NULL' })
  @Column({ name: 'parent_commit_hash', type: 'varchar', length: 64, nullable: true })
  parentCommitHash: string | null

  @Column({ name: 'child_tract_id', type: 'varchar', length: 64 })
  childTractId: string

  @Column({ name: 'purpose', type: 'text' })
  purpose: string

  @Column({
    name: 'inheritance_mode',
    type: 'varchar',
    length: 20,
    transformer: enumerationCodec(InheritanceMode, 'lower-case'),
  })
  inheritanceMode: Stored<InheritanceMode>

  @Column({ name: 'display_name', type: 'varchar', length: 255, nullable: true })
  displayName: string | null

  @Column({ name: 'created_at', type: 'text', transformer: timestampCodec })
  createdAt: Timestamp
}
