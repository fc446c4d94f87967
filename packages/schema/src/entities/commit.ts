import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm'
import { enumerationCodec, jsonCodec, timestampCodec } from '../codec.js'
import { CommitOperation, type Stored } from '../enumerations.js'
import type { JsonValue } from '../json.js'
import type { Timestamp } from '../timestamp.js'
import { BlobRow } from './blob.js'

/** One step of a tract's history: a payload put on top of its parent. */
@Entity('commits')
@Index('ix_commits_tract_id', ['tractId'])
@Index('ix_commits_tract_time', ['tractId', 'createdAt'])
@Index('ix_commits_tract_type', ['tractId', 'contentType'])
@Index('ix_commits_response_to', ['responseTo'])
@Index('ix_commits_parent', ['parentHash'])
@Index('ix_commits_content', ['contentHash'])
export class CommitRow {
  @PrimaryColumn({ name: 'commit_hash', type: 'varchar', length: 64 })
  commitHash: string

  @Column({ name: 'tract_id', type: 'varchar', length: 64 })
  tractId: string

  /** The first parent; `null` for a root. */
  @ForeignKey(() => CommitRow, { onDelete: 'SET NULL' })
  @Column({ name: 'parent_hash', type: 'varchar', length: 64, nullable: true })
  parentHash: string | null

  @ForeignKey(() => BlobRow)
  @Column({ name: 'content_hash', type: 'varchar', length: 64 })
  contentHash: string

  @Column({ name: 'content_type', type: 'varchar', length: 50 })
  contentType: string

  @Column({
    name: 'operation',
    type: 'varchar',
    length: 6,
    transformer: enumerationCodec(CommitOperation, 'upper-case'),
  })
  operation: Stored<CommitOperation>

  /** The commit that this one edits or answers. */
  @ForeignKey(() => CommitRow, { onDelete: 'SET NULL' })
  @Column({ name: 'response_to', type: 'varchar', length: 64, nullable: true })
  responseTo: string | null

  @Column({ name: 'message', type: 'text', nullable: true })
  message: string | null

  @Column({ name: 'token_count', type: 'integer' })
  tokenCount: number

  @Column({ name: 'metadata_json', type: 'text', nullable: true, transformer: jsonCodec })
  metadataJson: JsonValue

  /** The settings of the model call that made the commit. */
  @Column({ name: 'generation_config_json', type: 'text', nullable: true, transformer: jsonCodec })
  generationConfigJson: JsonValue

  @Column({ name: 'created_at', type: 'text', transformer: timestampCodec })
  createdAt: Timestamp
}
