import { InvalidInputError, type Repositories } from '@tract/repositories'
import type { BlobRow, CommitRow } from '@tract/schema'
import { isLaidOut, isPayloadOf } from '../payload.js'
import { hashFit } from './commit-hash.js'
import type { Report } from './finding.js'
import { chunksOf, PAYLOADS_AT_ONCE, readAll, readable } from './reading.js'

/** The place behind the day in a stored time. */
const END_OF_DAY = 10

/**
 * Checks some commits of a tract: their hashes, their payloads, and that what they name is there. Returns those whose
 * fields are not what their hashes name.
 */
export async function checkCommits(
  store: Repositories,
  hashes: readonly string[],
  report: Report,
): Promise<readonly string[]> {
  const commits = await readAll(
    hashes,
    (keys) => store.commits.getMany(keys),
    (key) => store.commits.get(key),
    report,
  )
  const links = await readAll(
    hashes,
    (keys) => store.commitParents.getMany(keys),
    async (key) => (await store.commitParents.getMany([key])).get(key) ?? null,
    () => undefined,
  )
  const named = new Map<string, string>()
  const changed: string[] = []
  for (const commit of commits.values()) {
    const { commitHash, parentHash, responseTo } = commit
    const others = (links.get(commitHash) ?? []).map((link) => link.parentHash)
    if (parentHash !== null) named.set(parentHash, `parent of ${commitHash}`)
    if (responseTo !== null) named.set(responseTo, `edited or answered by ${commitHash}`)
    for (const other of others) named.set(other, `merged by ${commitHash}`)
    if (!checkHash(commit, others, report)) changed.push(commitHash)
  }
  for (const hash of commits.keys()) named.delete(hash)
  await checkTimes(store, [...commits.keys()], report)
  await checkPayloads(store, [...commits.values()], report)
  await checkNamed(store, named, report)
  return changed
}

/** Whether the fields are what the hash names. */
function checkHash(commit: CommitRow, parents: readonly string[], report: Report): boolean {
  const fit = hashFit(commit, parents)
  const { commitHash, createdAt } = commit
  if (fit === 'local_clock') {
    report('local_clock', commitHash, `commit ${commitHash}: its hash takes ${createdAt} as local time`)
  } else if (fit === 'none') {
    report('commit_hash', commitHash, `commit ${commitHash}: found fields of another hash, expected its own`)
  }
  return fit !== 'none'
}

/** A hash covers the time and not the text that spells it. */
async function checkTimes(store: Repositories, hashes: readonly string[], report: Report): Promise<void> {
  const read = () => store.storedRows.read('commits', 'commit_hash', hashes)
  const rows = await readable(read, 'commits', () => undefined)
  for (const { commit_hash: hash, created_at: time } of rows ?? []) {
    if (typeof time !== 'string' || time[END_OF_DAY] === ' ') continue
    const found = JSON.stringify(time)
    report(
      'time_layout',
      String(hash),
      `commit ${hash}: found the time ${found}, expected a blank behind the day`,
    )
  }
}

async function checkPayloads(
  store: Repositories,
  commits: readonly CommitRow[],
  report: Report,
): Promise<void> {
  const users = new Map(commits.map(({ contentHash, commitHash }) => [contentHash, commitHash]))
  for (const some of chunksOf([...users.keys()], PAYLOADS_AT_ONCE)) {
    const blobs = await readAll(
      some,
      (keys) => store.blobs.getMany(keys),
      (key) => store.blobs.get(key),
      report,
    )
    for (const hash of some) {
      const blob = blobs.get(hash)
      if (blob !== undefined) checkPayload(blob, report)
      else report('missing_payload', hash, `payload ${hash} of commit ${users.get(hash)} is gone`)
    }
  }
}

/** Whether a payload is the one that its hash names, and as long as it says. */
export function checkPayload({ contentHash, payloadJson, byteSize }: BlobRow, report: Report): void {
  if (!isPayloadOf(contentHash, payloadJson)) {
    report(
      'payload_hash',
      contentHash,
      `payload ${contentHash}: found another text, expected the one it names`,
    )
  }
  if (!isLaidOut(payloadJson)) {
    report(
      'payload_layout',
      contentHash,
      `payload ${contentHash}: found other white space than ", " and ": "`,
    )
  }
  const size = Buffer.byteLength(payloadJson)
  if (size !== byteSize) {
    report('payload_size', contentHash, `payload ${contentHash}: found ${size} bytes, noted ${byteSize}`)
  }
}

/** @param named commits that must exist, and what each is named as */
export async function checkNamed(
  store: Repositories,
  named: ReadonlyMap<string, string>,
  report: Report,
): Promise<void> {
  const keys = [...named.keys()]
  const found = await readAll(
    keys,
    (some) => store.commits.getMany(some),
    (key) => store.commits.get(key),
    () => undefined,
  )
  // One that cannot be read is there, and is told where its own tract is checked.
  for (const [hash, as] of named) {
    if (!found.has(hash) && !(await exists(store, hash))) {
      report('missing_commit', hash, `commit ${hash} is gone (${as})`)
    }
  }
}

async function exists(store: Repositories, hash: string): Promise<boolean> {
  try {
    return (await store.commits.get(hash)) !== null
  } catch (error) {
    return !(error instanceof InvalidInputError)
  }
}
