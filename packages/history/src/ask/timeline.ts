import type { Repositories } from '@tract/repositories'
import type { CommitRow, CompileRecordRow, OperationEventRow, Timestamp } from '@tract/schema'
import { checkStore } from '../input.js'
import { byTime } from './origins.js'

/** A moment at which a context changed, was changed by an event, or was sent. */
export interface TimelinePoint {
  readonly at: Timestamp
  /** The size of the context then, in tokens; for a record, as it was counted at that call. */
  readonly tokens: number
  /** What happened: one of the three is not `null`. */
  readonly commit: CommitRow | null
  readonly event: OperationEventRow | null
  readonly record: CompileRecordRow | null
}

/**
 * The size of a tract's contexts over time, oldest first. A commit's size is that of the context which ends with it, as if
 * nothing were skipped, for what was skipped when is not kept; a record's is what was sent. Commits that an event wrote are
 * told by the event, with the size that it led to.
 */
export async function timeline(store: Repositories, tractId: string): Promise<readonly TimelinePoint[]> {
  checkStore(store)
  const commits = await store.commits.getAll(tractId)
  const events = await store.operationEvents.getAll(tractId)
  const records = await store.compileRecords.getAll(tractId)
  const links = await store.operationEvents.batchGetCommits(events.map(({ eventId }) => eventId))
  const sizes = sizesOf(commits)
  const made = new Set<string>()
  const points: TimelinePoint[] = []
  const ledTo = new Map<string, number>()
  for (const { eventId, paramsJson, compressedTokens } of events) {
    const results = (links.get(eventId) ?? []).filter(({ role }) => role === 'result')
    for (const { commitHash } of results) made.add(commitHash)
    const tokens = sizes.get(results.at(-1)?.commitHash ?? '') ?? compressedTokens
    ledTo.set(eventId, tokens)
    const cause = causeIn(paramsJson)
    if (cause !== null) ledTo.set(cause, tokens)
  }
  for (const event of events) {
    const tokens = ledTo.get(event.eventId) ?? event.compressedTokens
    points.push({ at: event.createdAt, tokens, event, commit: null, record: null })
  }
  for (const commit of commits) {
    if (made.has(commit.commitHash)) continue
    const tokens = sizes.get(commit.commitHash) ?? commit.tokenCount
    points.push({ at: commit.createdAt, tokens, commit, event: null, record: null })
  }
  for (const record of records) {
    points.push({ at: record.createdAt, tokens: record.tokenCount, record, commit: null, event: null })
  }
  return points.sort((left, right) => byTime({ createdAt: left.at }, { createdAt: right.at }))
}

/** The compression behind whose summary an event wrote the rest anew: only both together make a context. */
function causeIn(params: OperationEventRow['paramsJson']): string | null {
  if (typeof params !== 'object' || params === null || !('because_of' in params)) return null
  return typeof params.because_of === 'string' ? params.because_of : null
}

/** The size at each commit, from that of its parent; an edit exchanges the text of the commit it edits. */
function sizesOf(commits: readonly CommitRow[]): ReadonlyMap<string, number> {
  const byHash = new Map(commits.map((commit) => [commit.commitHash, commit]))
  const sizes = new Map<string, number>()
  for (const start of commits) {
    const open: CommitRow[] = []
    const met = new Set<CommitRow>()
    let commit: CommitRow | undefined = start
    while (commit !== undefined && !sizes.has(commit.commitHash) && !met.has(commit)) {
      met.add(commit)
      open.push(commit)
      commit = byHash.get(commit.parentHash ?? '')
    }
    for (const one of open.reverse()) {
      const before = sizes.get(one.parentHash ?? '') ?? 0
      sizes.set(one.commitHash, before + one.tokenCount - replacedBy(one))
    }
  }
  return sizes

  function replacedBy({ operation, responseTo, parentHash }: CommitRow): number {
    if (operation !== 'edit') return 0
    const met = new Set<CommitRow>()
    let at = byHash.get(parentHash ?? '')
    while (at !== undefined && !met.has(at)) {
      const isEarlierEdit = at.operation === 'edit' && at.responseTo === responseTo
      if (isEarlierEdit || at.commitHash === responseTo) return at.tokenCount
      met.add(at)
      at = byHash.get(at.parentHash ?? '')
    }
    return 0
  }
}
