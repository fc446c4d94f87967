import type { Repositories } from '@tract/repositories'
import type { CommitRow, JsonObject, Timestamp } from '@tract/schema'
import { payloadJson } from '@tract/schema'
import { EditOfEditError, OutsideChainError } from '../errors.js'
import { checkOptionalText, convert, readMoment, readOptions } from '../input.js'
import { completePayload, spokenOf } from '../payload.js'
import { commitOf } from '../resolve.js'
import { headOf, type Position } from './position.js'
import type { Settings } from './settings.js'
import { pinInstruction, writeCommit, writePayload } from './write-commit.js'

/** What a commit says of itself besides its payload. */
export interface CommitOptions {
  /** The type of the payload, where that does not name it. */
  readonly contentType?: string
  readonly message?: string | null
  readonly metadata?: JsonObject | null
  /** The settings of the model call that made the text. */
  readonly generationConfig?: JsonObject | null
  /** The commit whose text this payload replaces, by hash or prefix; one that is not itself an edit. */
  readonly editOf?: string
  /** The tokens of the text; counted unless given. */
  readonly tokens?: number
  /** The moment; the present one unless given. */
  readonly createdAt?: Timestamp | Date
}

const OPTIONS = [
  ...(['contentType', 'message', 'metadata', 'generationConfig'] as const),
  ...(['editOf', 'tokens', 'createdAt'] as const),
]

/** The tokens of what a payload says to a model. */
export function tokensOf(payload: JsonObject, { countTokens }: Settings): number {
  const text = convert('payload', () => payloadJson(payload))
  return countTokens(spokenOf(String(payload.content_type), text).text)
}

/** Puts one commit behind the head. */
export async function commitAt(
  repositories: Repositories,
  position: Position,
  given: JsonObject,
  options: CommitOptions,
  settings: Settings,
): Promise<CommitRow> {
  const { tractId, head } = position
  const { contentType, editOf, tokens, ...said } = readOptions('options', options, OPTIONS)
  const { message = null, metadata = null, generationConfig = null } = said
  checkOptionalText('options.contentType', contentType)
  const createdAt = readMoment('options.createdAt', said.createdAt)
  const payload = completePayload(given, contentType)
  const target = editOf === undefined ? null : await editable(repositories, position, editOf)
  const tokenCount = tokens ?? tokensOf(payload, settings)
  const contentHash = await writePayload(repositories, payload, tokenCount, createdAt)
  const commit = await writeCommit(repositories, {
    ...{ tractId, contentHash, contentType: String(payload.content_type), tokenCount, message },
    ...(createdAt === undefined ? {} : { createdAt }),
    parent: head === null ? null : await repositories.commits.get(head),
    operation: target === null ? 'append' : 'edit',
    responseTo: target?.commitHash ?? null,
    metadataJson: metadata,
    generationConfigJson: generationConfig,
  })
  await pinInstruction(repositories, commit)
  return commit
}

async function editable(repositories: Repositories, position: Position, hash: string): Promise<CommitRow> {
  const target = await commitOf(repositories, hash, position.tractId)
  if (target.operation === 'edit') throw new EditOfEditError(target.commitHash, target.responseTo)
  const head = headOf(position)
  const onChain = await repositories.commits.getOnChain(head, [target.commitHash])
  if (!onChain.has(target.commitHash)) throw new OutsideChainError(target.commitHash, head)
  return target
}
