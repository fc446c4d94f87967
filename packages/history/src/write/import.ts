import { InvalidInputError, type Repositories } from '@tract/repositories'
import type { CommitRow } from '@tract/schema'
import { checkText, readHashes, readOptions } from '../input.js'
import { commitsOf } from '../resolve.js'
import { copyable, settingsOf } from './copy-chain.js'
import type { Position } from './position.js'
import { recordChange, tokensOfAll } from './rewrite.js'
import { pinInstruction, writeCommit } from './write-commit.js'

/** What is taken over from another tract of the same store. */
export interface Import {
  /** The tract the commits are in. */
  readonly from: string
  /** Its commits, by hash or prefix, in the order they are to have here. */
  readonly commits: readonly string[]
}

/** What an import made. */
export interface Imported {
  readonly eventId: string
  readonly headHash: string
  /** What was written, by the hash of the commit that it comes from. */
  readonly copies: ReadonlyMap<string, CommitRow>
}

/** Puts copies behind the head, each with the text of the commit that was named; an edit comes as a message of its own. */
export async function importAt(
  repositories: Repositories,
  position: Position,
  given: Import,
): Promise<Imported> {
  const { tractId, head } = position
  const { from, commits } = readOptions('import', given, ['from', 'commits'])
  checkText('from', from)
  const sources = await commitsOf(repositories, readHashes('commits', commits), from)
  const settings = await settingsOf(
    repositories,
    sources.map(({ commitHash }) => commitHash),
  )
  const copies = new Map<string, CommitRow>()
  let last = head === null ? null : await repositories.commits.get(head)
  for (const source of sources) {
    if (copies.has(source.commitHash)) {
      throw new InvalidInputError('commits', source.commitHash, 'each commit once')
    }
    const draft = { ...copyable(source, tractId), operation: 'append', parent: last } as const
    const copy: CommitRow = await writeCommit(repositories, draft, settings.get(source.commitHash))
    await pinInstruction(repositories, copy)
    copies.set(source.commitHash, copy)
    last = copy
  }
  if (last === null || copies.size === 0) throw new InvalidInputError('commits', 'none', 'at least one')
  const tokens = tokensOfAll(sources)
  const eventId = await recordChange(repositories, position, {
    eventType: 'import',
    ...{ sources, results: [...copies.values()], originalTokens: tokens, compressedTokens: tokens },
    paramsJson: { from_tract: from },
  })
  return { eventId, headHash: last.commitHash, copies }
}
