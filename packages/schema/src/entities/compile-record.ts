import { Column, Entity, Index, PrimaryColumn } from 'typeorm'
import { jsonCodec, timestampCodec } from '../codec.js'
import type { JsonValue } from '../json.js'
import type { Timestamp } from '../timestamp.js'

/** What was sent to a model: which head, which commits in which order, how many tokens. */
@Entity('compile_records')
@Index('ix_compile_records_tract_id', ['tractId'])
@Index('ix_compile_records_tract_time', ['tractId', 'createdAt'])
export class CompileRecordRow {
  @PrimaryColumn({ name: 'record_id', type: 'varchar', length: 64 })
  recordId: string

  @Column({ name: 'tract_id', type: 'varchar', length: 64 })
  tractId: string

  /** The head that was compiled; empty where the tract had none. Not a foreign key. */
  @Column({ name: 'head_hash', type: 'varchar', length: 64 })
  headHash: string

  @Column({ name: 'token_count', type: 'integer' })
  tokenCount: number

  /** Entries of the context; a commit that took part twice counts twice. */
  @Column({ name: 'commit_count', type: 'integer' })
  commitCount: number

  /** What counted the tokens, as in `tiktoken:o200k_base`. */
  @Column({ name: 'token_source', type: 'varchar', length: 50 })
  tokenSource: string

  @Column({ name: 'params_json', type: 'text', nullable: true, transformer: jsonCodec })
  paramsJson: JsonValue

  @Column({ name: 'created_at', type: 'text', transformer: timestampCodec })
  createdAt: Timestamp
}
