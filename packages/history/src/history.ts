import { AlreadyExistsError, RefConflictError, type Transaction } from '@tract/repositories'
import type { AnnotationRow, CommitRow, CompileRecordRow, JsonObject, Priority } from '@tract/schema'
import {
  type Context,
  type ContextEntry,
  contextOfEntries,
  readContext,
  readEntriesToKeep,
} from './context.js'
import { checkFlag, checkStore, checkText, readOptions } from './input.js'
import { momentAfter } from './moment.js'
import { commitOf } from './resolve.js'
import { snapshot } from './snapshot.js'
import { type CommitOptions, commitAt } from './write/commit.js'
import { type Compressed, type Compression, compressAt } from './write/compress.js'
import { type Import, type Imported, importAt } from './write/import.js'
import { type MergeOptions, mergeAt, tipOf } from './write/merge.js'
import { branchRef, HEAD, headOf, moveTo, type Position, positionOf } from './write/position.js'
import { type Compile, readCompile, recordContext } from './write/record-compile.js'
import { type Reorganization, type Reorganized, reorganizeAt } from './write/reorganize.js'
import { type HistoryOptions, type Settings, settingsOf } from './write/settings.js'
import { Sightings } from './write/sightings.js'

/** How often a branch may be moved by others before a write gives up. */
const ATTEMPTS = 100

/** Where a write moves its branch. */
interface Move<Result> {
  readonly result: Result
  readonly next: string
  /** Whether that is a commit which was there before; `false` unless given. */
  readonly isReset?: boolean
}

/**
 * The history of one tract, to write on.
 *
 * @param store a store, or a transaction of one: what is written through it then belongs to that transaction
 * @throws {@link InvalidInputError} for an unknown option, or anything of another type
 */
export function history(store: Transaction, tractId: string, options: HistoryOptions = {}): History {
  return new History(store, tractId, options)
}

/**
 * Writes on one branch of one tract. Every method is one transaction: it takes effect whole, moves the branch by
 * compare-and-set, and leaves every older commit in place.
 *
 * Commits are named by hash or by a prefix of at least 4 characters; every method throws {@link UnknownHashError} and
 * {@link AmbiguousPrefixError} where that names none or several, and {@link InvalidInputError} before anything is
 * written where it is called with what it does not take: another type, an unknown option.
 */
export class History {
  readonly tractId: string
  readonly #store: Transaction
  readonly #settings: Settings
  readonly #seen = new Sightings()

  /** @internal {@link history} makes histories. */
  constructor(store: Transaction, tractId: string, options: HistoryOptions) {
    checkStore(store)
    checkText('tractId', tractId)
    this.#store = store
    this.tractId = tractId
    this.#settings = settingsOf(options)
  }

  /** The commit at the end of the branch, or `null`. To look is to see: see `onConflict` in {@link HistoryOptions}. */
  async head(): Promise<string | null> {
    const { refName, head } = await this.#position(this.#store)
    this.#seen.note(refName, head)
    return head
  }

  /**
   * What a model is shown now. The cost is that of the head's chain.
   *
   * @param at a commit or branch other than the head
   */
  async context(at?: string): Promise<Context> {
    const headHash = at === undefined ? await this.head() : await tipOf(this.#store, this.tractId, at)
    return readContext(this.#store, headHash, this.#settings.render)
  }

  /** A context of entries in an order of the caller's, for what was sent otherwise than the head gives it. */
  contextOf(entries: readonly ContextEntry[], headHash: string | null = null): Context {
    return contextOfEntries(headHash, readEntriesToKeep('entries', entries), this.#settings.render)
  }

  /**
   * Puts one message behind the head, or with `editOf` gives an earlier one a new text.
   *
   * @throws {@link EditOfEditError} where `editOf` is an edit
   * @throws {@link OutsideChainError} where `editOf` is not on the head's chain
   */
  async commit(payload: JsonObject, options: CommitOptions = {}): Promise<CommitRow> {
    const given = snapshot('payload', payload)
    const wanted = snapshot('options', options)
    return this.#move(async (tx, position) => {
      const commit = await commitAt(tx, position, given, wanted, this.#settings)
      return { result: commit, next: commit.commitHash }
    })
  }

  /**
   * Joins other branches, or commits, to this one.
   *
   * @throws {@link NoHeadError} where this branch has no commit
   * @throws {@link InvalidInputError} where there is nothing to join but the head itself
   */
  async merge(others: string | readonly string[], options: MergeOptions = {}): Promise<CommitRow> {
    const list = typeof others === 'string' ? [others] : snapshot('others', others)
    const wanted = snapshot('options', options)
    return this.#move(async (tx, position) => {
      const commit = await mergeAt(tx, position, list, wanted, this.#settings)
      return { result: commit, next: commit.commitHash }
    })
  }

  /**
   * Puts a summary in the place of messages.
   *
   * @throws {@link OutsideChainError} where a source is not on the head's chain
   * @throws {@link InvalidInputError} where a source is an edit, named twice, or all of them are kept
   */
  async compress(compression: Compression): Promise<Compressed> {
    const wanted = snapshot('compression', compression)
    return this.#move(async (tx, position) => {
      const result = await compressAt(tx, position, wanted, this.#settings)
      return { result, next: result.headHash }
    })
  }

  /** Brings the messages into another order; throws as {@link compress} does. */
  async reorganize(reorganization: Reorganization): Promise<Reorganized> {
    const wanted = snapshot('reorganization', reorganization)
    return this.#move(async (tx, position) => {
      const result = await reorganizeAt(tx, position, wanted)
      return { result, next: result.headHash, isReset: result.eventId === null }
    })
  }

  /** Takes messages over from another tract of the same store. */
  async import(from: Import): Promise<Imported> {
    const wanted = snapshot('import', from)
    return this.#move(async (tx, position) => {
      const result = await importAt(tx, position, wanted)
      return { result, next: result.headHash }
    })
  }

  /**
   * Keeps what is sent to a model, so that it can be rebuilt byte for byte whatever becomes of the history.
   *
   * @throws {@link InvalidInputError} where a context is given whose messages its entries do not make
   */
  async recordCompile(compile: Compile = {}): Promise<CompileRecordRow> {
    const wanted = readCompile(compile, this.#settings)
    const { record, seen } = await this.#store.transaction(async (tx) => {
      const position = wanted.context === undefined ? await this.#position(tx) : null
      const context = wanted.context ?? (await readContext(tx, position?.head ?? null, this.#settings.render))
      return {
        record: await recordContext(tx, this.tractId, context, wanted, this.#settings),
        seen: position,
      }
    })
    if (seen !== null) this.#seen.note(seen.refName, seen.head)
    return record
  }

  /**
   * Says of a commit whether it is left out of contexts, shown, or kept verbatim through compression. It counts from now
   * on, also where a clock ahead of ours has said something later.
   */
  async annotate(hash: string, priority: Priority, reason: string | null = null): Promise<AnnotationRow> {
    return this.#store.transaction(async (tx) => {
      const { commitHash: targetHash, tractId } = await commitOf(tx, hash, this.tractId)
      const latest = await tx.annotations.getLatest(targetHash)
      const createdAt = momentAfter(latest?.createdAt ?? null)
      return tx.annotations.save({ tractId, targetHash, priority, reason, createdAt })
    })
  }

  /**
   * Creates a branch; HEAD stays where it is.
   *
   * @param at a commit or branch; the head unless given
   * @param options.force move the branch where it exists; what it leaves behind stays in the store. `false` unless given
   * @throws {@link AlreadyExistsError} where the branch exists
   * @throws {@link NoHeadError} where there is no commit to begin at
   */
  async branch(name: string, at?: string, options: { readonly force?: boolean } = {}): Promise<void> {
    const { force = false } = readOptions('options', options, ['force'])
    checkFlag('options.force', force)
    const { tractId } = this
    const tip = await this.#store.transaction(async (tx) => {
      const was =
        (await tx.refs.getBranch(tractId, name)) ?? (await tx.refs.getSymbolicRef(tractId, branchRef(name)))
      if (was !== null && !force) throw new AlreadyExistsError('branch', { tractId, name })
      const next = at === undefined ? headOf(await this.#position(tx)) : await tipOf(tx, tractId, at)
      await tx.refs.setBranch(tractId, name, next)
      return next
    })
    this.#seen.note(branchRef(name), tip, true)
  }

  /** Attaches HEAD to a branch, or points it at a commit. A history made for one branch keeps writing on that. */
  async checkout(branchOrHash: string): Promise<void> {
    const detached = await this.#store.transaction(async (tx) => {
      if ((await tx.refs.getBranch(this.tractId, branchOrHash)) !== null) {
        await tx.refs.attachHead(this.tractId, branchOrHash)
        return null
      }
      const { commitHash } = await commitOf(tx, branchOrHash, this.tractId)
      await tx.refs.detachHead(this.tractId, commitHash)
      return commitHash
    })
    if (detached === null) this.#seen.forget(HEAD)
    else this.#seen.note(HEAD, detached, true)
  }

  /** Moves the branch, or a detached HEAD, to another commit; what it leaves behind stays in the store. */
  async reset(branchOrHash: string): Promise<void> {
    await this.#move(async (tx) => {
      const next = await tipOf(tx, this.tractId, branchOrHash)
      return { result: undefined, next, isReset: true }
    })
  }

  #position(repositories: Transaction): Promise<Position> {
    return positionOf(repositories, this.tractId, this.#settings.branch)
  }

  async #move<Result>(work: (tx: Transaction, position: Position) => Promise<Move<Result>>): Promise<Result> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#store.transaction(async (tx) => {
          const position = await this.#position(tx)
          if (this.#settings.onConflict === 'throw') await this.#seen.assertUnmoved(tx, position)
          const { result, next, isReset } = await work(tx, position)
          await moveTo(tx, position, next)
          // Before the transaction ends: the next write of this history may begin before this one is told.
          this.#seen.note(position.refName, next, isReset)
          return result
        })
      } catch (error) {
        const again = error instanceof RefConflictError && this.#settings.onConflict === 'retry'
        if (!again || attempt === ATTEMPTS) throw error
      }
    }
  }
}
