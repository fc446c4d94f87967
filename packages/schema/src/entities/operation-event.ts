import { Column, Entity, Index, PrimaryColumn } from 'typeorm'
import { enumerationCodec, jsonCodec, timestampCodec } from '../codec.js'
import { OperationEventType, type Stored } from '../enumerations.js'
import type { JsonValue } from '../json.js'
import type { Timestamp } from '../timestamp.js'

/** One structural change of a history: some commits went in, others came out. */
@Entity('operation_events')
@Index('ix_operation_events_tract_id', ['tractId'])
@Index('ix_operation_events_tract_type', ['tractId', 'eventType'])
@Index('ix_operation_events_original_tokens', ['originalTokens'])
@Index('ix_operation_events_compressed_tokens', ['compressedTokens'])
export class OperationEventRow {
  @PrimaryColumn({ name: 'event_id', type: 'varchar', length: 64 })
  eventId: string

  @Column({ name: 'tract_id', type: 'varchar', length: 64 })
  tractId: string

  @Column({
    name: 'event_type',
    type: 'varchar',
    length: 30,
    transformer: enumerationCodec(OperationEventType, 'lower-case'),
  })
  eventType: Stored<OperationEventType>

  @Column({ name: 'branch_name', type: 'varchar', length: 255, nullable: true })
  branchName: string | null

  @Column({ name: 'created_at', type: 'text', transformer: timestampCodec })
  createdAt: Timestamp

  /** Tokens of the sources. */
  @Column({ name: 'original_tokens', type: 'integer' })
  originalTokens: number

  /** Tokens of the results. */
  @Column({ name: 'compressed_tokens', type: 'integer' })
  compressedTokens: number

  /** What the operation was asked to do. */
  @Column({ name: 'params_json', type: 'text', nullable: true, transformer: jsonCodec })
  paramsJson: JsonValue
}
