import type { StoredRow, StoredTable } from '@tract/repositories'
import { type CommitRow, UnreadableValueError } from '@tract/schema'
import { DamagedBundleError } from '../errors.js'
import { groupBy } from '../group.js'
import { isPayloadOf } from '../payload.js'
import { hashFit } from '../verify/commit-hash.js'
import { commitOfStored } from './commit-of-stored.js'
import { REFERENCES, TABLES } from './format.js'
import { Hashes } from './hashes.js'
import type { ReadRow } from './read-bundle.js'

/** A row that others name and that is not there. */
export interface Gap {
  readonly table: StoredTable
  /** Its hash or id. */
  readonly key: string
}

/** Recomputes the hashes of what comes in. A merge waits for its parents, which stand behind it. */
export class RowCheck {
  readonly #waiting: { readonly commit: CommitRow; readonly line: number }[] = []
  readonly #parents: { readonly commit: string; readonly parent: string }[] = []

  /** The keys that others name, by table. */
  readonly #known = new Map<StoredTable, Hashes>()
  readonly #allowsGaps: boolean
  readonly #gaps = new Map<StoredTable, Set<string>>()

  /** @param allowsGaps whether rows may name what has not come, which is then told as {@link gaps} */
  constructor(allowsGaps: boolean) {
    this.#allowsGaps = allowsGaps
  }

  /** What rows name and has not come at all. */
  get gaps(): readonly Gap[] {
    return [...this.#gaps].flatMap(([table, keys]) =>
      [...keys].filter((key) => !this.#keysOf(table).has(key)).map((key) => ({ table, key })),
    )
  }

  /**
   * @throws {@link DamagedBundleError} where a payload or commit is not the one that its hash names, or a row names one that
   * has not come before
   */
  check({ table, row, line }: ReadRow): void {
    this.#checkReferences(table, row, line)
    const [key, ...others] = TABLES[table].key
    if (key !== undefined && others.length === 0) this.#keysOf(table).add(String(row[key]))
    if (table === 'blobs') checkBlob(row, line)
    else if (table === 'commits') {
      const commit = commitIn(row, line)
      if (hashFit(commit, []) === 'none') this.#waiting.push({ commit, line })
    } else if (table === 'commit_parents') {
      this.#parents.push({ commit: String(row.commit_hash), parent: String(row.parent_hash) })
    }
  }

  /** @throws as {@link check} does, for the merges */
  finish(): void {
    const parents = groupBy(this.#parents, ({ commit }) => commit)
    for (const { commit, line } of this.#waiting) {
      const links = (parents.get(commit.commitHash) ?? []).map(({ parent }) => parent)
      if (hashFit(commit, links) === 'none') {
        throw new DamagedBundleError(line, 'fields of another hash', `those of commit ${commit.commitHash}`)
      }
    }
  }

  #checkReferences(table: StoredTable, row: StoredRow, line: number): void {
    for (const [column, target] of Object.entries(REFERENCES[table] ?? {})) {
      const named = row[column] ?? null
      if (named === null || this.#keysOf(target).has(String(named))) continue
      if (!this.#allowsGaps) {
        const found = `${column} ${named}, which has not come before`
        throw new DamagedBundleError(line, found, `a row of ${target}, or gaps to be allowed`)
      }
      const keys = this.#gaps.get(target) ?? new Set()
      this.#gaps.set(target, keys.add(String(named)))
    }
  }

  #keysOf(table: StoredTable): Hashes {
    const known = this.#known.get(table) ?? new Hashes()
    this.#known.set(table, known)
    return known
  }
}

function checkBlob(row: StoredRow, line: number): void {
  const hash = String(row.content_hash)
  if (!isPayloadOf(hash, String(row.payload_json))) {
    throw new DamagedBundleError(line, 'another text', `the payload ${hash}`)
  }
}

function commitIn(row: StoredRow, line: number): CommitRow {
  try {
    const commit = commitOfStored(row)
    if (commit === null) throw new DamagedBundleError(line, 'no time', 'the time of a commit')
    return commit
  } catch (error) {
    if (!(error instanceof UnreadableValueError)) throw error
    throw new DamagedBundleError(line, error.found, error.expected, { cause: error })
  }
}
