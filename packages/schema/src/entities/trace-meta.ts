import { Column, Entity, PrimaryColumn } from 'typeorm'

/** A fact about the file itself; `schema_version` holds the version of its format as decimal text. */
@Entity('_trace_meta')
export class TraceMetaRow {
  @PrimaryColumn({ name: 'key', type: 'varchar', length: 255 })
  key: string

  @Column({ name: 'value', type: 'text' })
  value: string
}
