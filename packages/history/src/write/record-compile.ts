import type { Repositories } from '@tract/repositories'
import type { CompileRecordRow, JsonObject, Timestamp } from '@tract/schema'
import type { Context } from '../context.js'
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
  /** Kept in the record beside what rebuilds the context. */
  readonly params?: JsonObject
  readonly createdAt?: Timestamp
}

/** Keeps what rebuilds a context exactly: each message's commit, payload and edit, and the digest of all. */
export async function recordContext(
  repositories: Repositories,
  tractId: string,
  context: Context,
  { tokens, tokenSource, params = {}, createdAt }: Compile,
  settings: Settings,
): Promise<CompileRecordRow> {
  const { headHash, entries, digest } = context
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
