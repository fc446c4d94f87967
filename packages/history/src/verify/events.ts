import type { Repositories } from '@tract/repositories'
import {
  type CommitRow,
  type OperationCommitRow,
  type OperationEventRow,
  OperationEventType,
} from '@tract/schema'
import { groupBy } from '../group.js'
import type { Report } from './finding.js'
import type { Step } from './pace.js'
import { chunksOf, readAll, readable } from './reading.js'

/** Checks a tract's operation events: that they have both sides, and that commits and token counts fit. */
export async function checkEvents(
  store: Repositories,
  tractId: string,
  isSampled: (id: string) => boolean,
  report: Report,
  step: Step,
): Promise<number> {
  const ids = (await store.operationEvents.getAllIds(tractId)).filter(isSampled)
  let done = 0
  for (const some of chunksOf(ids)) {
    await step('events', done)
    const events = await readAll(
      some,
      (keys) => store.operationEvents.getMany(keys),
      (key) => store.operationEvents.getEvent(key),
      report,
    )
    const links =
      (await readable(() => store.operationEvents.batchGetCommits(some), 'operation_commits', report)) ??
      new Map()
    for (const event of events.values())
      await checkEvent(store, event, links.get(event.eventId) ?? [], report)
    done += some.length
  }
  return ids.length
}

async function checkEvent(
  store: Repositories,
  event: OperationEventRow,
  links: readonly OperationCommitRow[],
  report: Report,
): Promise<void> {
  const { eventId, eventType, originalTokens, compressedTokens } = event
  const name = `${eventType} event ${eventId}`
  const roles = groupBy(links, ({ role }) => role)
  const [sources, results] = [roles.get('source') ?? [], roles.get('result') ?? []]
  if (!Object.hasOwn(OperationEventType, eventType)) {
    report('unknown_type', eventId, `event ${eventId} is of the unknown type ${eventType}`)
  }
  if (sources.length === 0) report('event_without_sources', eventId, `${name} has no sources`)
  if (results.length === 0) report('event_without_results', eventId, `${name} has no results`)
  const hashes = [...new Set(links.map(({ commitHash }) => commitHash))]
  const commits = await readable(
    () => store.commits.getMany(hashes),
    eventId,
    () => undefined,
  )
  if (commits === undefined) return
  for (const hash of hashes) {
    if (!commits.has(hash)) report('missing_commit', hash, `commit ${hash} is gone (${name})`)
  }
  if (commits.size < hashes.length) return
  const edits = await editsOf(
    store,
    sources.map(({ commitHash }) => commitHash),
  )
  const before = rangeOf(sources, commits, edits)
  const after = rangeOf(results, commits, new Map())
  if (sources.length > 0 && (originalTokens < before.least || originalTokens > before.most)) {
    const expected = before.least === before.most ? before.most : `${before.least} to ${before.most}`
    report(
      'event_tokens',
      eventId,
      `${name} notes ${originalTokens} tokens of its sources, which have ${expected}`,
    )
  }
  if (results.length > 0 && compressedTokens !== after.most) {
    report(
      'event_tokens',
      eventId,
      `${name} notes ${compressedTokens} tokens of its results, which have ${after.most}`,
    )
  }
}

async function editsOf(
  store: Repositories,
  hashes: readonly string[],
): Promise<ReadonlyMap<string | null, readonly CommitRow[]>> {
  const responses = await readable(
    () => store.commits.getResponses(hashes),
    '',
    () => undefined,
  )
  const edits = (responses ?? []).filter(({ operation }) => operation === 'edit')
  return groupBy(edits, ({ responseTo }) => responseTo)
}

/** A source counts by the text it had, which is its own or an edit's. */
function rangeOf(
  links: readonly OperationCommitRow[],
  commits: ReadonlyMap<string, CommitRow>,
  edits: ReadonlyMap<string | null, readonly CommitRow[]>,
): { readonly least: number; readonly most: number } {
  let least = 0
  let most = 0
  for (const { commitHash } of links) {
    const texts = [commits.get(commitHash), ...(edits.get(commitHash) ?? [])]
    const counts = texts.map((commit) => commit?.tokenCount ?? 0)
    least += Math.min(...counts)
    most += Math.max(...counts)
  }
  return { least, most }
}
