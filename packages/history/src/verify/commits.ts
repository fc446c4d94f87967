import { InvalidInputError, type Repositories } from '@tract/repositories'
import type { BlobRow, CommitRow } from '@tract/schema'
import { isPayloadOf } from '../payload.js'
import { hashFit } from './commit-hash.js'
import type { Report } from './finding.js'
import { readAll } from './reading.js'

/** The parent of each commit, by hash: what is left to look for circles in. */
export type Parents = Map<string, string | null>

/** Checks some commits of a tract: their hashes, their payloads, and that what they name is there. */
export async function checkCommits(
  store: Repositories,
  hashes: readonly string[],
  parents: Parents,
  isSampled: (hash: string) => boolean,
  report: Report,
): Promise<void> {
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
  for (const commit of commits.values()) {
    const { commitHash, parentHash, responseTo } = commit
    parents.set(commitHash, parentHash)
    const others = (links.get(commitHash) ?? []).map((link) => link.parentHash)
    if (parentHash !== null) named.set(parentHash, `parent of ${commitHash}`)
    if (responseTo !== null) named.set(responseTo, `edited or answered by ${commitHash}`)
    for (const other of others) named.set(other, `merged by ${commitHash}`)
    if (isSampled(commitHash)) checkHash(commit, others, report)
  }
  await checkPayloads(store, [...commits.values()], isSampled, report)
  await checkNamed(store, named, report)
}

function checkHash(commit: CommitRow, parents: readonly string[], report: Report): void {
  const fit = hashFit(commit, parents)
  const { commitHash, createdAt } = commit
  if (fit === 'local_clock') {
    report('local_clock', commitHash, `commit ${commitHash}: its hash takes ${createdAt} as local time`)
  } else if (fit === 'none') {
    report('commit_hash', commitHash, `commit ${commitHash}: found fields of another hash, expected its own`)
  }
}

async function checkPayloads(
  store: Repositories,
  commits: readonly CommitRow[],
  isSampled: (hash: string) => boolean,
  report: Report,
): Promise<void> {
  const users = new Map(commits.map(({ contentHash, commitHash }) => [contentHash, commitHash]))
  const blobs = await readAll(
    [...users.keys()],
    (keys) => store.blobs.getMany(keys),
    (key) => store.blobs.get(key),
    report,
  )
  for (const [contentHash, commitHash] of users) {
    const blob = blobs.get(contentHash)
    if (blob !== undefined) {
      if (isSampled(contentHash)) checkPayload(blob, report)
    } else report('missing_payload', contentHash, `payload ${contentHash} of commit ${commitHash} is gone`)
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

/** Walks up from every commit once. */
export function checkCycles(parents: Parents, report: Report): void {
  const done = new Set<string>()
  for (const start of parents.keys()) {
    const way = new Set<string>()
    let hash: string | null = start
    while (hash !== null && !done.has(hash) && !way.has(hash)) {
      way.add(hash)
      hash = parents.get(hash) ?? null
    }
    if (hash !== null && way.has(hash)) {
      report('parent_cycle', hash, `commit ${hash} is its own ancestor, expected a chain that ends`)
    }
    for (const one of way) done.add(one)
  }
}
