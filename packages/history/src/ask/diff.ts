import type { Repositories } from '@tract/repositories'
import type { Context, ContextEntry } from '../context.js'
import { DamagedRecordError } from '../errors.js'
import { groupBy } from '../group.js'
import { contextOf } from './context-of.js'
import { inOrder } from './in-order.js'
import { isCopy, walk } from './steps.js'

/** A message of one context and what it is in the other. */
export type ContextChange =
  | {
      /** `edited`: it has another text; `moved`: others that are in both stand otherwise around it. */
      readonly kind: 'kept' | 'moved' | 'edited'
      readonly before: ContextEntry
      readonly after: ContextEntry
    }
  | { readonly kind: 'added'; readonly after: ContextEntry }
  | { readonly kind: 'dropped'; readonly before: ContextEntry }
  | {
      /** A summary, and the messages that it stands for. */
      readonly kind: 'replaced'
      readonly before: readonly ContextEntry[]
      readonly after: ContextEntry
    }

/** What differs between two contexts. */
export interface ContextDiff {
  readonly before: Context
  readonly after: Context
  /** In the order of the later context; what is only in the earlier one stands where it would follow. */
  readonly changes: readonly ContextChange[]
  readonly tokensBefore: number
  readonly tokensAfter: number
}

/**
 * What became of the messages of one context in another. A copy of a commit counts as that commit.
 *
 * @param before a context, or the id of a compile record
 * @param after a context, or the id of a compile record
 * @throws {@link UnknownRecordError}
 * @throws {@link DamagedRecordError} where a record's messages cannot be rebuilt
 */
export async function diffContexts(
  store: Repositories,
  before: Context | string,
  after: Context | string,
): Promise<ContextDiff> {
  const from = await contextGiven(store, before)
  const to = await contextGiven(store, after)
  const pairs = pairSame(from.entries, to.entries)
  const restBefore = from.entries.filter((entry) => !pairs.has(entry))
  const taken = new Set(pairs.values())
  const restAfter = to.entries.filter((entry) => !taken.has(entry))
  const replaced = await pairByLineage(store, restBefore, restAfter, pairs)
  const changes = arrange(from.entries, to.entries, pairs, replaced)
  return { before: from, after: to, changes, tokensBefore: from.tokens, tokensAfter: to.tokens }
}

async function contextGiven(store: Repositories, given: Context | string): Promise<Context> {
  if (typeof given !== 'string') return given
  const { context, missing } = await contextOf(store, given)
  if (context !== null) return context
  const gone = missing.map(({ what, hash }) => `${what} ${hash}`).join(', ')
  throw new DamagedRecordError(given, `no ${gone}`, 'all that it names')
}

type Pairs = Map<ContextEntry, ContextEntry>

/** A commit that stands several times in both pairs in order. */
function pairSame(before: readonly ContextEntry[], after: readonly ContextEntry[]): Pairs {
  const waiting = groupBy(after, ({ commit }) => commit.commitHash)
  const pairs: Pairs = new Map()
  for (const entry of before) {
    const same = waiting.get(entry.commit.commitHash)?.shift()
    if (same !== undefined) pairs.set(entry, same)
  }
  return pairs
}

/** Pairs copies, and returns the summaries with what they stand for. */
async function pairByLineage(
  store: Repositories,
  before: readonly ContextEntry[],
  after: readonly ContextEntry[],
  pairs: Pairs,
): Promise<Map<ContextEntry, ContextEntry[]>> {
  const replaced = new Map<ContextEntry, ContextEntry[]>()
  if (before.length === 0 || after.length === 0) return replaced
  const found = await walk(
    store,
    before.map(({ commit }) => commit.commitHash),
    'fate',
  )
  const onward = groupBy(found.steps, ({ source }) => source)
  const waiting = groupBy(after, ({ commit }) => commit.commitHash)
  const taken = new Set<ContextEntry>()
  const ends = before.map((entry) => ({ entry, ...reach(entry.commit.commitHash) }))
  for (const { entry, copies } of ends) {
    const copy = [...copies].flatMap((hash) => waiting.get(hash) ?? []).find((one) => !taken.has(one))
    if (copy === undefined) continue
    taken.add(copy)
    pairs.set(entry, copy)
  }
  for (const { entry, all } of ends) {
    if (pairs.has(entry)) continue
    const summary = [...all].flatMap((hash) => waiting.get(hash) ?? []).find((one) => !taken.has(one))
    if (summary === undefined) continue
    const group = replaced.get(summary)
    if (group === undefined) replaced.set(summary, [entry])
    else group.push(entry)
  }
  return replaced

  function reach(start: string) {
    const all = new Set([start])
    const copies = new Set([start])
    for (const hash of all) {
      for (const step of onward.get(hash) ?? []) {
        all.add(step.result)
        if (copies.has(hash) && isCopy(step, found)) copies.add(step.result)
      }
    }
    return { all, copies }
  }
}

function arrange(
  before: readonly ContextEntry[],
  after: readonly ContextEntry[],
  pairs: Pairs,
  replaced: ReadonlyMap<ContextEntry, readonly ContextEntry[]>,
): readonly ContextChange[] {
  const earlier = new Map([...pairs].map(([one, other]) => [other, one]))
  const positions = new Map(before.map((entry, index) => [entry, index]))
  const kept = after.flatMap((entry) => earlier.get(entry) ?? [])
  const steady = inOrder(kept.map((entry) => positions.get(entry) ?? 0))
  const stayed = new Set(kept.filter((_, index) => steady.has(index)))
  const summarised = new Set([...replaced.values()].flat())
  const dropped = before.filter((entry) => !pairs.has(entry) && !summarised.has(entry))
  const changes: ContextChange[] = []
  let next = 0
  for (const entry of after) {
    const one = earlier.get(entry)
    const sources = replaced.get(entry)
    if (one !== undefined && stayed.has(one)) dropUntil(positions.get(one) ?? 0)
    if (one !== undefined) changes.push({ kind: kindOf(one, entry), before: one, after: entry })
    else if (sources !== undefined) changes.push({ kind: 'replaced', before: sources, after: entry })
    else changes.push({ kind: 'added', after: entry })
  }
  dropUntil(before.length)
  return changes

  function dropUntil(position: number): void {
    for (let entry = dropped[next]; entry !== undefined; entry = dropped[++next]) {
      if ((positions.get(entry) ?? 0) >= position) return
      changes.push({ kind: 'dropped', before: entry })
    }
  }

  function kindOf(one: ContextEntry, other: ContextEntry): 'kept' | 'moved' | 'edited' {
    if (one.contentHash !== other.contentHash) return 'edited'
    return stayed.has(one) ? 'kept' : 'moved'
  }
}
