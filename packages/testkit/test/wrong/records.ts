import type { CommitParentRow, OperationCommitRow } from '@tract/schema'
import { ModelCommitParentRepository } from '../../src/model/commit-parents.js'
import { ModelCompileRecordRepository } from '../../src/model/compile-records.js'
import { ModelOperationEventRepository } from '../../src/model/operation-events.js'
import { byPosition, oldestFirst } from '../../src/model/rules.js'
import type { ModelState } from '../../src/model/state.js'
import { MemoryDatabase } from '../support/memory-store.js'
import { type WrongAdapter, wrongCall } from './wrong-adapter.js'

const EVENTS = 'operation events'
const RECORDS = 'compile records'

/** Links, and the units that they belong to. */
export const WRONG_RECORDS: readonly WrongAdapter[] = [
  {
    name: 'parents are saved one by one, and those before a missing one stay',
    caughtBy: ['commit parents > a missing parent at the end of a list leaves none of it'],
    database: () => new EveryStepStays(),
    parts: wrongCall('commitParents', 'addParents', (_, state) => async (hash, parents) => {
      const links = new ModelCommitParentRepository(state)
      for (const [position, parentHash] of parents.entries())
        await links.addParent(hash, parentHash, position)
    }),
  },
  {
    name: 'positions are ordered as text',
    caughtBy: ['commit parents > positions order as numbers'],
    parts: wrongCall(
      'commitParents',
      'getParents',
      (right) => async (hash) => (await right(hash)).toSorted(byPositionText),
    ),
  },
  {
    name: 'the role is no filter',
    caughtBy: [`${EVENTS} > add and get commits`],
    parts: wrongCall('operationEvents', 'getCommits', (right) => (eventId) => right(eventId)),
  },
  {
    name: 'at equal positions the result comes before the source',
    caughtBy: [
      `${EVENTS} > links come by position, at equal positions the source first and then by insertion`,
    ],
    parts: wrongCall(
      'operationEvents',
      'getCommits',
      (right) => async (eventId, role) => byPosition((await right(eventId, role)).toSorted(byRole)),
    ),
  },
  {
    name: 'a result is a source as well',
    caughtBy: [`${EVENTS} > is source of`],
    parts: wrongCall(
      'operationEvents',
      'isSourceOf',
      (_, state) => async (hash) => state.operationCommits.some(({ commitHash }) => commitHash === hash),
    ),
  },
  {
    name: 'source hashes of all tracts are given',
    caughtBy: [`${EVENTS} > get all source hashes`],
    parts: wrongCall('operationEvents', 'getAllSourceHashes', (_, state) => async () => {
      const sources = state.operationCommits.filter(({ role }) => role === 'source')
      return new Set(sources.map(({ commitHash }) => commitHash))
    }),
  },
  {
    name: 'a second event of one id overwrites the first',
    caughtBy: [`${EVENTS} > a second event of one id is refused and the first stays`],
    parts: wrongCall('operationEvents', 'saveEvent', (right, state) => (event) => {
      state.operationEvents = state.operationEvents.filter(({ eventId }) => eventId !== event.eventId)
      return right(event)
    }),
  },
  {
    name: 'a whole event is saved step by step, and the steps before a missing commit stay',
    caughtBy: [
      `${EVENTS} > a missing commit at the end of a whole event leaves nothing of it`,
      'on a location > in one store, what overlaps > whole units that overlap stay whole, and those refused leave nothing',
    ],
    database: () => new EveryStepStays(),
    parts: wrongCall('operationEvents', 'saveEventWithCommits', (_, state) => async (unit) => {
      const events = new ModelOperationEventRepository(state)
      const { sources, results, ...event } = unit
      const row = await events.saveEvent(event)
      const save = async (hashes: readonly string[], role: 'source' | 'result') => {
        for (const [position, hash] of hashes.entries())
          await events.addCommit(row.eventId, hash, role, position)
      }
      await save(sources, 'source')
      await save(results, 'result')
      return row
    }),
  },
  {
    name: 'a whole record is saved step by step, and the steps before a missing commit stay',
    caughtBy: [`${RECORDS} > a missing commit at the end of a whole record leaves nothing of it`],
    database: () => new EveryStepStays(),
    parts: wrongCall('compileRecords', 'saveRecordWithEffectives', (_, state) => async (unit) => {
      const records = new ModelCompileRecordRepository(state)
      const { effectives, ...record } = unit
      const row = await records.saveRecord({ ...record, commitCount: effectives.length })
      for (const [position, hash] of effectives.entries())
        await records.addEffective(row.recordId, hash, position)
      return row
    }),
  },
  {
    name: 'deleting an event leaves its links',
    caughtBy: [
      `${EVENTS} > delete event`,
      `${EVENTS} > a deleted id can be saved again, without its old links`,
    ],
    parts: wrongCall('operationEvents', 'deleteEvent', (_, state) => async (id) => {
      state.operationEvents = state.operationEvents.filter(({ eventId }) => eventId !== id)
    }),
  },
  {
    name: 'deleting the links of a commit deletes its events',
    caughtBy: [`${EVENTS} > delete commit`],
    parts: wrongCall('operationEvents', 'deleteCommit', (right, state) => async (hash) => {
      const links = state.operationCommits.filter(({ commitHash }) => commitHash === hash)
      const ids = new Set(links.map(({ eventId }) => eventId))
      state.operationEvents = state.operationEvents.filter(({ eventId }) => !ids.has(eventId))
      await right(hash)
    }),
  },
  {
    name: 'deleting an absent event is an error',
    caughtBy: [`${EVENTS} > deleting an absent event is no error`],
    failsAs: 'RangeError',
    parts: wrongCall('operationEvents', 'deleteEvent', (right, state) => async (id) => {
      if (state.operationEvents.every(({ eventId }) => eventId !== id)) throw new RangeError(`no event ${id}`)
      await right(id)
    }),
  },
  {
    name: 'a compression leads from each source to the result of its rank',
    caughtBy: ['lineage > a compression leads from every source to every result'],
    parts: wrongCall(
      'operationEvents',
      'getLineage',
      (right) => async (hashes, direction) =>
        (await right(hashes, direction)).filter(
          ({ sourcePosition, resultPosition }) => sourcePosition === resultPosition,
        ),
    ),
  },
  {
    name: 'lineage ends after one event',
    caughtBy: ['lineage > the walk goes through any number of events, across tracts, and ends on a circle'],
    parts: wrongCall(
      'operationEvents',
      'getLineage',
      (right) => async (hashes, direction) =>
        (await right(hashes, direction)).filter(({ sourceHash, resultHash }) =>
          hashes.includes(direction === 'fate' ? sourceHash : resultHash),
        ),
    ),
  },
  {
    name: 'the commit count counts each commit once',
    caughtBy: [`${RECORDS} > a repeated commit is linked once, at its first position, and counts every time`],
    parts: wrongCall(
      'compileRecords',
      'saveRecordWithEffectives',
      (right) =>
        ({ effectives, ...record }) =>
          right({ ...record, effectives: [...new Set(effectives)] }),
    ),
  },
  {
    name: 'a repeated commit is linked at its last position',
    caughtBy: [`${RECORDS} > a repeated commit is linked once, at its first position, and counts every time`],
    parts: wrongCall('compileRecords', 'saveRecordWithEffectives', (right, state) => async (unit) => {
      const row = await right(unit)
      for (const link of state.compileEffectives) {
        if (link.recordId === row.recordId) link.position = unit.effectives.lastIndexOf(link.commitHash)
      }
      return row
    }),
  },
  {
    name: 'effective commits of one position come by their hash',
    caughtBy: [`${RECORDS} > effectives of one position come in the order of insertion`],
    parts: wrongCall(
      'compileRecords',
      'getEffectives',
      (right) => async (recordId) =>
        byPosition(
          (await right(recordId)).toSorted((left, other) => (left.commitHash < other.commitHash ? -1 : 1)),
        ),
    ),
  },
  {
    name: 'a child is spawned twice',
    caughtBy: ['spawn pointers > a child has at most one parent'],
    parts: wrongCall('spawnPointers', 'save', (right, state) => async (pointer) => {
      const others = state.spawnPointers.filter(({ childTractId }) => childTractId !== pointer.childTractId)
      const same = state.spawnPointers.filter(({ childTractId }) => childTractId === pointer.childTractId)
      state.spawnPointers = others
      const row = await right(pointer)
      state.spawnPointers = [...same, ...state.spawnPointers]
      return row
    }),
  },
  {
    name: 'a circle of spawn pointers makes the walk endless',
    caughtBy: ['spawn pointers > a cycle ends the walk'],
    hangs: true,
    parts: wrongCall('spawnPointers', 'hasAncestor', (right, state) => async (child, ancestor) => {
      const met = new Set<string>()
      let tract: string | undefined = child
      while (tract !== undefined && !met.has(tract)) {
        met.add(tract)
        const here: string = tract
        tract = state.spawnPointers.find(({ childTractId }) => childTractId === here)?.parentTractId
      }
      const isFound = await right(child, ancestor)
      return isFound || tract === undefined ? isFound : new Promise(() => {})
    }),
  },
  {
    name: 'a tract is an ancestor of itself',
    caughtBy: ['spawn pointers > an ancestor is a parent, a parent of a parent and so on'],
    parts: wrongCall(
      'spawnPointers',
      'hasAncestor',
      (right) => async (child, ancestor) => child === ancestor || right(child, ancestor),
    ),
  },
  {
    name: 'only the pointers that a tract is the parent of are given',
    caughtBy: ['spawn pointers > all pointers of a tract are those as parent and as child, oldest first'],
    parts: wrongCall(
      'spawnPointers',
      'getAll',
      (_, state) => async (tractId) =>
        oldestFirst(state.spawnPointers.filter(({ parentTractId }) => parentTractId === tractId)),
    ),
  },
]

function byPositionText(left: CommitParentRow, right: CommitParentRow): number {
  return String(left.position) < String(right.position) ? -1 : 1
}

function byRole(left: OperationCommitRow, right: OperationCommitRow): number {
  return left.role === right.role ? 0 : left.role === 'result' ? -1 : 1
}

class EveryStepStays extends MemoryDatabase {
  override rollBack(state: ModelState): void {
    this.commit(state)
  }
}
