import { timeline } from '@tract/history'
import type { Store } from '@tract/repositories'

/** One call of the model. */
export interface Turn {
  readonly recordId: string
  /** Tokens as they were sent. */
  readonly sent: number
  /** Tokens that the whole history up to here would have been. */
  readonly whole: number
  /** Whether the history was compressed right before. */
  readonly compressed: boolean
}

/** The calls of the model in a tract, in their order: what is in the file, not what the program remembers. */
export async function readTurns(store: Store, tractId: string): Promise<readonly Turn[]> {
  const turns: Turn[] = []
  let whole = 0
  let compressed = false
  for (const { commit, event, record } of await timeline(store, tractId)) {
    whole += commit?.tokenCount ?? 0
    compressed ||= event?.eventType === 'compress'
    if (record === null) continue
    turns.push({ recordId: record.recordId, sent: record.tokenCount, whole, compressed })
    compressed = false
  }
  return turns
}
