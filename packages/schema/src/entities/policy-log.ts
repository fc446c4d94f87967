import { Column, Entity, Index, PrimaryGeneratedColumn } from 'typeorm'
import { enumerationCodec, timestampCodec } from '../codec.js'
import { PolicyOutcome, PolicyTrigger, type Stored } from '../enumerations.js'
import type { Timestamp } from '../timestamp.js'

/** One look of a policy at a tract, and what came of it. */
@Entity('policy_log')
@Index('ix_policy_log_tract_id', ['tractId'])
@Index('ix_policy_log_tract_time', ['tractId', 'createdAt'])
export class PolicyLogRow {
  @PrimaryGeneratedColumn({ name: 'id', type: 'integer' })
  id: number

  @Column({ name: 'tract_id', type: 'varchar', length: 64 })
  tractId: string

  @Column({ name: 'policy_name', type: 'varchar', length: 100 })
  policyName: string

  @Column({
    name: 'trigger',
    type: 'varchar',
    length: 20,
    transformer: enumerationCodec(PolicyTrigger, 'lower-case'),
  })
  trigger: Stored<PolicyTrigger>

  @Column({ name: 'action_type', type: 'varchar', length: 50, nullable: true })
  actionType: string | null

  @Column({ name: 'reason', type: 'text', nullable: true })
  reason: string | null

  @Column({
    name: 'outcome',
    type: 'varchar',
    length: 20,
    transformer: enumerationCodec(PolicyOutcome, 'lower-case'),
  })
  outcome: Stored<PolicyOutcome>

  /** Not a foreign key: the log outlives the commit. */
  @Column({ name: 'commit_hash', type: 'varchar', length: 64, nullable: true })
  commitHash: string | null

  @Column({ name: 'error_message', type: 'text', nullable: true })
  errorMessage: string | null

  @Column({ name: 'created_at', type: 'text', transformer: timestampCodec })
  createdAt: Timestamp
}
