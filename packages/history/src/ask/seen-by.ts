import type { Repositories } from '@tract/repositories'
import type { CommitRow, CompileEffectiveRow, CompileRecordRow } from '@tract/schema'
import { groupBy } from '../group.js'
import { checkStore } from '../input.js'
import { commitOf } from '../resolve.js'
import { editsAt } from './edits.js'
import { entriesOf } from './record-entries.js'
import { copiesOf, walk } from './steps.js'

/** A call to a model that a message was part of. */
export interface Sighting {
  readonly record: CompileRecordRow
  /** `edited`: with another text; `summarised`: inside a summary. */
  readonly as: 'verbatim' | 'edited' | 'summarised'
  /** The commit that stood in that context: the message, a copy, or a summary. */
  readonly commit: CommitRow
  /** Its place in that context, from 0. */
  readonly position: number
}

/**
 * Every compile record that contained a message, by the time of the record; a record that held it several times, as
 * itself or inside summaries, comes once for each. Of a record whose writer kept no entries it is told by today's rules
 * whether an edit gave the text.
 *
 * @param hash a commit, by hash or prefix; of an edit, the records in which it gave the text
 * @throws {@link UnknownHashError}, {@link AmbiguousPrefixError}
 * @throws {@link DamagedRecordError} where the entries of a record that names the message have no readable shape
 */
export async function seenBy(store: Repositories, hash: string): Promise<readonly Sighting[]> {
  checkStore(store)
  const asked = await commitOf(store, hash)
  const edited = asked.operation === 'edit' && asked.responseTo !== null ? [asked.responseTo] : []
  const found = await walk(store, [asked.commitHash, ...edited], 'fate')
  const texts = copiesOf(asked.commitHash, found)
  const copies = new Set([...texts, ...edited.flatMap((one) => [...copiesOf(one, found)])])
  const links = await store.compileRecords.getEffectivesNaming([...found.commits.keys()])
  const records = await store.compileRecords.getMany([...new Set(links.map(({ recordId }) => recordId))])
  const hasEdits = (await store.commits.getResponses([...copies])).some(
    ({ operation }) => operation === 'edit',
  )
  const sightings: Sighting[] = []
  for (const [recordId, named] of groupBy(links, (link) => link.recordId)) {
    const record = records.get(recordId)
    if (record === undefined) continue
    for (const { commitHash, content, edit, position } of await placesIn(store, record, named, hasEdits)) {
      const commit = found.commits.get(commitHash)
      if (commit === undefined) continue
      const isText = edit === null ? texts.has(commitHash) : texts.has(edit)
      const isCopy = copies.has(commitHash)
      // A message that was asked for is seen with another text; an edit that was asked for is not seen then.
      if (isCopy && edited.length > 0 && !isText) continue
      const isVerbatim = isText && (content === null || content === asked.contentHash)
      sightings.push({
        record,
        as: isCopy ? (isVerbatim ? 'verbatim' : 'edited') : 'summarised',
        commit,
        position,
      })
    }
  }
  return sightings
}

/** Where a commit stood in a context, and what gave its text. */
interface Place {
  readonly commitHash: string
  /** The hash of the payload; `null` where the record does not say. */
  readonly content: string | null
  readonly edit: string | null
  readonly position: number
}

/** The link table knows each commit once, a record's entries know every place. */
async function placesIn(
  store: Repositories,
  record: CompileRecordRow,
  links: readonly CompileEffectiveRow[],
  hasEdits: boolean,
): Promise<readonly Place[]> {
  const named = new Set(links.map(({ commitHash }) => commitHash))
  const entries = entriesOf(record)
  if (entries !== null) {
    const places = entries.map(({ commit, content, edit }, position) => ({
      commitHash: commit,
      content,
      edit,
      position,
    }))
    return places.filter(({ commitHash }) => named.has(commitHash))
  }
  const edits =
    hasEdits && record.headHash !== '' ? await editsAt(store, record.headHash, [...named]) : new Map()
  return links.map(({ commitHash, position }) => {
    const edit: string | null = edits.get(commitHash)?.commitHash ?? null
    return { commitHash, content: null, edit, position }
  })
}
