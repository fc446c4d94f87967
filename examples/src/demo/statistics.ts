import type { Store } from '@tract/repositories'
import type { CommitRow } from '@tract/schema'
import { originOf } from './origin.js'

/** What a file says of one conversation. */
export interface Statistics {
  readonly tractId: string
  readonly messages: number
  readonly commits: number
  readonly compressions: number
  /** Tokens of all commits that compressions replaced, and of the summaries they were replaced by. */
  readonly tokensBefore: number
  readonly tokensAfter: number
  /** The size of the context at each call of the model, in their order. */
  readonly turns: readonly Turn[]
}

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

/** Reads it all back through the repositories: the report shows what is in the file, not what the program remembers. */
export async function readStatistics(store: Store, tractId: string): Promise<Statistics> {
  const commits = await store.commits.getAll(tractId)
  const records = await store.compileRecords.getAll(tractId)
  const ids = await store.operationEvents.getAllIds(tractId)
  const events = await Promise.all(ids.map((id) => store.operationEvents.getEvent(id)))
  const history = wholeHistory(commits)

  const compressedAt = events.flatMap((event) => (event === null ? [] : [event.createdAt]))
  const turns = records.map((record, index): Turn => {
    const previous = records[index - 1]?.createdAt ?? ''
    return {
      recordId: record.recordId,
      sent: record.tokenCount,
      whole: history.tokensBefore(record.createdAt),
      compressed: compressedAt.some((time) => time > previous && time < record.createdAt),
    }
  })
  return {
    tractId,
    messages: history.messages,
    commits: commits.length,
    compressions: events.length,
    tokensBefore: events.reduce((sum, event) => sum + (event?.originalTokens ?? 0), 0),
    tokensAfter: events.reduce((sum, event) => sum + (event?.compressedTokens ?? 0), 0),
    turns,
  }
}

/** The messages as they were first recorded, without summaries and copies. */
function wholeHistory(commits: readonly CommitRow[]) {
  const numbers = new Set<number>()
  const originals: CommitRow[] = []
  for (const commit of commits) {
    const origin = originOf(commit)
    if (origin?.kind !== 'message' || origin.copiedFrom !== null) continue
    numbers.add(origin.message)
    originals.push(commit)
  }
  return {
    messages: numbers.size,
    tokensBefore: (time: string) =>
      originals.reduce((sum, commit) => sum + (commit.createdAt < time ? commit.tokenCount : 0), 0),
  }
}
