import type { Repositories } from '@tract/repositories'
import type { CommitRow } from '@tract/schema'
import { membersOf, textMember } from '../members.js'
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
      texts.set(commitHash, saidIn(contentType, blob.payloadJson))
    }
  }
  return texts
}

/** A tool's call or answer is told by its name, which is what tells one from another. */
function saidIn(contentType: string, payloadJson: string): string {
  const { role, text, name } = spokenOf(contentType, payloadJson)
  const said = text.slice(0, LONGEST_READ)
  if (role !== 'tool') return `${role}: ${said}`
  const direction = textMember(membersOf(payloadJson), 'direction')
  return `${[role, name, direction].filter((word) => word !== null).join(' ')}: ${said}`
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
