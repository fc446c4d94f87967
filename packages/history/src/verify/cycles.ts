import type { Repositories } from '@tract/repositories'
import type { Report } from './finding.js'
import { readable } from './reading.js'

/** How many commits of a chain are read at once. */
const STRETCH = 1000

/**
 * Looks for chains of parents that come back to where they began. A hash covers the parent's, so one of the commits in a
 * circle is not what its hash names, and it is enough to walk up from those.
 */
export async function checkCycles(
  store: Repositories,
  changed: readonly string[],
  report: Report,
): Promise<void> {
  const done = new Set<string>()
  for (const start of changed) {
    const way = new Set<string>()
    let hash: string | null = start
    while (hash !== null && !done.has(hash) && !way.has(hash)) hash = await walkOn(store, hash, way, done)
    if (hash !== null && way.has(hash)) {
      report('parent_cycle', hash, `commit ${hash} is its own ancestor, expected a chain that ends`)
    }
    for (const one of way) done.add(one)
  }
}

/** Walks a stretch of a chain, and returns the first hash that it did not take: one met before, or what comes next. */
async function walkOn(
  store: Repositories,
  start: string,
  way: Set<string>,
  done: ReadonlySet<string>,
): Promise<string | null> {
  const read = () => store.commits.getAncestors(start, { limit: STRETCH })
  const stretch = (await readable(read, start, () => undefined)) ?? []
  let next: string | null = null
  for (const { commitHash, parentHash } of stretch) {
    if (way.has(commitHash) || done.has(commitHash)) return commitHash
    way.add(commitHash)
    next = parentHash
  }
  return next
}
