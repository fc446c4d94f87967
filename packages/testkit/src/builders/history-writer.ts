import type {
  AnnotationInput,
  BlobInput,
  CommitInput,
  CompileRecordUnitInput,
  OperationEventUnitInput,
} from '@tract/repositories'
import { commitHash, type JsonObject, payloadJson, type Timestamp } from '@tract/schema'
import { anAnnotation } from './annotation.js'
import { aBlob } from './blob.js'
import { aCommit } from './commit.js'
import { aCompileRecord } from './compile-record.js'
import type { Complete } from './complete.js'
import type { History } from './history.js'
import { anOperationEvent } from './operation-event.js'
import { idOf, timeOf } from './seeded.js'

const WORDS = 'the agent reads a page and answers with names dates prices of what it found there'.split(' ')
/** Apart from those of the single builders, so that both can be used in one store. */
const FIRST_TIME = 1000

type Commit = Complete<CommitInput>

/** Writes a tract's history step by step into plain data; {@link aHistory} says which steps. */
export class HistoryWriter {
  readonly #tractId: string
  readonly #seed: number
  readonly #random: () => number
  readonly #blobs = new Map<string, Complete<BlobInput>>()
  readonly #commits = new Map<string, Commit>()
  readonly #merges: { commitHash: string; parentHashes: string[] }[] = []
  readonly #branches: Record<string, string> = {}
  readonly #annotations: Complete<AnnotationInput>[] = []
  readonly #events: Complete<OperationEventUnitInput>[] = []
  readonly #records: Complete<CompileRecordUnitInput>[] = []
  /** The first-parent chain of `main`, oldest first. */
  #chain: Commit[] = []
  #step = 0

  constructor(tractId: string, seed: number, random: () => number) {
    this.#tractId = tractId
    this.#seed = seed
    this.#random = random
  }

  /** The root: an instruction, pinned as instructions are. */
  instruct(): void {
    const root = this.#commit(this.#payload('instruction'))
    this.#advance(root)
    this.#annotations.push(this.#annotation(root, 'pinned'))
  }

  /** A message on `main`; now and then one that later compiles leave out. */
  say(): void {
    const message = this.#commit(this.#payload('dialogue'), { parentHash: this.#head.commitHash })
    this.#advance(message)
    if (this.#random() < 0.05) this.#annotations.push(this.#annotation(message, 'skip'))
  }

  /** A message on a branch of its own, and its merge into `main`. */
  merge(): void {
    const head = this.#head
    const fork = this.#pick(this.#chain)
    const topic = this.#commit(this.#payload('dialogue'), { parentHash: fork.commitHash })
    this.#branches[`topic/${this.#merges.length + 1}`] = topic.commitHash
    const parentHash = head.commitHash
    const merge = this.#commit(this.#payload('freeform'), { parentHash, message: 'merge' }, [
      topic.commitHash,
    ])
    this.#merges.push({ commitHash: merge.commitHash, parentHashes: [parentHash, topic.commitHash] })
    this.#advance(merge)
  }

  /** A new text for an earlier message. */
  edit(): void {
    const target = this.#pick(this.#chain.filter((commit) => commit.operation === 'append'))
    const payload = this.#payload(target.contentType)
    const parentHash = this.#head.commitHash
    this.#advance(this.#commit(payload, { parentHash, operation: 'edit', responseTo: target.commitHash }))
  }

  /** A summary in place of all behind the instruction. */
  compress(): void {
    const [root, ...sources] = this.#chain
    if (root === undefined || sources.length === 0)
      throw new RangeError('nothing to compress behind the instruction')
    const summary = this.#commit(this.#payload('output'), { parentHash: root.commitHash })
    this.#chain = [root]
    this.#advance(summary)
    this.#events.push({
      ...anOperationEvent({
        eventId: idOf(`${this.#tractId} event ${this.#seed}`, this.#step),
        tractId: this.#tractId,
        createdAt: this.#now(),
        originalTokens: tokensOf(sources),
        compressedTokens: summary.tokenCount,
      }),
      sources: sources.map((commit) => commit.commitHash),
      results: [summary.commitHash],
    })
  }

  /** What a model would be sent now. */
  compile(): void {
    const effectives = this.#effective()
    this.#records.push({
      ...aCompileRecord({
        recordId: idOf(`${this.#tractId} record ${this.#seed}`, this.#step),
        tractId: this.#tractId,
        headHash: this.#head.commitHash,
        tokenCount: tokensOf(effectives),
        commitCount: effectives.length,
        createdAt: this.#now(),
      }),
      effectives: effectives.map((commit) => commit.commitHash),
    })
  }

  history(): History {
    return {
      tractId: this.#tractId,
      blobs: [...this.#blobs.values()],
      commits: [...this.#commits.values()],
      merges: this.#merges,
      branches: this.#branches,
      annotations: this.#annotations,
      events: this.#events,
      records: this.#records,
    }
  }

  get #head(): Commit {
    const head = this.#chain.at(-1)
    if (head === undefined) throw new RangeError('a history begins with its instruction')
    return head
  }

  #advance(commit: Commit): void {
    this.#chain.push(commit)
    this.#branches.main = commit.commitHash
  }

  #commit(
    payload: JsonObject,
    fields: Partial<CommitInput> = {},
    extraParents: readonly string[] = [],
  ): Commit {
    const blob = aBlob({ payloadJson: payloadJson(payload), createdAt: this.#now() })
    this.#blobs.set(blob.contentHash, this.#blobs.get(blob.contentHash) ?? blob)
    const commit = aCommit({
      tractId: this.#tractId,
      contentHash: blob.contentHash,
      contentType: String(payload.content_type),
      tokenCount: blob.tokenCount,
      generationConfigJson: { model: 'a-model', temperature: this.#step % 3 },
      createdAt: this.#now(),
      ...fields,
    })
    if (extraParents.length > 0) commit.commitHash = commitHash({ ...commit, extraParents })
    this.#commits.set(commit.commitHash, commit)
    return commit
  }

  #annotation(target: Commit, priority: 'pinned' | 'skip'): Complete<AnnotationInput> {
    const targetHash = target.commitHash
    return anAnnotation({ tractId: this.#tractId, targetHash, priority, createdAt: this.#now() })
  }

  /** The chain with every edit in the place of what it edits, without what is skipped. */
  #effective(): Commit[] {
    const skipped = new Set(
      this.#annotations.filter(({ priority }) => priority === 'skip').map(({ targetHash }) => targetHash),
    )
    const edits = new Map(this.#chain.map((commit) => [commit.responseTo, commit]))
    return this.#chain
      .filter((commit) => commit.operation === 'append' && !skipped.has(commit.commitHash))
      .map((commit) => edits.get(commit.commitHash) ?? commit)
  }

  #payload(contentType: string): { content_type: string } & JsonObject {
    const text = this.#text()
    switch (contentType) {
      case 'dialogue':
        return {
          content_type: contentType,
          role: this.#chain.length % 2 === 1 ? 'user' : 'assistant',
          text,
          name: null,
        }
      case 'output':
        return { content_type: contentType, text, format: 'text' }
      case 'freeform':
        return { content_type: contentType, payload: { text } }
      default:
        return { content_type: contentType, text }
    }
  }

  #text(): string {
    const length = 3 + Math.floor(this.#random() * 12)
    return Array.from({ length }, () => this.#pick(WORDS)).join(' ')
  }

  #pick<Item>(items: readonly Item[]): Item {
    const item = items[Math.floor(this.#random() * items.length)]
    if (item === undefined) throw new RangeError('nothing to pick from')
    return item
  }

  #now(): Timestamp {
    this.#step++
    return timeOf(FIRST_TIME + this.#step)
  }
}

function tokensOf(commits: readonly Commit[]): number {
  return commits.reduce((sum, commit) => sum + commit.tokenCount, 0)
}
