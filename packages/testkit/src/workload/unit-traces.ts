import type { Repositories } from '@tract/repositories'
import { A_TRACT } from '../builders/seeded.js'
import { MAIN, takenBack } from './perform-unit.js'
import type { Unit } from './unit.js'

/** A rule that units broke: what should be, and what is. */
export interface BrokenRule {
  readonly rule: string
  readonly expected: string
  readonly found: string
}

/** What a store holds of all units, in sets of their ids. */
interface Traces {
  readonly commits: ReadonlySet<string>
  readonly annotations: ReadonlySet<string>
  readonly events: ReadonlySet<string>
  readonly links: ReadonlySet<string>
  readonly records: ReadonlySet<string>
  readonly effectives: ReadonlySet<string>
  /** The first-parent chain of main. */
  readonly chain: ReadonlySet<string>
}

type Kept = Exclude<keyof Traces, 'chain'>

const KEPT: Readonly<Record<Unit['kind'], readonly Kept[]>> = {
  append: ['commits', 'annotations'],
  compress: ['commits', 'annotations', 'events', 'links', 'records', 'effectives'],
  retry: ['commits'],
  'roll back inside': ['commits', 'annotations'],
  'roll back': [],
}

const TABLES: readonly Kept[] = KEPT.compress

/**
 * Looks for what units that ended, or were cut off, must have left.
 *
 * @param acknowledged ids of the units whose promises were kept
 * @returns the first rule that is broken; `null` where all hold
 */
export async function brokenRule(
  store: Repositories,
  units: readonly Unit[],
  acknowledged: ReadonlySet<string>,
): Promise<BrokenRule | null> {
  const traces = await tracesOf(store)
  for (const unit of units) {
    const isAcknowledged = acknowledged.has(unit.id)
    const broken = brokenBy(unit, isAcknowledged, traces)
    if (broken !== null) return broken
  }
  return null
}

async function tracesOf(store: Repositories): Promise<Traces> {
  const head = await store.refs.getRef(A_TRACT, MAIN)
  const chain = head === null ? [] : await store.commits.getAncestors(head)
  const commits = (await store.commits.getAll(A_TRACT)).map((commit) => commit.commitHash)
  const annotated = await store.annotations.batchGetLatest(commits)
  const events = await store.operationEvents.getAllIds(A_TRACT)
  const links = await store.operationEvents.batchGetCommits(events)
  const records = (await store.compileRecords.getAll(A_TRACT)).map((record) => record.recordId)
  const effectives = await store.compileRecords.batchGetEffectives(records)
  return {
    commits: new Set(commits),
    annotations: new Set(annotated.keys()),
    events: new Set(events),
    links: new Set(links.keys()),
    records: new Set(records),
    effectives: new Set(effectives.keys()),
    chain: new Set(chain.map((commit) => commit.commitHash)),
  }
}

function brokenBy(unit: Unit, isAcknowledged: boolean, traces: Traces): BrokenRule | null {
  const { id, kind } = unit
  const kept = KEPT[kind]
  const there = TABLES.filter((table) => traces[table].has(id))
  const what = `${isAcknowledged ? 'acknowledged' : 'unfinished'} unit ${id} (${kind})`
  if (traces.commits.has(takenBack(unit))) {
    return {
      rule: 'a transaction that throws leaves nothing behind, inside another one too',
      expected: `no commit ${takenBack(unit)}`,
      found: `the commit, which the ${what} took back`,
    }
  }
  if (kept.length === 0) {
    return there.length === 0
      ? null
      : {
          rule: 'a transaction that throws leaves nothing behind',
          expected: `no row of the ${what}`,
          found: `its ${there.join(', ')}`,
        }
  }
  const isWhole = kept.every((table) => there.includes(table))
  if (isAcknowledged && there.length === 0) {
    return {
      rule: 'what was acknowledged is there',
      expected: `the ${kept.join(', ')} of the ${what}`,
      found: 'none of them',
    }
  }
  if (!isWhole && there.length > 0) {
    return {
      rule: 'a transaction is kept as a whole or not at all',
      expected: `the ${kept.join(', ')} of the ${what}${isAcknowledged ? '' : ', or none of them'}`,
      found: `its ${there.join(', ')} alone`,
    }
  }
  const isOnChain = traces.chain.has(id)
  if (isWhole && !isOnChain && (isAcknowledged || kind !== 'retry')) {
    return {
      rule: 'no update is lost: what a writer put on top of a branch stays below its head',
      expected: `commit ${id} of the ${what} on the first-parent chain of ${MAIN}`,
      found: `the commit, and a chain of ${traces.chain.size} commits without it`,
    }
  }
  return null
}
