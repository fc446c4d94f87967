import {
  AmbiguousPrefixError,
  type AncestorOptions,
  type CommitInput,
  CommitInUseError,
  CommitRepository,
  type CommitUnitInput,
  type CommitUse,
  type ConfigCondition,
  type HashOptions,
  InvalidInputError,
  type IterateAncestorsOptions,
  MissingReferenceError,
} from '@tract/repositories'
import type { CommitRow } from '@tract/schema'
import { ModelBlobRepository } from './blobs.js'
import { usesIn } from './commit-uses.js'
import { meetsAll } from './config.js'
import { ModelRefRepository } from './refs.js'
import { assertCommit, assertNew, compareText, handOut, oldestFirst, pick, timeFor } from './rules.js'
import { copyOf, type ModelState, restore } from './state.js'

const MOST_CANDIDATES = 100

export class ModelCommitRepository extends CommitRepository {
  readonly #state: ModelState

  constructor(state: ModelState) {
    super()
    this.#state = state
  }

  override async get(commitHash: string): Promise<CommitRow | null> {
    return handOut(this.#find(commitHash) ?? null)
  }

  override async getMany(commitHashes: readonly string[]): Promise<Map<string, CommitRow>> {
    return pick(commitHashes, (commitHash) => this.#find(commitHash))
  }

  override async save(commit: CommitInput): Promise<CommitRow> {
    const { commitHash, contentHash, parentHash = null, responseTo = null } = commit
    assertNew('commit', this.#state.commits, { commitHash })
    if (!this.#state.blobs.some((blob) => blob.contentHash === contentHash)) {
      throw new MissingReferenceError('commit', 'contentHash', 'blob', contentHash)
    }
    assertCommit(this.#state, 'commit', 'parentHash', parentHash)
    assertCommit(this.#state, 'commit', 'responseTo', responseTo)
    const { message = null, metadataJson = null, generationConfigJson = null } = commit
    const createdAt = timeFor(commit)
    const row = { ...commit, parentHash, responseTo, message, metadataJson, generationConfigJson, createdAt }
    this.#state.commits.push(handOut(row))
    return handOut(row)
  }

  override async saveWithBlob(input: CommitUnitInput): Promise<CommitRow> {
    const { blob, refName, expected, ...commit } = input
    const { contentHash } = blob
    if (commit.contentHash !== undefined && commit.contentHash !== contentHash)
      throw new InvalidInputError('contentHash', commit.contentHash, `${contentHash}, the blob's`)
    if (refName === undefined && expected !== undefined)
      throw new InvalidInputError('expected', String(expected), 'a refName with it')
    const before = copyOf(this.#state)
    try {
      await new ModelBlobRepository(this.#state).saveIfAbsent(blob)
      const row = await this.save({ ...commit, contentHash })
      const refs = new ModelRefRepository(this.#state)
      if (refName !== undefined && expected === undefined)
        await refs.setRef(row.tractId, refName, row.commitHash)
      if (refName !== undefined && expected !== undefined)
        await refs.compareAndSetRef(row.tractId, refName, expected, row.commitHash)
      return row
    } catch (error) {
      restore(this.#state, before)
      throw error
    }
  }

  override async getAncestors(
    commitHash: string,
    options: AncestorOptions = {},
  ): Promise<readonly CommitRow[]> {
    const { limit = Number.POSITIVE_INFINITY, operation } = options
    const met = new Set<string>()
    const chain: CommitRow[] = []
    let next: string | null = commitHash
    while (next !== null && chain.length < limit && !met.has(next)) {
      met.add(next)
      const commit = this.#find(next)
      if (commit === undefined) break
      if (operation === undefined || commit.operation === operation) chain.push(commit)
      next = commit.parentHash
    }
    return handOut(chain)
  }

  override async *iterateAncestors(
    commitHash: string,
    options: IterateAncestorsOptions = {},
  ): AsyncGenerator<CommitRow, void, undefined> {
    yield* await this.getAncestors(commitHash, options)
  }

  override async getChildren(commitHash: string): Promise<readonly CommitRow[]> {
    return this.#oldestFirst((commit) => commit.parentHash === commitHash)
  }

  override async getByType(contentType: string, tractId: string): Promise<readonly CommitRow[]> {
    return this.#oldestFirst((commit) => commit.contentType === contentType && commit.tractId === tractId)
  }

  override async getByConfig(
    tractId: string,
    conditions: readonly ConfigCondition[],
  ): Promise<readonly CommitRow[]> {
    return this.#oldestFirst(
      (commit) => commit.tractId === tractId && meetsAll(commit.generationConfigJson, conditions),
    )
  }

  override async getByPrefix(prefix: string, tractId?: string): Promise<CommitRow | null> {
    const matches = this.#state.commits.filter(
      (commit) =>
        commit.commitHash.startsWith(prefix) && (tractId === undefined || commit.tractId === tractId),
    )
    if (matches.length > 1) {
      const candidates = matches.map((commit) => commit.commitHash).sort(compareText)
      throw new AmbiguousPrefixError(prefix, candidates.slice(0, MOST_CANDIDATES))
    }
    return handOut(matches[0] ?? null)
  }

  override async getAll(tractId: string): Promise<readonly CommitRow[]> {
    return this.#oldestFirst((commit) => commit.tractId === tractId)
  }

  override async getHashes(tractId: string, options: HashOptions = {}): Promise<readonly string[]> {
    const hashes = (await this.getAll(tractId)).map((commit) => commit.commitHash)
    return hashes.slice(0, options.limit)
  }

  override async *iterateHashes(tractId: string): AsyncGenerator<string, void, undefined> {
    yield* await this.getHashes(tractId)
  }

  override async getTractIds(): Promise<readonly string[]> {
    const { commits, refs, annotations, operationEvents, compileRecords, spawnPointers } = this.#state
    const { policyProposals, policyLog } = this.#state
    const rows = [commits, refs, annotations, operationEvents, compileRecords, policyProposals, policyLog]
    const ids = new Set(rows.flat().map((row) => row.tractId))
    for (const { parentTractId, childTractId } of spawnPointers) ids.add(parentTractId).add(childTractId)
    return [...ids].sort(compareText)
  }

  override async getOnChain(headHash: string, commitHashes: readonly string[]): Promise<Set<string>> {
    const chain = new Set((await this.getAncestors(headHash)).map((commit) => commit.commitHash))
    return new Set(commitHashes.filter((hash) => chain.has(hash)))
  }

  override async getResponses(commitHashes: readonly string[]): Promise<readonly CommitRow[]> {
    return this.#oldestFirst(({ responseTo }) => responseTo !== null && commitHashes.includes(responseTo))
  }

  override async getUses(commitHashes: readonly string[]): Promise<readonly CommitUse[]> {
    return usesIn(this.#state, new Set(commitHashes))
  }

  override async delete(commitHash: string): Promise<void> {
    const state = this.#state
    const eventIds = state.operationCommits.filter((link) => link.commitHash === commitHash)
    const recordIds = [
      ...state.compileEffectives.filter((link) => link.commitHash === commitHash),
      ...state.compileRecords.filter(
        (record) => record.headHash === commitHash && this.#isOf(record.tractId, commitHash),
      ),
    ]
    if (eventIds.length + recordIds.length > 0) {
      throw new CommitInUseError(
        commitHash,
        [...new Set(eventIds.map((link) => link.eventId))].sort(compareText),
        [...new Set(recordIds.map((link) => link.recordId))].sort(compareText),
      )
    }
    state.commitParents = state.commitParents.filter(
      (link) => link.commitHash !== commitHash && link.parentHash !== commitHash,
    )
    state.annotations = state.annotations.filter((annotation) => annotation.targetHash !== commitHash)
    state.refs = state.refs.filter((ref) => ref.commitHash !== commitHash)
    state.commits = state.commits.filter((commit) => commit.commitHash !== commitHash)
    for (const commit of state.commits) {
      if (commit.parentHash === commitHash) commit.parentHash = null
      if (commit.responseTo === commitHash) commit.responseTo = null
    }
    for (const pointer of state.spawnPointers) {
      if (pointer.parentCommitHash === commitHash) pointer.parentCommitHash = null
    }
  }

  #find(commitHash: string): CommitRow | undefined {
    return this.#state.commits.find((commit) => commit.commitHash === commitHash)
  }

  #isOf(tractId: string, commitHash: string): boolean {
    return this.#find(commitHash)?.tractId === tractId
  }

  #oldestFirst(belongs: (commit: CommitRow) => boolean): CommitRow[] {
    return handOut(oldestFirst(this.#state.commits.filter(belongs)))
  }
}
