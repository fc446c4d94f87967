import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm'
import { enumerationCodec } from '../codec.js'
import { OperationCommitRole, type Stored } from '../enumerations.js'
import { CommitRow } from './commit.js'
import { OperationEventRow } from './operation-event.js'

/** A commit that went into an operation event, or came out of it. */
@Entity('operation_commits')
@Index('ix_operation_commits_event', ['eventId'])
@Index('ix_operation_commits_hash_role', ['commitHash', 'role'])
export class OperationCommitRow {
  @ForeignKey(() => OperationEventRow)
  @PrimaryColumn({ name: 'event_id', type: 'varchar', length: 64 })
  eventId: string

  @ForeignKey(() => CommitRow)
  @PrimaryColumn({ name: 'commit_hash', type: 'varchar', length: 64 })
  commitHash: string

  @PrimaryColumn({
    name: 'role',
    type: 'varchar',
    length: 10,
    transformer: enumerationCodec(OperationCommitRole, 'lower-case'),
  })
  role: Stored<OperationCommitRole>

  /** Place among the commits of the same role, from 0. */
  @Column({ name: 'position', type: 'integer' })
  position: number
}
