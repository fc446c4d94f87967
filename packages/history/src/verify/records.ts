import type { Repositories } from '@tract/repositories'
import type { CompileEffectiveRow, CompileRecordRow } from '@tract/schema'
import { contextOf } from '../ask/context-of.js'
import { entriesOf, type RecordEntry } from '../ask/record-entries.js'
import type { Render } from '../context.js'
import { DamagedRecordError } from '../errors.js'
import type { Report } from './finding.js'
import type { Step } from './pace.js'
import { chunksOf, isDamage, readAll, readable } from './reading.js'

/** How many records are read at once: each names all messages of a context. */
const RECORDS_AT_ONCE = 100

/** Checks a tract's compile records: that the context each keeps can be rebuilt, and has its digest. */
export async function checkRecords(
  store: Repositories,
  tractId: string,
  render: Render,
  isSampled: (id: string) => boolean,
  report: Report,
  step: Step,
): Promise<number> {
  const ids = (await store.compileRecords.getAllIds(tractId)).filter(isSampled)
  let done = 0
  for (const some of chunksOf(ids, RECORDS_AT_ONCE)) {
    await step('records', done)
    const records = await readAll(
      some,
      (keys) => store.compileRecords.getMany(keys),
      (key) => store.compileRecords.getRecord(key),
      report,
    )
    const links =
      (await readable(() => store.compileRecords.batchGetEffectives(some), 'compile_effectives', report)) ??
      new Map()
    for (const record of records.values()) {
      const { recordId } = record
      try {
        await checkRecord(store, record, links.get(recordId) ?? [], render, report)
      } catch (error) {
        if (error instanceof DamagedRecordError) report('record_commits', recordId, error.message)
        else if (isDamage(error)) report('record_incomplete', recordId, error.message)
        else throw error
      }
    }
    done += some.length
  }
  return ids.length
}

async function checkRecord(
  store: Repositories,
  record: CompileRecordRow,
  links: readonly CompileEffectiveRow[],
  render: Render,
  report: Report,
): Promise<void> {
  const { recordId, commitCount, headHash } = record
  const name = `compile record ${recordId}`
  const entries = entriesOf(record)
  const listed = entries?.length ?? links.length
  if (listed !== commitCount) {
    report('record_counts', recordId, `${name} counts ${commitCount} messages, and lists ${listed}`)
  }
  if (entries !== null) await checkEntries(store, record, entries, links, report)
  const sent = await contextOf(store, recordId, { render })
  for (const { what, hash, position } of sent.missing) {
    if (hash !== null && what !== 'head') {
      report('record_incomplete', recordId, `${name}: ${what} ${hash} of message ${position} is gone`)
    }
  }
  for (const [index, entry] of (sent.context?.entries ?? []).entries()) {
    const noted = entries?.[index]?.role
    if (noted === undefined || noted === entry.role) continue
    report(
      'record_role',
      recordId,
      `${name}: message ${index} notes ${noted}, its payload says ${entry.role}`,
    )
  }
  if (entries !== null && sent.digest === null) {
    report('record_unproven', recordId, `${name} keeps its entries without a digest`)
  }
  if (sent.proof === 'contradicted') {
    const { digest, context } = sent
    report(
      'record_digest',
      recordId,
      `${name}: found messages of digest ${context?.digest}, expected ${digest}`,
    )
  }
  if (headHash !== '' && (await store.commits.get(headHash)) === null) {
    report('record_head', recordId, `${name}: its head ${headHash} is gone`)
  }
}

async function checkEntries(
  store: Repositories,
  { recordId }: CompileRecordRow,
  entries: readonly RecordEntry[],
  links: readonly CompileEffectiveRow[],
  report: Report,
): Promise<void> {
  const name = `compile record ${recordId}`
  const named = [...new Set(entries.map(({ commit }) => commit))]
  const linked = links.map(({ commitHash }) => commitHash)
  if (named.join() !== linked.join()) {
    report('record_commits', recordId, `${name} names ${named.length} commits, and is linked to others`)
  }
  const texts = entries.map(({ commit, edit }) => edit ?? commit)
  const commits = await store.commits.getMany([...new Set(texts)])
  for (const [index, hash] of texts.entries()) {
    const { tokenCount, contentHash } = commits.get(hash) ?? {}
    const { tokens, content } = entries[index] ?? {}
    if (contentHash !== undefined && contentHash !== content) {
      report(
        'record_commits',
        recordId,
        `${name}: message ${index} names another payload than commit ${hash}`,
      )
    }
    if (tokenCount !== undefined && tokenCount !== tokens) {
      report(
        'record_counts',
        recordId,
        `${name}: message ${index} counts ${tokens} tokens, its commit ${tokenCount}`,
      )
    }
  }
}
