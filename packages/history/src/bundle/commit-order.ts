import type { Repositories, StoredRow } from '@tract/repositories'
import { groupBy } from '../group.js'
import { REFERENCES } from './format.js'
import { Hashes } from './hashes.js'

/** How many commits of a chain are read at once. */
const STRETCH = 1000
/** So few commits below others are taken to be ends of chains. */
const FEW = 3

/** Some commits, each behind what it stands on, and the links of merges among them. */
export interface CommitBatch {
  readonly commits: readonly StoredRow[]
  readonly links: readonly StoredRow[]
}

/** Brings commits into an order in which each stands behind what it stands on, a thousand at a time. */
export class CommitOrder {
  readonly #store: Repositories
  readonly #begun = new Hashes()

  constructor(store: Repositories) {
    this.#store = store
  }

  /** Those of the commits that have not come before, and before them what they stand on, wherever it is. */
  async *behind(hashes: readonly string[]): AsyncGenerator<CommitBatch, void, undefined> {
    const stack = [{ hashes: this.#fresh(hashes), isBelowThere: false }]
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const batch = await this.#read(top.hashes)
      const below = top.isBelowThere ? [] : this.#fresh(await this.#widened(this.#below(batch)))
      top.isBelowThere = true
      if (below.length > 0) {
        stack.push({ hashes: below, isBelowThere: false })
        continue
      }
      stack.pop()
      if (batch.commits.length > 0) yield { ...batch, commits: inOrder(top.hashes, batch) }
    }
  }

  #fresh(hashes: readonly string[]): readonly string[] {
    return hashes.filter((hash) => this.#begun.add(hash))
  }

  async #read(hashes: readonly string[]): Promise<CommitBatch> {
    const { storedRows } = this.#store
    const commits = await storedRows.read('commits', 'commit_hash', hashes)
    return { commits, links: await storedRows.read('commit_parents', 'commit_hash', hashes) }
  }

  #below(batch: CommitBatch): readonly string[] {
    return [...belowEach(batch).values()].flat().filter((hash) => !this.#begun.has(hash))
  }

  /** A chain that leads out of a tract is followed a stretch at once, not a commit a round. */
  async #widened(below: readonly string[]): Promise<readonly string[]> {
    if (below.length > FEW) return below
    const chains: string[] = [...below]
    for (const hash of below) {
      const ancestors = await this.#store.commits.getAncestors(hash, { limit: STRETCH })
      for (const { commitHash } of ancestors) chains.push(commitHash)
    }
    return chains
  }
}

function belowEach({ commits, links }: CommitBatch): ReadonlyMap<string, readonly string[]> {
  const others = groupBy(links, ({ commit_hash }) => commit_hash)
  const columns = Object.entries(REFERENCES.commits ?? {}).flatMap(([name, table]) =>
    table === 'commits' ? name : [],
  )
  return new Map(
    commits.map((commit) => {
      const named = columns.map((column) => commit[column] ?? null)
      const parents = (others.get(commit.commit_hash ?? null) ?? []).map((link) => link.parent_hash ?? null)
      return [String(commit.commit_hash), [...named, ...parents].filter((hash) => hash !== null).map(String)]
    }),
  )
}

/** Each after what it stands on; a circle, which only damage makes, is cut where it is met. */
function inOrder(hashes: readonly string[], batch: CommitBatch): readonly StoredRow[] {
  const rows = new Map(batch.commits.map((row) => [String(row.commit_hash), row]))
  const below = belowEach(batch)
  const sorted: StoredRow[] = []
  const begun = new Set<string>()
  const done = new Set<string>()
  for (const start of hashes) {
    const stack = [start]
    for (let hash = stack.at(-1); hash !== undefined; hash = stack.at(-1)) {
      if (begun.has(hash)) {
        stack.pop()
        const row = rows.get(hash)
        if (row !== undefined && !done.has(hash)) sorted.push(row)
        done.add(hash)
        continue
      }
      begun.add(hash)
      for (const one of below.get(hash) ?? []) if (!begun.has(one) && rows.has(one)) stack.push(one)
    }
  }
  return sorted
}
