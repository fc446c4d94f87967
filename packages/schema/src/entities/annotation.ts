import { Column, Entity, ForeignKey, Index, PrimaryGeneratedColumn } from 'typeorm'
import { enumerationCodec, timestampCodec } from '../codec.js'
import { Priority, type Stored } from '../enumerations.js'
import type { Timestamp } from '../timestamp.js'
import { CommitRow } from './commit.js'

/** A priority given to a commit. Annotations are only ever added; the latest counts. */
@Entity('annotations')
@Index('ix_annotations_target_time', ['targetHash', 'createdAt'])
@Index('ix_annotations_tract_id', ['tractId'])
export class AnnotationRow {
  @PrimaryGeneratedColumn({ name: 'id', type: 'integer' })
  id: number

  @Column({ name: 'tract_id', type: 'varchar', length: 64 })
  tractId: string

  @ForeignKey(() => CommitRow)
  @Column({ name: 'target_hash', type: 'varchar', length: 64 })
  targetHash: string

  @Column({
    name: 'priority',
    type: 'varchar',
    length: 6,
    transformer: enumerationCodec(Priority, 'upper-case'),
  })
  priority: Stored<Priority>

  @Column({ name: 'reason', type: 'text', nullable: true })
  reason: string | null

  @Column({ name: 'created_at', type: 'text', transformer: timestampCodec })
  createdAt: Timestamp
}
