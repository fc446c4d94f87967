import { InvalidInputError, type Repositories } from '@tract/repositories'
import type { CompileRecordRow, JsonObject, Timestamp } from '@tract/schema'
import { type Context, contextOfEntries, readEntriesToKeep } from '../context.js'
import { checkObject, readingInput, readMoment, readOptions } from '../input.js'
import { snapshot } from '../snapshot.js'
import { newId } from './rewrite.js'
import type { Settings } from './settings.js'

/** What is kept of a call to a model. */
export interface Compile {
  /** What was sent; the context of the head unless given. */
  readonly context?: Context
  /** The tokens that the model's provider counted; the sum of the messages' own unless given. */
  readonly tokens?: number
  /** Who counted them; the name of the history's counter unless given. */
  readonly tokenSource?: string
  /** Kept in the record beside what rebuilds the context, under other names than that. */
  readonly params?: JsonObject
  readonly createdAt?: Timestamp | Date
}

const FIELDS = ['context', 'tokens', 'tokenSource', 'params', 'createdAt'] as const
const OWN_PARAMS = ['context_digest', 'entries'] as const

/** A caller's wishes for a record. @throws {@link InvalidInputError} */
export function readCompile(compile: Compile, { render }: Settings): Compile {
  const { context, params = {}, ...rest } = readOptions('compile', compile, FIELDS)
  checkObject('params', params)
  const own = snapshot('params', params)
  for (const name of OWN_PARAMS) {
    if (own[name] === undefined) continue
    throw new InvalidInputError(`params.${name}`, 'a value', 'none: the record keeps its own under that name')
  }
  if (context === undefined) return { ...rest, params: own }
  checkObject('context', context)
  const { headHash, entries, digest } = readingInput('context', (): Context => ({ ...context }))
  const made = contextOfEntries(headHash, readEntriesToKeep('context.entries', entries), render)
  if (made.digest === digest) return { ...rest, params: own, context: made }
  throw new InvalidInputError('context', `digest ${digest}`, `${made.digest}, which its entries make`)
}

/** Keeps what rebuilds a context exactly: each message's commit, payload and edit, and the digest of all. */
export async function recordContext(
  repositories: Repositories,
  tractId: string,
  context: Context,
  { tokens, tokenSource, params, createdAt: given }: Compile,
  settings: Settings,
): Promise<CompileRecordRow> {
  const { headHash, entries, digest } = context
  const createdAt = readMoment('createdAt', given)
  return repositories.compileRecords.saveRecordWithEffectives({
    ...{ recordId: newId(), tractId, headHash: headHash ?? '' },
    ...(createdAt === undefined ? {} : { createdAt }),
    tokenCount: tokens ?? context.tokens,
    tokenSource: tokenSource ?? settings.tokenSource,
    paramsJson: { ...params, context_digest: digest, entries: entries.map(entryJson) },
    effectives: entries.map(({ commit }) => commit.commitHash),
  })
}

function entryJson({ commit, contentHash, edit, role, tokens }: Context['entries'][number]): JsonObject {
  return { commit: commit.commitHash, content: contentHash, edit: edit?.commitHash ?? null, role, tokens }
}
