import { InvalidInputError, type Repositories } from '@tract/repositories'
import type { CommitRow, JsonObject } from '@tract/schema'
import { priorityOf, readEffective } from '../context.js'
import { checkOptionalText, checkWhole, readHashes, readOptions } from '../input.js'
import { completePayload } from '../payload.js'
import { tokensOf } from './commit.js'
import { copyChain } from './copy-chain.js'
import { headOf, type Position } from './position.js'
import { namedOnChain, recordChange, tokensOfAll } from './rewrite.js'
import type { Settings } from './settings.js'
import { writeCommit, writePayload } from './write-commit.js'

/** What is compressed, and what stands for it. */
export interface Compression {
  /** Commits of the head's chain, by hash or prefix; pinned and skipped ones among them stay as they are. */
  readonly sources: readonly string[]
  /** The text of the summary, said by the assistant, or a payload of any type. */
  readonly summary: string | JsonObject
  /** The tokens of the summary; counted unless given. */
  readonly tokens?: number
  readonly message?: string | null
  readonly metadata?: JsonObject | null
  /** The settings of the model call that wrote the summary. */
  readonly generationConfig?: JsonObject | null
  /** Kept in the event: the size that was aimed at. */
  readonly targetTokens?: number
  /** Kept in the event: what the summary's author was told. */
  readonly instructions?: string
}

const FIELDS = [
  ...(['sources', 'summary', 'tokens', 'message', 'metadata', 'generationConfig'] as const),
  ...(['targetTokens', 'instructions'] as const),
]

/** What a compression made. */
export interface Compressed {
  readonly eventId: string
  readonly summary: CommitRow
  readonly headHash: string
  /** The commits that the summary replaces, oldest first. */
  readonly replaced: readonly CommitRow[]
  /** Those that were named and stay verbatim because they are pinned, or stay out because they are skipped. */
  readonly kept: readonly CommitRow[]
  /** Tokens of what was replaced. */
  readonly originalTokens: number
  /** Tokens of the summary. */
  readonly compressedTokens: number
}

/**
 * Builds a chain in which a summary stands for the sources, at the place of the first. What came before stays, what
 * comes behind is written anew; a reorganize event says which commit became which, so that every copy knows its origin.
 */
export async function compressAt(
  repositories: Repositories,
  position: Position,
  input: Compression,
  settings: Settings,
): Promise<Compressed> {
  const { tractId } = position
  const { sources, summary: given, ...described } = readOptions('compression', input, FIELDS)
  const hashes = readHashes('sources', sources)
  const payload = completePayload(
    typeof given === 'string' ? { content_type: 'dialogue', role: 'assistant', text: given } : given,
  )
  const params = paramsOf(described)
  const chain = (await repositories.commits.getAncestors(headOf(position))).toReversed()
  const named = await namedOnChain(repositories, 'sources', hashes, chain, position)
  const wanted = new Set(named.map(({ commitHash }) => commitHash))
  const { shown, edits, annotations } = await readEffective(repositories, chain)
  const isOpen = (commit: CommitRow) => priorityOf(commit, annotations.get(commit.commitHash)) !== 'pinned'
  const replaced = shown.filter((commit) => wanted.has(commit.commitHash) && isOpen(commit))
  const gone = new Set(replaced.map(({ commitHash }) => commitHash))
  const first = chain.findIndex(({ commitHash }) => gone.has(commitHash))
  if (first === -1) throw new InvalidInputError('sources', describeKept(named), 'a commit that is not kept')

  const tokenCount = described.tokens ?? tokensOf(payload, settings)
  const summary = await writeCommit(repositories, {
    ...{ tractId, tokenCount, contentType: String(payload.content_type) },
    contentHash: await writePayload(repositories, payload, tokenCount),
    parent: chain[first - 1] ?? null,
    message: described.message ?? `Compressed ${replaced.length} commits`,
    metadataJson: described.metadata ?? null,
    generationConfigJson: described.generationConfig ?? null,
  })
  const eventId = await recordChange(repositories, position, {
    eventType: 'compress',
    ...{ sources: replaced, results: [summary] },
    originalTokens: tokensOfAll(replaced.map((commit) => edits.get(commit.commitHash) ?? commit)),
    compressedTokens: tokenCount,
    paramsJson: params,
  })
  const rest = chain.slice(first).filter((commit) => !belongsTo(commit, gone))
  const { last, copies } = await copyChain(repositories, rest, summary, tractId)
  if (rest.length > 0) {
    const tokens = tokensOfAll(rest)
    await recordChange(repositories, position, {
      eventType: 'reorganize',
      ...{ sources: rest, results: [...copies.values()], originalTokens: tokens, compressedTokens: tokens },
      paramsJson: { because_of: eventId },
    })
  }
  return {
    ...{ eventId, summary, replaced, headHash: (last ?? summary).commitHash },
    kept: named.filter(({ commitHash }) => !gone.has(commitHash)),
    originalTokens: tokensOfAll(replaced.map((commit) => edits.get(commit.commitHash) ?? commit)),
    compressedTokens: tokenCount,
  }
}

function paramsOf({ targetTokens, instructions }: Partial<Compression>): JsonObject {
  checkWhole('targetTokens', targetTokens, 0, Number.MAX_SAFE_INTEGER)
  checkOptionalText('instructions', instructions)
  return { target_tokens: targetTokens ?? null, instructions: instructions ?? null }
}

/** A commit that was replaced takes its edits with it. */
function belongsTo({ commitHash, operation, responseTo }: CommitRow, gone: ReadonlySet<string>): boolean {
  return gone.has(commitHash) || (operation === 'edit' && responseTo !== null && gone.has(responseTo))
}

function describeKept(named: readonly CommitRow[]): string {
  return named.length === 0 ? 'none' : `${named.length} commits, each pinned or skipped`
}
