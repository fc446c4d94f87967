import type { Repositories } from '@tract/repositories'
import type { CommitRow, CompileRecordRow, JsonValue } from '@tract/schema'
import { type ContextEntry, digestOf, messagesOf, readEntries } from './context.js'
import { originOf } from './origin.js'

/** What a model was shown at one call, rebuilt from the file. */
export interface Seen {
  readonly record: CompileRecordRow
  readonly entries: readonly ContextEntry[]
  /** Whether the rebuilt messages have the digest that was recorded when they were sent. */
  readonly proven: boolean
}

/** Answers "what did the model see?" for a compile record. */
export async function whatWasSeen(repositories: Repositories, recordId: string): Promise<Seen> {
  const record = await repositories.compileRecords.getRecord(recordId)
  if (record === null) throw new Error(`compile record ${recordId} is gone`)
  const effectives = await repositories.compileRecords.getEffectives(recordId)
  const commits = await repositories.commits.getMany(effectives.map(({ commitHash }) => commitHash))
  const entries = await readEntries(repositories, [...commits.values()])
  return { record, entries, proven: digestOf(messagesOf(entries)) === recordedDigest(record.paramsJson) }
}

/** The messages behind a summary. */
export interface Replaced {
  /** As they were first recorded, oldest first. */
  readonly messages: readonly ContextEntry[]
  /** How many summaries stood in between: a summary of a summary replaces the messages of both. */
  readonly throughSummaries: number
}

/** Answers "which messages does this summary replace?", back through every earlier summary. */
export async function whatIsReplaced(repositories: Repositories, summary: CommitRow): Promise<Replaced> {
  const found: CommitRow[] = []
  let throughSummaries = 0
  const open = [summary]
  for (let commit = open.pop(); commit !== undefined; commit = open.pop()) {
    const origin = originOf(commit)
    if (origin?.kind === 'summary') {
      if (commit !== summary) throughSummaries += 1
      const links = await repositories.operationEvents.getCommits(origin.eventId, 'source')
      const sources = await repositories.commits.getMany(links.map((link) => link.commitHash))
      open.push(...sources.values())
    } else if (origin?.kind === 'message' && origin.copiedFrom !== null) {
      const original = await repositories.commits.get(origin.copiedFrom)
      if (original !== null) open.push(original)
    } else found.push(commit)
  }
  found.sort((one, other) => (one.createdAt < other.createdAt ? -1 : 1))
  return { messages: await readEntries(repositories, found), throughSummaries }
}

function recordedDigest(params: JsonValue): JsonValue {
  return typeof params === 'object' && params !== null && 'context_digest' in params
    ? params.context_digest
    : null
}
