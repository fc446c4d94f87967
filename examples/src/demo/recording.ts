import type { Store } from '@tract/repositories'
import { readConversations } from './conversations.js'
import { Failure } from './failure.js'
import type { Options } from './options.js'
import type { Progress } from './progress.js'
import { Recorder } from './recorder.js'
import { readStatistics } from './statistics.js'
import { type Row, Tally } from './tally.js'
import { countOf } from './text.js'

/** What recording a file came to. */
export interface Recording {
  readonly tally: Tally
  /** The conversation that was asked for, or else the longest. */
  readonly chosen: Row
  /** Messages that the database was given now, and that it held before. */
  readonly added: number
  readonly found: number
}

/**
 * Records all conversations of a file, one in memory at a time.
 *
 * @param open opens the store; called when the first conversation has been read, so that a file that holds none leaves
 * nothing behind
 * @param signal ends the recording between two messages
 * @throws {@link Failure} for a bad line and for an interruption, saying what is recorded nevertheless
 */
export async function recordFile(
  { input, database, budget, conversation: wanted }: Options,
  open: () => Promise<Store>,
  progress: Progress,
  signal: AbortSignal,
): Promise<Recording> {
  const tally = new Tally()
  const seen = new Set<string>()
  let chosen: Row | undefined
  let added = 0
  let found = 0
  let position = 0
  try {
    for await (const { conversation, bytesRead } of readConversations(input)) {
      const store = await open()
      const recorder = new Recorder(store, budget, signal, () => {
        added += 1
        progress.update(position, tally.conversations, added)
      })
      const recorded = await recorder.record(conversation)
      if (signal.aborted) throw new Failure('interrupted; run the same again to go on', 130)
      found += recorded.found
      position = bytesRead
      // A conversation that stands in the file twice is one tract, and counts once.
      if (seen.has(recorded.tractId)) continue
      seen.add(recorded.tractId)
      const row = { id: conversation.id, ...(await readStatistics(store, recorded.tractId)) }
      tally.add(row)
      if (conversation.id === wanted) chosen = row
    }
  } catch (error) {
    const held = found + added
    if (!(error instanceof Failure) || held === 0) throw error
    const kept = `; the ${countOf(held, 'message')} before it ${held === 1 ? 'is' : 'are'} in ${database.name}`
    throw new Failure(error.message + kept, error.exitCode, { cause: error })
  }
  chosen ??= wanted === undefined ? tally.longest : undefined
  if (chosen === undefined)
    throw new Failure(`--conversation: there is no ${JSON.stringify(wanted)} in ${input.name}`)
  return { tally, chosen, added, found }
}
