import { createHash } from 'node:crypto'
import type { StoredRow, StoredTable } from '@tract/repositories'
import { canonicalJson, type JsonValue, SCHEMA_VERSION } from '@tract/schema'
import {
  type BundleEnd,
  type BundleHeader,
  type BundleLoss,
  type BundleRow,
  FORMAT,
  FORMAT_VERSION,
  TABLES,
} from './format.js'
import type { LostRow } from './lost-row.js'

/** What {@link exportBundle} has written. */
export interface ExportedBundle {
  /** Rows by table. */
  readonly rows: Readonly<Record<string, number>>
  /** What a salvage could not read, or not prove to be right; empty otherwise. */
  readonly lost: readonly LostRow[]
}

/** Makes the lines of a bundle, and counts and digests them. */
export class BundleWriter {
  readonly #digest = createHash('sha256')
  readonly #rows: Record<string, number> = {}
  readonly #lost: LostRow[] = []
  readonly #isSalvage: boolean

  constructor(isSalvage: boolean) {
    this.#isSalvage = isSalvage
  }

  /** The first line. */
  header(tracts: readonly string[]): string {
    const versions = { version: FORMAT_VERSION, schema_version: SCHEMA_VERSION } as const
    const header: BundleHeader = { format: FORMAT, ...versions, tracts }
    return this.#line(this.#isSalvage ? { ...header, salvaged: true } : { ...header })
  }

  /** The line of a row, without what is of one database only. */
  row(table: StoredTable, row: StoredRow): string {
    this.#rows[table] = (this.#rows[table] ?? 0) + 1
    const travelling = TABLES[table].columns.map((column) => [column, row[column] ?? null] as const)
    return this.#line({ table, row: Object.fromEntries(travelling) } satisfies BundleRow)
  }

  /** The line of something that was lost. */
  lost(lost: LostRow): string {
    this.#lost.push(lost)
    return this.#line({ lost: { ...lost } } satisfies BundleLoss)
  }

  /** The last line. */
  end(): string {
    const end: BundleEnd = { rows: this.#rows, digest: this.#digest.digest('hex') }
    return `${canonicalJson(this.#isSalvage ? { ...end, lost: this.#lost.length } : { ...end })}\n`
  }

  get written(): ExportedBundle {
    return { rows: this.#rows, lost: this.#lost }
  }

  #line(value: JsonValue): string {
    const text = `${canonicalJson(value)}\n`
    this.#digest.update(text)
    return text
  }
}
