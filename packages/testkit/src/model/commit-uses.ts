import type { CommitUse } from '@tract/repositories'
import { compareText } from './rules.js'
import type { ModelState } from './state.js'

/** Every row of a state that names one of these commits. */
export function usesIn(state: ModelState, commitHashes: ReadonlySet<string>): CommitUse[] {
  const uses = new Map<string, CommitUse>()
  const add = (by: CommitUse['by'], commitHash: string | null, id: string, tractId: string | undefined) => {
    if (commitHash === null || tractId === undefined || !commitHashes.has(commitHash)) return
    uses.set(JSON.stringify([commitHash, by, id, tractId]), { commitHash, by, id, tractId })
  }
  const tractOf = (hash: string) => state.commits.find(({ commitHash }) => commitHash === hash)?.tractId
  for (const { commitHash, parentHash, responseTo, tractId } of state.commits) {
    add('child', parentHash, commitHash, tractId)
    add('response', responseTo, commitHash, tractId)
  }
  for (const link of state.commitParents)
    add('merge', link.parentHash, link.commitHash, tractOf(link.commitHash))
  for (const ref of state.refs) add('ref', ref.commitHash, ref.refName, ref.tractId)
  for (const link of state.operationCommits) {
    const event = state.operationEvents.find(({ eventId }) => eventId === link.eventId)
    add('event', link.commitHash, link.eventId, event?.tractId)
  }
  for (const link of state.compileEffectives) {
    const record = state.compileRecords.find(({ recordId }) => recordId === link.recordId)
    add('effective', link.commitHash, link.recordId, record?.tractId)
  }
  for (const { headHash, recordId, tractId } of state.compileRecords) add('head', headHash, recordId, tractId)
  for (const { parentCommitHash, id, childTractId } of state.spawnPointers)
    add('spawn', parentCommitHash, String(id), childTractId)
  const fields = ['commitHash', 'by', 'id', 'tractId'] as const
  return [...uses.values()].sort((left, right) => {
    const field = fields.find((name) => left[name] !== right[name])
    return field === undefined ? 0 : compareText(left[field], right[field])
  })
}
