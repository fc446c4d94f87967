import type { Repositories } from '@tract/repositories'
import type { OperationEventRow, Timestamp } from '@tract/schema'
import { groupBy } from '../group.js'
import { checkStore, checkWord, readOptions } from '../input.js'

/** What a group of events did to the size of a context. */
export interface Saving {
  /** The event's id, its type, the branch (empty where none is named), or the day in UTC as `2026-02-10`. */
  readonly key: string
  readonly events: number
  /** When the first of them was recorded; `null` where there is none. */
  readonly firstAt: Timestamp | null
  /** When the last of them was recorded; `null` where there is none. */
  readonly lastAt: Timestamp | null
  /** Tokens of what went in. */
  readonly before: number
  /** Tokens of what came out. */
  readonly after: number
  /** Before less after; negative where a summary is longer than what it stands for. */
  readonly saved: number
  /** What was saved, of what went in: 0 to 1, or 0 where nothing went in. */
  readonly share: number
}

/** What a tract's events saved. */
export interface Savings {
  /** In the order of their first events. */
  readonly groups: readonly Saving[]
  /** All that was counted, under an empty key: by `type` that is more than compressions, so its share is another. */
  readonly total: Saving
}

const KEYS = {
  event: ({ eventId }: OperationEventRow) => eventId,
  type: ({ eventType }: OperationEventRow) => eventType,
  branch: ({ branchName }: OperationEventRow) => branchName ?? '',
  day: ({ createdAt }: OperationEventRow) => createdAt.slice(0, 10),
} as const

/**
 * What compression saved. Events that only move or take over messages are counted where they are asked for by type; they
 * change no size and are left out otherwise.
 *
 * @param options.by how events are put together; each by itself unless given
 */
export async function savings(
  store: Repositories,
  tractId: string,
  options: { readonly by?: keyof typeof KEYS } = {},
): Promise<Savings> {
  checkStore(store)
  const { by = 'event' } = readOptions('options', options, ['by'])
  checkWord('options.by', by, Object.keys(KEYS))
  const all = await store.operationEvents.getAll(tractId)
  const events = by === 'type' ? all : all.filter(({ eventType }) => eventType === 'compress')
  const groups = [...groupBy(events, KEYS[by])].map(([key, group]) => savingOf(key, group))
  return { groups, total: savingOf('', events) }
}

function savingOf(key: string, events: readonly OperationEventRow[]): Saving {
  const before = events.reduce((sum, { originalTokens }) => sum + originalTokens, 0)
  const after = events.reduce((sum, { compressedTokens }) => sum + compressedTokens, 0)
  const saved = before - after
  const times = { firstAt: events[0]?.createdAt ?? null, lastAt: events.at(-1)?.createdAt ?? null }
  return {
    key,
    events: events.length,
    ...times,
    before,
    after,
    saved,
    share: before === 0 ? 0 : saved / before,
  }
}
