import { InvalidInputError, type Repositories } from '@tract/repositories'
import type { CommitRow, JsonObject } from '@tract/schema'
import { readHashes, readOptions } from '../input.js'
import { completePayload } from '../payload.js'
import { commitOf } from '../resolve.js'
import { tokensOf } from './commit.js'
import { headOf, type Position } from './position.js'
import type { Settings } from './settings.js'
import { pinInstruction, writeCommit, writePayload } from './write-commit.js'

/** What a merge says of itself. */
export interface MergeOptions {
  readonly message?: string
  /** What the merge says in the context, where it counts as one message; a line that names what was merged unless given. */
  readonly payload?: JsonObject
  readonly metadata?: JsonObject | null
  /** The tokens of the payload; counted unless given. */
  readonly tokens?: number
}

const OPTIONS = ['message', 'payload', 'metadata', 'tokens'] as const

/** Puts a commit behind the head that has other commits as its parents too. */
export async function mergeAt(
  repositories: Repositories,
  position: Position,
  others: readonly string[],
  options: MergeOptions,
  settings: Settings,
): Promise<CommitRow> {
  const { tractId, branchName } = position
  const { payload: given, message, metadata = null, tokens } = readOptions('options', options, OPTIONS)
  const head = headOf(position)
  const extraParents = new Set<string>()
  const names = readHashes('others', others)
  for (const other of names) {
    extraParents.add(await tipOf(repositories, tractId, other))
  }
  extraParents.delete(head)
  if (extraParents.size === 0) {
    throw new InvalidInputError('others', names.length === 0 ? 'none' : 'the head alone', 'another commit')
  }
  const into = branchName ?? 'HEAD'
  const text = `Merged ${names.join(', ')} into ${into}`
  const payload = completePayload(given ?? { content_type: 'freeform', payload: { message: text } })
  const tokenCount = tokens ?? tokensOf(payload, settings)
  const commit = await writeCommit(repositories, {
    ...{ tractId, tokenCount, metadataJson: metadata },
    parent: await repositories.commits.get(head),
    contentHash: await writePayload(repositories, payload, tokenCount),
    contentType: String(payload.content_type),
    message: message ?? `Merge ${names.map((other) => `'${other}'`).join(', ')} into ${into}`,
    extraParents: [...extraParents],
  })
  await pinInstruction(repositories, commit)
  return commit
}

/** The commit that a branch, or a hash, stands for. */
export async function tipOf(
  repositories: Repositories,
  tractId: string,
  branchOrHash: string,
): Promise<string> {
  const tip = await repositories.refs.getBranch(tractId, branchOrHash)
  return tip ?? (await commitOf(repositories, branchOrHash, tractId)).commitHash
}
