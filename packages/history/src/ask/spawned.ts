import type { Repositories } from '@tract/repositories'
import type { CommitRow, SpawnPointerRow } from '@tract/schema'
import { readEffective } from '../context.js'
import { groupBy } from '../group.js'
import type { Step } from './steps.js'

/** The steps by which commits of spawned tracts come from the tracts that started them. */
export async function inheritedFrom(
  store: Repositories,
  commits: ReadonlyMap<string, CommitRow>,
): Promise<readonly Step[]> {
  const tracts = new Set([...commits.values()].map(({ tractId }) => tractId))
  const pointers = await store.spawnPointers.batchGetByChild([...tracts])
  const steps: Step[] = []
  for (const pointer of pointers.values()) {
    steps.push(...(await inheritance(store, pointer)).filter(({ result }) => commits.has(result)))
  }
  return steps
}

/** The commits with which spawned tracts began, each a copy or a summary of what their parents had. */
export async function beginningsOf(
  store: Repositories,
  childTractIds: readonly string[],
): Promise<ReadonlySet<string>> {
  const begun = new Set<string>()
  for (const pointer of (await store.spawnPointers.batchGetByChild(childTractIds)).values()) {
    for (const { result } of await inheritance(store, pointer)) begun.add(result)
  }
  return begun
}

/** The steps by which spawned tracts took commits over. */
export async function inheritedBy(
  store: Repositories,
  commits: ReadonlyMap<string, CommitRow>,
): Promise<readonly Step[]> {
  const steps: Step[] = []
  for (const [tractId, ours] of groupBy(commits.values(), (commit) => commit.tractId)) {
    const hashes = ours.map(({ commitHash }) => commitHash)
    for (const pointer of await store.spawnPointers.getChildren(tractId)) {
      if (pointer.parentCommitHash === null) continue
      const onChain = await store.commits.getOnChain(pointer.parentCommitHash, hashes)
      if (onChain.size === 0) continue
      steps.push(...(await inheritance(store, pointer)).filter(({ source }) => onChain.has(source)))
    }
  }
  return steps
}

/**
 * What a child took over: a snapshot makes its first commit of the parent's whole context; a clone or a selection begins
 * with the parent's commits themselves, which are told by their payloads.
 */
async function inheritance(store: Repositories, pointer: SpawnPointerRow): Promise<readonly Step[]> {
  const { parentCommitHash, childTractId, inheritanceMode } = pointer
  if (parentCommitHash === null) return []
  const chain = (await store.commits.getAncestors(parentCommitHash)).toReversed()
  const isSnapshot = inheritanceMode === 'head_snapshot'
  const begun = await beginningOf(store, childTractId, isSnapshot ? 1 : chain.length)
  const step = (source: CommitRow, result: CommitRow): Step => ({
    ...{ source: source.commitHash, result: result.commitHash },
    ...{ eventId: null, spawn: pointer },
  })
  const [first] = begun
  if (isSnapshot) {
    if (first === undefined) return []
    return (await readEffective(store, chain)).shown.map((source) => step(source, first))
  }
  const steps: Step[] = []
  let position = 0
  for (const commit of begun) {
    while (position < chain.length && chain[position]?.contentHash !== commit.contentHash) position++
    const source = chain[position++]
    if (source === undefined) break
    steps.push(step(source, commit))
  }
  return steps
}

/** The first commits of a tract, each behind the other. */
async function beginningOf(
  store: Repositories,
  tractId: string,
  length: number,
): Promise<readonly CommitRow[]> {
  const hashes = await store.commits.getHashes(tractId, { limit: Math.max(length, 1) })
  const commits = await store.commits.getMany(hashes)
  const beginning: CommitRow[] = []
  for (const commit of commits.values()) {
    if (commit.parentHash !== (beginning.at(-1)?.commitHash ?? null)) break
    beginning.push(commit)
  }
  return beginning
}
