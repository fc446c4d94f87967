import { Column, Entity, Index, PrimaryColumn } from 'typeorm'
import { enumerationCodec, jsonCodec, timestampCodec } from '../codec.js'
import { ProposalStatus, type Stored } from '../enumerations.js'
import type { JsonValue } from '../json.js'
import type { Timestamp } from '../timestamp.js'

/** An action that one of the agent's policies asks for, and what became of it. */
@Entity('policy_proposals')
@Index('ix_policy_proposals_tract_id', ['tractId'])
@Index('ix_policy_proposals_tract_status', ['tractId', 'status'])
export class PolicyProposalRow {
  @PrimaryColumn({ name: 'proposal_id', type: 'varchar', length: 64 })
  proposalId: string

  @Column({ name: 'tract_id', type: 'varchar', length: 64 })
  tractId: string

  @Column({ name: 'policy_name', type: 'varchar', length: 100 })
  policyName: string

  @Column({ name: 'action_type', type: 'varchar', length: 50 })
  actionType: string

  @Column({ name: 'action_params_json', type: 'text', nullable: true, transformer: jsonCodec })
  actionParamsJson: JsonValue

  @Column({ name: 'reason', type: 'text', nullable: true })
  reason: string | null

  @Column({
    name: 'status',
    type: 'varchar',
    length: 20,
    transformer: enumerationCodec(ProposalStatus, 'lower-case'),
  })
  status: Stored<ProposalStatus>

  @Column({ name: 'created_at', type: 'text', transformer: timestampCodec })
  createdAt: Timestamp

  @Column({ name: 'resolved_at', type: 'text', nullable: true, transformer: timestampCodec })
  resolvedAt: Timestamp | null
}
