import type { Repositories } from '@tract/repositories'
import type { CommitRow } from '@tract/schema'
import { spokenOf } from '../payload.js'
import { chunksOf } from '../verify/reading.js'

/** How much of a text is read before it is cut: a payload may be megabytes long. */
const LONGEST_READ = 2000
const SHORT_HASH = 8

/** What each commit says, behind its role; only the beginnings of long texts. */
export async function textsOf(
  store: Repositories,
  commits: readonly CommitRow[],
): Promise<ReadonlyMap<string, string>> {
  const texts = new Map<string, string>()
  for (const some of chunksOf(commits)) {
    const blobs = await store.blobs.getMany([...new Set(some.map(({ contentHash }) => contentHash))])
    for (const { commitHash, contentHash, contentType } of some) {
      const blob = blobs.get(contentHash)
      if (blob === undefined) continue
      const { role, text } = spokenOf(contentType, blob.payloadJson)
      texts.set(commitHash, `${role}: ${text.slice(0, LONGEST_READ)}`)
    }
  }
  return texts
}

/** The first digits of a hash. */
export function shortHash(hash: string): string {
  return hash.slice(0, SHORT_HASH)
}

/** One line of at most so many characters as a person counts them. */
export function cut(text: string, longest: number): string {
  const line = text
    .replace(/\p{White_Space}+/gu, ' ')
    .replace(/[\p{Cc}\p{Bidi_Control}]/gu, '')
    .trim()
  const characters = Array.from(new Intl.Segmenter().segment(line), ({ segment }) => segment)
  return characters.length <= longest
    ? line
    : `${characters
        .slice(0, longest - 1)
        .join('')
        .trimEnd()}…`
}
