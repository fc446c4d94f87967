import type { Repositories } from '@tract/repositories'
import { type Context, type ContextEntry, type Render, readEntriesGiven } from '../context.js'
import { DamagedRecordError } from '../errors.js'
import { groupBy } from '../group.js'
import { checkStore, readingInput, readOptions } from '../input.js'
import { contextOf } from './context-of.js'
import { inOrder } from './in-order.js'
import { isCopy, type Step, walk } from './steps.js'

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
 * What became of the messages of one context in another. A copy of a commit counts as that commit, whichever of the two
 * was made first. The cost is that of what lies behind the messages which are in one of them only.
 *
 * @param before a context, or the id of a compile record
 * @param after a context, or the id of a compile record
 * @param options.render what makes the messages of records, where it is not the default
 * @throws {@link UnknownRecordError}
 * @throws {@link DamagedRecordError} where a record's messages cannot be rebuilt
 */
export async function diffContexts(
  store: Repositories,
  before: Context | string,
  after: Context | string,
  options: { readonly render?: Render } = {},
): Promise<ContextDiff> {
  checkStore(store)
  const given = readOptions('options', options, ['render'])
  const from = await contextGiven(store, 'before', before, given)
  const to = await contextGiven(store, 'after', after, given)
  const pairs = new Pairs()
  pairs.pairEqual(keysOf(from, commitHashOf), keysOf(to, commitHashOf))
  const replaced = await pairByLineage(store, from.entries, to.entries, pairs)
  const changes = arrange(from.entries, to.entries, pairs, replaced)
  return { before: from, after: to, changes, tokensBefore: from.tokens, tokensAfter: to.tokens }
}

async function contextGiven(
  store: Repositories,
  field: string,
  given: Context | string,
  options: { readonly render?: Render },
): Promise<Context> {
  if (typeof given === 'object' && given !== null) {
    const context = readingInput(field, (): Context => ({ ...given }))
    return { ...context, entries: readEntriesGiven(`${field}.entries`, context.entries) }
  }
  const { context, missing } = await contextOf(store, given, options)
  if (context !== null) return context
  const gone = missing.map(({ what, hash }) => (hash === null ? what : `${what} ${hash}`)).join(', ')
  throw new DamagedRecordError(given, `no ${gone}`, 'all that it names')
}

/** Places of the earlier context and of the later one that hold the same message. One entry may stand at several places. */
class Pairs {
  readonly after = new Map<number, number>()
  readonly before = new Map<number, number>()

  add(before: number, after: number): void {
    this.after.set(before, after)
    this.before.set(after, before)
  }

  /** Pairs places of equal keys that are open, in order. */
  pairEqual(before: readonly string[], after: readonly string[]): void {
    const open = [...after.keys()].filter((place) => !this.before.has(place))
    const waiting = groupBy(open, (place) => after[place])
    for (const [place, key] of before.entries()) {
      if (this.after.has(place)) continue
      const same = waiting.get(key)?.shift()
      if (same !== undefined) this.add(place, same)
    }
  }
}

function keysOf(context: Context, keyOf: (entry: ContextEntry) => string): readonly string[] {
  return context.entries.map(keyOf)
}

const commitHashOf = ({ commit }: ContextEntry) => commit.commitHash

/** Pairs copies, and returns the places that each summary stands for, by the summary's own. */
async function pairByLineage(
  store: Repositories,
  before: readonly ContextEntry[],
  after: readonly ContextEntry[],
  pairs: Pairs,
): Promise<ReadonlyMap<number, readonly number[]>> {
  const restBefore = before.filter((_, place) => !pairs.after.has(place)).map(commitHashOf)
  const restAfter = after.filter((_, place) => !pairs.before.has(place)).map(commitHashOf)
  if (restBefore.length === 0 || restAfter.length === 0) return new Map()
  const found = await walk(store, [...new Set([...restBefore, ...restAfter])], 'origins')
  const back = groupBy(found.steps, ({ result }) => result)
  const original = (hash: string) =>
    lastOf(hash, (one) => (back.get(one) ?? []).filter((step) => isCopy(step, found)))
  pairs.pairEqual(
    before.map((entry) => original(commitHashOf(entry))),
    after.map((entry) => original(commitHashOf(entry))),
  )
  const replaced = new Map<number, number[]>()
  const open = new Map(
    before.flatMap((entry, place) =>
      pairs.after.has(place) ? [] : [[place, original(commitHashOf(entry))]],
    ),
  )
  for (const [place, entry] of after.entries()) {
    if (pairs.before.has(place)) continue
    const behind = reachedFrom(commitHashOf(entry), (one) => back.get(one) ?? [])
    const sources = [...open].flatMap(([at, hash]) => (behind.has(hash) ? at : []))
    for (const at of sources) open.delete(at)
    if (sources.length > 0) replaced.set(place, sources)
  }
  return replaced
}

/** The end of a way back; of several ways the first. */
function lastOf(start: string, stepsOf: (hash: string) => readonly Step[]): string {
  return [...reachedFrom(start, (hash) => stepsOf(hash).slice(0, 1))].at(-1) ?? start
}

function reachedFrom(start: string, stepsOf: (hash: string) => readonly Step[]): ReadonlySet<string> {
  const reached = new Set([start])
  // A set hands out what is added while it is walked.
  for (const hash of reached) for (const { source } of stepsOf(hash)) reached.add(source)
  return reached
}

function arrange(
  before: readonly ContextEntry[],
  after: readonly ContextEntry[],
  pairs: Pairs,
  replaced: ReadonlyMap<number, readonly number[]>,
): readonly ContextChange[] {
  const kept = [...after.keys()].flatMap((place) => pairs.before.get(place) ?? [])
  const steady = inOrder(kept)
  const stayed = new Set(kept.filter((_, index) => steady.has(index)))
  const summarised = new Set([...replaced.values()].flat())
  const dropped = [...before.keys()].filter((place) => !pairs.after.has(place) && !summarised.has(place))
  const changes: ContextChange[] = []
  let next = 0
  for (const [place, entry] of after.entries()) {
    const was = pairs.before.get(place)
    const sources = replaced.get(place)
    const one = before[was ?? -1]
    if (was !== undefined && one !== undefined) {
      if (stayed.has(was)) dropUntil(was)
      const kind = one.contentHash !== entry.contentHash ? 'edited' : stayed.has(was) ? 'kept' : 'moved'
      changes.push({ kind, before: one, after: entry })
    } else if (sources !== undefined) {
      changes.push({ kind: 'replaced', before: sources.flatMap((at) => before[at] ?? []), after: entry })
    } else changes.push({ kind: 'added', after: entry })
  }
  dropUntil(before.length)
  return changes

  function dropUntil(place: number): void {
    for (let at = dropped[next]; at !== undefined && at < place; at = dropped[++next]) {
      const entry = before[at]
      if (entry !== undefined) changes.push({ kind: 'dropped', before: entry })
    }
  }
}
