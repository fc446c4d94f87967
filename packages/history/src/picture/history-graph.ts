import type { Repositories } from '@tract/repositories'
import type { CommitRow, OperationEventRow } from '@tract/schema'
import { groupBy } from '../group.js'
import { isConsequence } from './consequence.js'
import { type Graph, GraphBuilder } from './graph.js'
import { shortHash, textsOf } from './label.js'

/**
 * How a tract's history is drawn: commits from parent to child, the events between them and the refs on them. Commits that
 * follow each other without anything happening, and went into the same events, are one box where they are many.
 */
export async function historyGraph(store: Repositories, tractId: string, fold: number): Promise<Graph> {
  const commits = await store.commits.getAll(tractId)
  const hashes = commits.map(({ commitHash }) => commitHash)
  const refs = await store.refs.getAll(tractId)
  const events = (await store.operationEvents.getAll(tractId)).filter((event) => !isConsequence(event))
  const links = await store.operationEvents.batchGetCommits(events.map(({ eventId }) => eventId))
  const merges = await store.commitParents.getMany(hashes)
  const refsOn = groupBy(refs, ({ commitHash }) => commitHash)
  const linksOf = groupBy([...links.values()].flat(), ({ commitHash }) => commitHash)
  const merged = new Set([...merges.values()].flat().flatMap(({ parentHash }) => parentHash))
  const signs = new Map(
    hashes.map((hash) => [
      hash,
      (linksOf.get(hash) ?? [])
        .map(({ eventId, role }) => `${eventId} ${role}`)
        .sort()
        .join(),
    ]),
  )
  const runs = runsOf(commits, (parent, child) => {
    const isPlain =
      !refsOn.has(parent.commitHash) && !merged.has(parent.commitHash) && !merges.has(child.commitHash)
    return isPlain && signs.get(parent.commitHash) === signs.get(child.commitHash)
  })
  const shown = runs.flatMap((run) => (run.length > fold ? [...run.slice(0, 1), ...run.slice(-1)] : run))
  const texts = await textsOf(store, shown)
  const builder = new GraphBuilder()
  const boxes = new Map<string, string>()
  for (const run of runs) drawRun(run)
  for (const { commitHash, parentHash } of commits) {
    const parents = merges.get(commitHash)?.map((link) => link.parentHash) ?? [parentHash]
    for (const parent of parents) drawEdge(parent, commitHash)
  }
  for (const event of events) drawEvent(event)
  for (const { refName, commitHash, symbolicTarget } of refs) {
    builder.node({ id: `ref ${refName}`, label: [refName.replace('refs/heads/', '')], shape: 'ref' })
    const to = commitHash === null ? `ref ${symbolicTarget}` : boxes.get(commitHash)
    const isThere = commitHash !== null || refs.some((ref) => ref.refName === symbolicTarget)
    if (to !== undefined && isThere) builder.edge({ from: `ref ${refName}`, to, kind: 'ref' })
  }
  return builder.graph()

  function drawRun(run: readonly CommitRow[]): void {
    const [first, last] = [run[0], run.at(-1)]
    if (first === undefined || last === undefined) return
    const text = ({ commitHash }: CommitRow) => texts.get(commitHash) ?? 'gone'
    for (const commit of run)
      boxes.set(commit.commitHash, run.length > fold ? first.commitHash : commit.commitHash)
    if (run.length > fold) {
      const ends = `${shortHash(first.commitHash)} … ${shortHash(last.commitHash)}`
      const label = [`${run.length} commits`, ends, text(first), '…', text(last)]
      builder.node({ id: first.commitHash, label, shape: 'many' })
      return
    }
    for (const commit of run) {
      const mark = commit.operation === 'edit' ? `edit of ${shortHash(commit.responseTo ?? '')}` : ''
      const label = [`${shortHash(commit.commitHash)} ${mark}`, text(commit)]
      builder.node({ id: commit.commitHash, label, shape: 'commit' })
    }
  }

  function drawEdge(parent: string | null, child: string): void {
    const [from, to] = [boxes.get(parent ?? ''), boxes.get(child)]
    if (from !== undefined && to !== undefined) builder.edge({ from, to, kind: 'way' })
  }

  function drawEvent({ eventId, eventType, originalTokens, compressedTokens }: OperationEventRow): void {
    const label = [eventType, `${originalTokens} → ${compressedTokens} tokens`]
    builder.node({ id: eventId, label, shape: 'event' })
    for (const { commitHash, role } of links.get(eventId) ?? []) {
      const box = boxes.get(commitHash) ?? elsewhere(commitHash)
      const [from, to] = role === 'source' ? [box, eventId] : [eventId, box]
      builder.edge({ from, to, kind: 'part' })
    }
  }

  function elsewhere(hash: string): string {
    builder.node({ id: hash, label: [shortHash(hash), 'of another tract'], shape: 'commit' })
    return hash
  }
}

/** Commits that follow each other in single file, oldest first. */
function runsOf(
  commits: readonly CommitRow[],
  belongTogether: (parent: CommitRow, child: CommitRow) => boolean,
): readonly (readonly CommitRow[])[] {
  const byHash = new Map(commits.map((commit) => [commit.commitHash, commit]))
  const children = groupBy(commits, ({ parentHash }) => parentHash)
  const follows = (commit: CommitRow) => {
    const parent = byHash.get(commit.parentHash ?? '')
    const isOnly = children.get(commit.parentHash)?.length === 1
    return parent !== undefined && isOnly && belongTogether(parent, commit)
  }
  return commits.flatMap((start) => {
    if (follows(start)) return []
    const run = [start]
    for (let end = start; ; ) {
      const [next] = children.get(end.commitHash) ?? []
      if (next === undefined || !follows(next)) return [run]
      run.push(next)
      end = next
    }
  })
}
