import { Column, Entity, PrimaryColumn } from 'typeorm'
import { timestampCodec } from '../codec.js'
import type { Timestamp } from '../timestamp.js'

/** A payload, stored once under the hash of its content. */
@Entity('blobs')
export class BlobRow {
  @PrimaryColumn({ name: 'content_hash', type: 'varchar', length: 64 })
  contentHash: string

  /** The payload's JSON text as it was written; its number texts are part of the hash. */
  @Column({ name: 'payload_json', type: 'text' })
  payloadJson: string

  /** Bytes of `payloadJson` in UTF-8. */
  @Column({ name: 'byte_size', type: 'integer' })
  byteSize: number

  @Column({ name: 'token_count', type: 'integer' })
  tokenCount: number

  @Column({ name: 'created_at', type: 'text', transformer: timestampCodec })
  createdAt: Timestamp
}
