import type { Repositories } from '@tract/repositories'
import type { CommitRow, CompileRecordRow } from '@tract/schema'
import { commitOf } from '../resolve.js'
import { entriesOf } from './record-entries.js'
import { isCopy, walk } from './steps.js'

/** A call to a model that a message was part of. */
export interface Sighting {
  readonly record: CompileRecordRow
  /** `edited`: with another text; `summarised`: inside a summary. */
  readonly as: 'verbatim' | 'edited' | 'summarised'
  /** The commit that stood in that context: the message, a copy, or a summary. */
  readonly commit: CommitRow
  readonly position: number
}

/**
 * Every compile record that contained a message, by the time of the record; a record that held it several times, as
 * itself and inside a summary, comes once for each.
 *
 * @param hash a commit, by hash or prefix; of an edit, the records in which it gave the text
 * @throws {@link UnknownHashError}, {@link AmbiguousPrefixError}
 */
export async function seenBy(store: Repositories, hash: string): Promise<readonly Sighting[]> {
  const asked = await commitOf(store, hash)
  const message = asked.operation === 'edit' ? await editedBy(store, asked) : asked
  if (message === null) return []
  const found = await walk(store, [message.commitHash], 'fate')
  const copies = new Set([message.commitHash])
  for (const step of found.steps) if (copies.has(step.source) && isCopy(step, found)) copies.add(step.result)
  const links = await store.compileRecords.getEffectivesNaming([...found.commits.keys()])
  const records = await store.compileRecords.getMany([...new Set(links.map(({ recordId }) => recordId))])
  return links.flatMap(({ recordId, commitHash, position }): Sighting[] => {
    const record = records.get(recordId)
    const commit = found.commits.get(commitHash)
    if (record === undefined || commit === undefined) return []
    if (!copies.has(commitHash)) return [{ record, as: 'summarised', commit, position }]
    const content = contentIn(record, commitHash) ?? message.contentHash
    const isVerbatim = content === asked.contentHash
    if (asked !== message && !isVerbatim) return []
    return [{ record, as: isVerbatim ? 'verbatim' : 'edited', commit, position }]
  })
}

async function editedBy(store: Repositories, edit: CommitRow): Promise<CommitRow | null> {
  return edit.responseTo === null ? null : store.commits.get(edit.responseTo)
}

/** The payload that gave a commit its text in a record that says so. */
function contentIn(record: CompileRecordRow, commitHash: string): string | undefined {
  return entriesOf(record)?.find(({ commit }) => commit === commitHash)?.content
}
