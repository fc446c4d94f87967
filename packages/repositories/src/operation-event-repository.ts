import type { OperationCommitRole, OperationCommitRow, OperationEventRow } from '@tract/schema'
import type { OperationEventInput, OperationEventUnitInput } from './inputs.js'

/** One way from a source to a result of one event. */
export interface LineageStep {
  readonly eventId: string
  readonly sourceHash: string
  readonly sourcePosition: number
  readonly resultHash: string
  readonly resultPosition: number
}

/** Structural changes of a history: some commits went in (`source`), others came out (`result`). */
export abstract class OperationEventRepository {
  /**
   * Stores one event without links.
   *
   * @throws {@link AlreadyExistsError} where its id exists
   */
  abstract saveEvent(event: OperationEventInput): Promise<OperationEventRow>

  /**
   * Stores one event with all its links: all of it or nothing.
   *
   * @throws {@link AlreadyExistsError} where its id exists
   * @throws {@link MissingReferenceError} where a commit does not
   * @throws {@link InvalidInputError} where a commit stands twice in one role
   */
  abstract saveEventWithCommits(event: OperationEventUnitInput): Promise<OperationEventRow>

  /**
   * Links one commit to an event.
   *
   * @throws {@link AlreadyExistsError} where it is linked in that role
   * @throws {@link MissingReferenceError} where the event or the commit does not exist
   */
  abstract addCommit(
    eventId: string,
    commitHash: string,
    role: OperationCommitRole,
    position: number,
  ): Promise<void>

  /** The event, or `null`. */
  abstract getEvent(eventId: string): Promise<OperationEventRow | null>

  /** The events that exist, by id, in the order of the question. */
  abstract getMany(eventIds: readonly string[]): Promise<Map<string, OperationEventRow>>

  /** The tract's events, oldest first. */
  abstract getAll(tractId: string): Promise<readonly OperationEventRow[]>

  /** The event's links by position, of both roles or one; at equal positions the source comes first. */
  abstract getCommits(eventId: string, role?: OperationCommitRole): Promise<readonly OperationCommitRow[]>

  /**
   * The links of each event that has some, by position, at equal positions the source first; by event id, in the order
   * of the question.
   */
  abstract batchGetCommits(eventIds: readonly string[]): Promise<Map<string, readonly OperationCommitRow[]>>

  /**
   * Every step from the commits back to what they come from (`origins`), or forward to what came of them (`fate`),
   * through any number of events, across tracts. In a reorganize or import event with as many sources as results, each
   * result comes from the source of its rank by position; in any other, from every source. Steps come by the event's
   * time and id, then by the positions of result and source. A circle in damaged data ends the walk.
   */
  abstract getLineage(
    commitHashes: readonly string[],
    direction: 'origins' | 'fate',
  ): Promise<readonly LineageStep[]>

  /** Whether any event has the commit as a source. */
  abstract isSourceOf(commitHash: string): Promise<boolean>

  /** The hashes of all sources of the tract's events. */
  abstract getAllSourceHashes(tractId: string): Promise<Set<string>>

  /**
   * The hashes of all sources of the tract's events as they are asked for, in little memory: those of an event together,
   * by insertion. One that went into several events comes with each. It sees what is committed as it goes.
   *
   * Wrong arguments, and a store or transaction that has ended, are refused when the first hash is asked for.
   *
   * @throws {@link DamagedDataError} where what keeps them in order is damaged, and would lead back
   */
  abstract iterateSourceHashes(tractId: string): AsyncGenerator<string, void, undefined>

  /** The ids of the tract's events, oldest first. */
  abstract getAllIds(tractId: string): Promise<readonly string[]>

  /** Removes every link of the commit, in all events. None is no error. */
  abstract deleteCommit(commitHash: string): Promise<void>

  /** Removes the event and its links. An absent one is no error. */
  abstract deleteEvent(eventId: string): Promise<void>
}
