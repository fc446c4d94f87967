import type { TableContent } from '../harness/table.js'
import type { Options } from '../options.js'

/** A question that is not one operation side by side: what comes out is a table of its own. */
export interface Study {
  /** As `--only` takes it. */
  readonly name: string
  readonly title: string
  run(options: Options, progress: (text: string) => void): Promise<Finding>
}

export interface Finding extends TableContent {
  /** What a reader must know to read the table. */
  readonly note?: string
  /** The numbers behind the table, for `--json`. */
  readonly data: unknown
}
