import type { Repositories } from '@tract/repositories'
import type { CommitRow, JsonObject } from '@tract/schema'
import { commitOf } from '../resolve.js'
import { tokensOf } from './commit.js'
import { branchRef, headOf, type Position } from './position.js'
import type { Settings } from './settings.js'
import { writeCommit, writePayload } from './write-commit.js'

/** What a merge says of itself. */
export interface MergeOptions {
  readonly message?: string
  /** What the merge says in the context, where it counts as one message; a line that names what was merged unless given. */
  readonly payload?: JsonObject
  readonly metadata?: JsonObject | null
  /** The tokens of the payload; counted unless given. */
  readonly tokens?: number
}

/** Puts a commit behind the head that has other commits as its parents too. */
export async function mergeAt(
  repositories: Repositories,
  position: Position,
  others: readonly string[],
  options: MergeOptions,
  settings: Settings,
): Promise<CommitRow> {
  const { tractId, branchName } = position
  const into = branchName ?? 'HEAD'
  const parent = await repositories.commits.get(headOf(position))
  const merged = await Promise.all(others.map((other) => tipOf(repositories, tractId, other)))
  const text = `Merged ${others.join(', ')} into ${into}`
  const payload = options.payload ?? { content_type: 'freeform', payload: { message: text } }
  const tokenCount = options.tokens ?? tokensOf(payload, settings)
  return writeCommit(repositories, {
    ...{ tractId, parent, tokenCount, metadataJson: options.metadata ?? null },
    contentHash: await writePayload(repositories, payload, tokenCount),
    contentType: String(payload.content_type),
    message: options.message ?? `Merge ${others.map((other) => `'${other}'`).join(', ')} into ${into}`,
    extraParents: [...new Set(merged)].filter((hash) => hash !== parent?.commitHash),
  })
}

/** The commit that a branch, or a hash, stands for. */
export async function tipOf(
  repositories: Repositories,
  tractId: string,
  branchOrHash: string,
): Promise<string> {
  const tip =
    (await repositories.refs.getBranch(tractId, branchOrHash)) ??
    (await repositories.refs.getRef(tractId, branchRef(branchOrHash)))
  return tip ?? (await commitOf(repositories, branchOrHash, tractId)).commitHash
}
