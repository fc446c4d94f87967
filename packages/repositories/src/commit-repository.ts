import type { CommitOperation, CommitRow, JsonValue } from '@tract/schema'
import type { CommitInput, CommitUnitInput } from './inputs.js'

/** Narrows {@link CommitRepository.getAncestors}. */
export interface AncestorOptions {
  /** The most commits to return; a positive integer. All unless given. */
  readonly limit?: number
  /** Return only commits of this operation; the walk goes on through the others. */
  readonly operation?: CommitOperation
}

/** Narrows {@link CommitRepository.iterateAncestors}. */
export type IterateAncestorsOptions = Pick<AncestorOptions, 'operation'>

/** Narrows {@link CommitRepository.getHashes}. */
export interface HashOptions {
  /** The most hashes to return; a positive integer. All unless given. */
  readonly limit?: number
}

/** A row that names a commit. */
export interface CommitUse {
  readonly commitHash: string
  /** The kind of row that names it; `merge` is a link to a parent, `head` the head of a compile record. */
  readonly by: 'child' | 'response' | 'merge' | 'ref' | 'event' | 'effective' | 'head' | 'spawn'
  /** The key of that row: a commit's hash, a ref's name, an event's, record's or pointer's id. */
  readonly id: string
  /** The tract of that row; of a pointer the child's. */
  readonly tractId: string
}

/** One condition on a top-level field of `generationConfigJson`. */
export type ConfigCondition =
  | {
      /** The literal name of a top-level key. */
      readonly field: string
      readonly operator: '=' | '!=' | '>' | '<' | '>=' | '<='
      readonly value: JsonValue
    }
  | { readonly field: string; readonly operator: 'in'; readonly value: readonly JsonValue[] }

/** The history graph. */
export abstract class CommitRepository {
  /** The commit, or `null`. */
  abstract get(commitHash: string): Promise<CommitRow | null>

  /** The commits that exist, by hash, in the order of the question. */
  abstract getMany(commitHashes: readonly string[]): Promise<Map<string, CommitRow>>

  /**
   * Stores one commit.
   *
   * @throws {@link AlreadyExistsError} where its hash exists
   * @throws {@link MissingReferenceError} where its blob, parent or `responseTo` does not
   */
  abstract save(commit: CommitInput): Promise<CommitRow>

  /**
   * Stores one commit with its payload, which is kept where it is there already, and moves a ref to it where one is
   * named: all of it or nothing.
   *
   * @throws {@link AlreadyExistsError} where the commit's hash exists
   * @throws {@link MissingReferenceError} where its parent or `responseTo` does not
   * @throws {@link RefConflictError} where the ref is not at `expected`
   * @throws {@link SymbolicRefError} where `expected` is given and the ref is symbolic
   * @throws {@link InvalidInputError} where `contentHash` is given and is not the blob's, or `expected` without a ref
   */
  abstract saveWithBlob(commit: CommitUnitInput): Promise<CommitRow>

  /**
   * The first-parent chain, the start included, newest first. Empty for an unknown start; a cycle in damaged data
   * ends the walk.
   */
  abstract getAncestors(commitHash: string, options?: AncestorOptions): Promise<readonly CommitRow[]>

  /**
   * The same chain, however long, in little memory: each commit as it is asked for. It sees what is committed as it goes,
   * not one moment's state. Nothing is open between two commits, so that leaving the loop needs no closing.
   *
   * Wrong arguments, and a store or transaction that has ended, are refused when the first commit is asked for.
   */
  abstract iterateAncestors(
    commitHash: string,
    options?: IterateAncestorsOptions,
  ): AsyncGenerator<CommitRow, void, undefined>

  /** The commits whose first parent this is, oldest first. */
  abstract getChildren(commitHash: string): Promise<readonly CommitRow[]>

  /** The tract's commits of one content type, oldest first. */
  abstract getByType(contentType: string, tractId: string): Promise<readonly CommitRow[]>

  /**
   * The tract's commits whose `generationConfigJson` meets all conditions, oldest first. Values compare by their own
   * JSON type: a number never equals a string, and only numbers with numbers or strings with strings have an order.
   * A missing field meets nothing; without conditions every commit of the tract does.
   *
   * @throws {@link InvalidInputError} for another operator
   */
  abstract getByConfig(tractId: string, conditions: readonly ConfigCondition[]): Promise<readonly CommitRow[]>

  /**
   * The one commit whose hash begins so, of one tract or of all; `null` if none does.
   *
   * @param prefix at least 4 characters; `%` and `_` are ordinary ones
   * @throws {@link AmbiguousPrefixError} where several do
   */
  abstract getByPrefix(prefix: string, tractId?: string): Promise<CommitRow | null>

  /** The tract's commits, oldest first. */
  abstract getAll(tractId: string): Promise<readonly CommitRow[]>

  /** The hashes of the tract's commits, oldest first. */
  abstract getHashes(tractId: string, options?: HashOptions): Promise<readonly string[]>

  /**
   * The hashes of the tract's commits, oldest first, as they are asked for; see {@link iterateAncestors}. Whoever saves a
   * commit of the tract for each hash that comes makes a loop without end.
   *
   * @throws {@link DamagedDataError} where what keeps them in order is damaged, and would lead back
   */
  abstract iterateHashes(tractId: string): AsyncGenerator<string, void, undefined>

  /** The ids of all tracts that any row names, by code point; a child that has no row of its own yet is among them. */
  abstract getTractIds(): Promise<readonly string[]>

  /** Those of the commits that are on the first-parent chain of the head, itself included. Ends when all are met. */
  abstract getOnChain(headHash: string, commitHashes: readonly string[]): Promise<Set<string>>

  /** The commits whose `responseTo` is one of these, oldest first. */
  abstract getResponses(commitHashes: readonly string[]): Promise<readonly CommitRow[]>

  /**
   * Every row that names one of these commits, in whatever tract; the commit's own rows, its annotations and the links
   * to its parents, do not count. By commit hash, then kind, key and tract, as text. Looks at every compile record.
   */
  abstract getUses(commitHashes: readonly string[]): Promise<readonly CommitUse[]>

  /**
   * Removes the commit and what hangs on it: its parent links in either direction, its annotations, the refs that
   * point at it. The `parentHash` of its children, `responseTo` of its answers and `parentCommitHash` of spawn
   * pointers become `null`. An absent commit is no error.
   *
   * @throws {@link CommitInUseError} while an operation event names it, or a compile record as its head or among its
   * effective commits; nothing is removed then
   */
  abstract delete(commitHash: string): Promise<void>
}
