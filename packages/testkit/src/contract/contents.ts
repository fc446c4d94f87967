import type { Repositories } from '@tract/repositories'

/** What {@link contentsOf} looks at: there is no method that lists tracts, blobs or proposals. */
export interface Scope {
  readonly tractIds: readonly string[]
  readonly contentHashes?: readonly string[]
  readonly refNames?: readonly string[]
  readonly proposalIds?: readonly string[]
}

const MANY = 1_000_000

/** Everything that a store tells of some tracts, in plain values, for comparing before with after. */
export async function contentsOf(store: Repositories, scope: Scope) {
  const { tractIds, contentHashes = [], refNames = ['HEAD'], proposalIds = [] } = scope
  const proposals = []
  for (const proposalId of proposalIds) proposals.push(await store.policies.getProposal(proposalId))
  const tracts = []
  for (const tractId of tractIds) tracts.push(await tractOf(store, tractId, refNames))
  return { tracts, blobs: [...(await store.blobs.getMany(contentHashes)).values()], proposals }
}

async function tractOf(store: Repositories, tractId: string, refNames: readonly string[]) {
  const commits = await store.commits.getAll(tractId)
  const perCommit = []
  for (const { commitHash } of commits) {
    const parents = await store.commitParents.getParents(commitHash)
    const annotations = await store.annotations.getHistory(commitHash)
    perCommit.push({
      commitHash,
      parents,
      annotations,
      isSource: await store.operationEvents.isSourceOf(commitHash),
    })
  }
  const events = []
  for (const eventId of await store.operationEvents.getAllIds(tractId)) {
    const event = await store.operationEvents.getEvent(eventId)
    events.push({ event, links: await store.operationEvents.getCommits(eventId) })
  }
  const records = []
  for (const record of await store.compileRecords.getAll(tractId)) {
    records.push({ record, links: await store.compileRecords.getEffectives(record.recordId) })
  }
  const refs = []
  const branches = await store.refs.listBranches(tractId)
  for (const refName of new Set([...refNames, ...branches.map((name) => `refs/heads/${name}`)])) {
    const commitHash = await store.refs.getRef(tractId, refName)
    refs.push({ refName, commitHash, target: await store.refs.getSymbolicRef(tractId, refName) })
  }
  const spawnPointers = await store.spawnPointers.getAll(tractId)
  const log = await store.policies.getLog(tractId, { limit: MANY })
  return { tractId, commits, perCommit, events, records, branches, refs, spawnPointers, log }
}
