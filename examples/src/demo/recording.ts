import type { Store } from '@tract/repositories'
import { readConversations } from './conversations.js'
import { Failure } from './failure.js'
import type { Options } from './options.js'
import type { Progress } from './progress.js'
import { recordConversation } from './recorder.js'
import { readTurns, type Turn } from './statistics.js'
import { countOf } from './text.js'

/** What recording a file came to. */
export interface Recording {
  /** The conversations, each once, in the order of the file. */
  readonly rows: readonly Row[]
  /** The conversation that was asked for, or else the longest. */
  readonly chosen: Row
  /** Messages that the database was given now, and that it held before. */
  readonly added: number
  readonly found: number
}

/** One conversation. */
export interface Row {
  /** Its id as its file has it. */
  readonly id: string
  readonly tractId: string
  readonly messages: number
  readonly turns: readonly Turn[]
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
  const rows = new Map<string, Row>()
  let added = 0
  let found = 0
  let position = 0
  const onMessage = () => {
    added += 1
    progress.update(position, rows.size, added)
  }
  try {
    for await (const { conversation, bytesRead } of readConversations(input)) {
      const store = await open()
      const recorded = await recordConversation(store, conversation, { budget, signal, onMessage })
      if (signal.aborted) throw new Failure('interrupted; run the same again to go on', 130)
      const { tractId } = recorded
      const { id, messages } = conversation
      found += recorded.found
      position = bytesRead
      // A conversation that stands in the file twice is one tract, and counts once.
      rows.set(tractId, { id, tractId, messages: messages.length, turns: await readTurns(store, tractId) })
    }
  } catch (error) {
    const held = found + added
    if (!(error instanceof Failure) || held === 0) throw error
    const kept = `; the ${countOf(held, 'message')} before it ${held === 1 ? 'is' : 'are'} in ${database.name}`
    throw new Failure(error.message + kept, error.exitCode, { cause: error })
  }
  const all = [...rows.values()]
  const chosen = wanted === undefined ? longestFirst(all)[0] : all.find(({ id }) => id === wanted)
  if (chosen === undefined) {
    throw new Failure(`--conversation: there is no ${JSON.stringify(wanted)} in ${input.name}`)
  }
  return { rows: all, chosen, added, found }
}

export function longestFirst(rows: readonly Row[]): readonly Row[] {
  return rows.toSorted((one, other) => other.messages - one.messages)
}
