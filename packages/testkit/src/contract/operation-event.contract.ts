import {
  AlreadyExistsError,
  InvalidInputError,
  MissingReferenceError,
  type OperationEventUnitInput,
  type Repositories,
} from '@tract/repositories'
import { OperationEventType } from '@tract/schema'
import { describe, expect } from 'vitest'
import { anOperationEvent } from '../builders/operation-event.js'
import { A_TRACT } from '../builders/seeded.js'
import { contentsOf } from './contents.js'
import { refusalWithoutTrace } from './expectations.js'
import type { ContractTest } from './fixture.js'
import { SAME_TIME, saveTied } from './seeds.js'

const SCOPE = { tractIds: [A_TRACT, 'another'] }

/** Structural changes of a history. */
export function operationEventContract(test: ContractTest): void {
  describe('operation events', () => {
    test('save and get event', async ({ store }) => {
      const event = anOperationEvent()
      const saved = await store.operationEvents.saveEvent(event)
      expect(saved).toEqual(event)
      expect(await store.operationEvents.getEvent(event.eventId)).toEqual(saved)
    })

    test('add and get commits', async ({ store }) => {
      const eventId = await saveEvent(store, 'event')
      await saveTied(store, ['zebra', 'apple', 'summary'])
      await store.operationEvents.addCommit(eventId, 'zebra', 'source', 0)
      await store.operationEvents.addCommit(eventId, 'apple', 'source', 1)
      await store.operationEvents.addCommit(eventId, 'summary', 'result', 0)
      const zebra = { eventId, commitHash: 'zebra', role: 'source', position: 0 }
      const apple = { eventId, commitHash: 'apple', role: 'source', position: 1 }
      const summary = { eventId, commitHash: 'summary', role: 'result', position: 0 }
      expect(await store.operationEvents.getCommits(eventId)).toEqual([zebra, summary, apple])
      expect(await store.operationEvents.getCommits(eventId, 'source')).toEqual([zebra, apple])
      expect(await store.operationEvents.getCommits(eventId, 'result')).toEqual([summary])
    })

    test('is source of', async ({ store }) => {
      const eventId = await saveEvent(store, 'event')
      await saveTied(store, ['source', 'result', 'neither'])
      await store.operationEvents.addCommit(eventId, 'source', 'source', 0)
      await store.operationEvents.addCommit(eventId, 'result', 'result', 0)
      expect(await store.operationEvents.isSourceOf('source')).toBe(true)
      expect(await store.operationEvents.isSourceOf('result')).toBe(false)
      expect(await store.operationEvents.isSourceOf('neither')).toBe(false)
      expect(await store.operationEvents.isSourceOf('unknown')).toBe(false)
    })

    test('get all source hashes', async ({ store }) => {
      await saveTied(store, ['one', 'two', 'three', 'result'])
      await saveUnit(store, { eventId: 'first', sources: ['one', 'two'], results: ['result'] })
      await saveUnit(store, { eventId: 'second', sources: ['two'], results: [] })
      await saveUnit(store, { eventId: 'elsewhere', tractId: 'another', sources: ['three'], results: [] })
      const hashes = await store.operationEvents.getAllSourceHashes(A_TRACT)
      expect(hashes).toBeInstanceOf(Set)
      expect(hashes).toEqual(new Set(['one', 'two']))
      expect(await store.operationEvents.getAllSourceHashes('a tract without events')).toEqual(new Set())
    })

    test('get all ids', async ({ store }) => {
      await store.operationEvents.saveEvent(anOperationEvent({ eventId: 'late' }, 3))
      await store.operationEvents.saveEvent(anOperationEvent({ eventId: 'early' }, 1))
      await store.operationEvents.saveEvent(anOperationEvent({ eventId: 'middle' }, 2))
      await store.operationEvents.saveEvent(anOperationEvent({ eventId: 'elsewhere', tractId: 'another' }, 2))
      expect(await store.operationEvents.getAllIds(A_TRACT)).toEqual(['early', 'middle', 'late'])
      expect(await store.operationEvents.getAllIds('a tract without events')).toEqual([])
    })

    test('events of one time come in the order of insertion', async ({ store }) => {
      for (const eventId of ['zebra', 'apple', 'mango']) await saveEvent(store, eventId)
      expect(await store.operationEvents.getAllIds(A_TRACT)).toEqual(['zebra', 'apple', 'mango'])
    })

    test('delete commit', async ({ store }) => {
      await saveTied(store, ['doomed', 'kept'])
      await saveUnit(store, { eventId: 'first', sources: ['doomed', 'kept'], results: ['doomed'] })
      await saveUnit(store, { eventId: 'second', tractId: 'another', sources: ['doomed'], results: ['kept'] })
      await store.operationEvents.deleteCommit('doomed')
      const kept = { commitHash: 'kept', position: 1 }
      expect(await store.operationEvents.getCommits('first')).toEqual([
        { eventId: 'first', role: 'source', ...kept },
      ])
      expect(await store.operationEvents.getCommits('second', 'source')).toEqual([])
      expect(await store.operationEvents.isSourceOf('doomed')).toBe(false)
      expect(await store.operationEvents.getEvent('second')).not.toBeNull()
      expect(await store.commits.get('doomed')).not.toBeNull()
    })

    test('deleting the links of a commit that has none is no error', async ({ store }) => {
      await saveTied(store, ['one'])
      await saveUnit(store, { eventId: 'event', sources: ['one'], results: [] })
      const before = await contentsOf(store, SCOPE)
      await store.operationEvents.deleteCommit('unknown')
      expect(await contentsOf(store, SCOPE)).toEqual(before)
    })

    test('delete event', async ({ store }) => {
      await saveTied(store, ['one', 'two'])
      await saveUnit(store, { eventId: 'kept', sources: ['one'], results: ['two'] })
      const before = await contentsOf(store, SCOPE)
      await saveUnit(store, { eventId: 'doomed', sources: ['one', 'two'], results: ['two'] })
      await store.operationEvents.deleteEvent('doomed')
      expect(await store.operationEvents.getEvent('doomed')).toBeNull()
      expect(await store.operationEvents.getCommits('doomed')).toEqual([])
      expect(await store.operationEvents.isSourceOf('two')).toBe(false)
      expect(await contentsOf(store, SCOPE)).toEqual(before)
    })

    test('deleting an absent event is no error', async ({ store }) => {
      await saveEvent(store, 'event')
      await store.operationEvents.deleteEvent('unknown')
      expect(await store.operationEvents.getAllIds(A_TRACT)).toEqual(['event'])
    })

    test('a deleted id can be saved again, without its old links', async ({ store }) => {
      await saveTied(store, ['one'])
      await saveUnit(store, { eventId: 'event', sources: ['one'], results: [] })
      await store.operationEvents.deleteEvent('event')
      await saveEvent(store, 'event')
      expect(await store.operationEvents.getCommits('event')).toEqual([])
    })

    test('event types', async ({ store }) => {
      for (const eventType of Object.values(OperationEventType)) {
        const saved = await store.operationEvents.saveEvent(
          anOperationEvent({ eventId: eventType, eventType }),
        )
        expect(saved.eventType).toBe(eventType)
        expect((await store.operationEvents.getEvent(eventType))?.eventType).toBe(eventType)
      }
    })

    test('params JSON round trip', async ({ store }) => {
      const paramsJson = {
        target_tokens: 0,
        instructions: '',
        nested: { list: [1, 'two', null, true, { é: '😀' }] },
      }
      const { eventId } = await store.operationEvents.saveEvent(anOperationEvent({ paramsJson }))
      expect((await store.operationEvents.getEvent(eventId))?.paramsJson).toEqual(paramsJson)
    })

    test('get event not found', async ({ store }) => {
      expect(await store.operationEvents.getEvent('unknown')).toBeNull()
    })

    test('get commits empty', async ({ store }) => {
      await saveEvent(store, 'event')
      for (const eventId of ['event', 'unknown']) {
        expect(await store.operationEvents.getCommits(eventId)).toEqual([])
        expect(await store.operationEvents.getCommits(eventId, 'source')).toEqual([])
      }
    })

    test('token counts that are left out are 0, and everything else null', async ({ store }) => {
      const saved = await store.operationEvents.saveEvent({
        eventId: 'event',
        tractId: A_TRACT,
        eventType: 'import',
      })
      const { createdAt } = saved
      const nothing = { branchName: null, originalTokens: 0, compressedTokens: 0, paramsJson: null }
      expect(saved).toEqual({
        eventId: 'event',
        tractId: A_TRACT,
        eventType: 'import',
        createdAt,
        ...nothing,
      })
      expect(await store.operationEvents.getEvent('event')).toEqual(saved)
    })

    test('links come by position, at equal positions the source first and then by insertion', async ({
      store,
    }) => {
      const eventId = await saveEvent(store, 'event')
      await saveTied(store, ['a', 'b', 'c', 'd', 'e'])
      await store.operationEvents.addCommit(eventId, 'e', 'result', 1)
      await store.operationEvents.addCommit(eventId, 'd', 'source', 10)
      await store.operationEvents.addCommit(eventId, 'c', 'source', 1)
      await store.operationEvents.addCommit(eventId, 'b', 'source', 1)
      await store.operationEvents.addCommit(eventId, 'a', 'result', 0)
      const order = (await store.operationEvents.getCommits(eventId)).map((link) => link.commitHash)
      expect(order).toEqual(['a', 'c', 'b', 'e', 'd'])
    })

    test('a commit can be source and result of one event', async ({ store }) => {
      const eventId = await saveEvent(store, 'event')
      await saveTied(store, ['both'])
      await store.operationEvents.addCommit(eventId, 'both', 'result', 0)
      await store.operationEvents.addCommit(eventId, 'both', 'source', 0)
      const roles = (await store.operationEvents.getCommits(eventId)).map((link) => link.role)
      expect(roles).toEqual(['source', 'result'])
    })

    test('a second event of one id is refused and the first stays', async ({ store }) => {
      await saveTied(store, ['one'])
      await saveEvent(store, 'event')
      const again = anOperationEvent({ eventId: 'event', tractId: 'another', eventType: 'import' })
      const single = () => store.operationEvents.saveEvent(again)
      expect((await refusalWithoutTrace(store, SCOPE, AlreadyExistsError, single)).key).toEqual({
        eventId: 'event',
      })
      const unit = () =>
        store.operationEvents.saveEventWithCommits({ ...again, sources: ['one'], results: [] })
      await refusalWithoutTrace(store, SCOPE, AlreadyExistsError, unit)
    })

    test('linking a commit twice in one role is refused', async ({ store }) => {
      const eventId = await saveEvent(store, 'event')
      await saveTied(store, ['one'])
      await store.operationEvents.addCommit(eventId, 'one', 'source', 0)
      const again = () => store.operationEvents.addCommit(eventId, 'one', 'source', 1)
      const error = await refusalWithoutTrace(store, SCOPE, AlreadyExistsError, again)
      expect(error.key).toEqual({ eventId, commitHash: 'one', role: 'source' })
    })

    test('an event or a commit that does not exist cannot be linked', async ({ store }) => {
      const eventId = await saveEvent(store, 'event')
      await saveTied(store, ['one'])
      const toEvent = () => store.operationEvents.addCommit('unknown', 'one', 'source', 0)
      const event = await refusalWithoutTrace(store, SCOPE, MissingReferenceError, toEvent)
      expect(event).toMatchObject({ field: 'eventId', missing: 'unknown' })
      const toCommit = () => store.operationEvents.addCommit(eventId, 'unknown', 'source', 0)
      const commit = await refusalWithoutTrace(store, SCOPE, MissingReferenceError, toCommit)
      expect(commit).toMatchObject({ field: 'commitHash', missing: 'unknown' })
      expect(await store.operationEvents.getCommits('unknown')).toEqual([])
    })

    test('a whole event is saved in one call, positions being the index', async ({ store }) => {
      await saveTied(store, ['zebra', 'apple', 'summary'])
      const event = anOperationEvent()
      const unit = { ...event, sources: ['zebra', 'apple'], results: ['summary', 'zebra'] }
      expect(await store.operationEvents.saveEventWithCommits(unit)).toEqual(event)
      expect(await store.operationEvents.getEvent(event.eventId)).toEqual(event)
      const links = await store.operationEvents.getCommits(event.eventId)
      expect(links.map(({ commitHash, role, position }) => [commitHash, role, position])).toEqual([
        ['zebra', 'source', 0],
        ['summary', 'result', 0],
        ['apple', 'source', 1],
        ['zebra', 'result', 1],
      ])
    })

    test('a whole event may have no sources and no results', async ({ store }) => {
      await saveUnit(store, { eventId: 'event', sources: [], results: [] })
      expect(await store.operationEvents.getCommits('event')).toEqual([])
    })

    test('a missing commit at the end of a whole event leaves nothing of it', async ({ store }) => {
      await saveTied(store, ['one', 'two'])
      const lists = [
        { sources: ['one', 'two'], results: ['one', 'unknown'] },
        { sources: ['one', 'unknown'], results: [] },
      ]
      for (const list of lists) {
        const call = () => saveUnit(store, { eventId: 'event', ...list })
        const error = await refusalWithoutTrace(store, SCOPE, MissingReferenceError, call)
        expect(error).toMatchObject({ field: 'commitHash', missing: 'unknown' })
        expect(await store.operationEvents.getEvent('event')).toBeNull()
        expect(await store.operationEvents.getCommits('event')).toEqual([])
      }
    })

    test('a commit that stands twice in one role of a whole event is refused', async ({ store }) => {
      await saveTied(store, ['one', 'two'])
      const lists = [
        { sources: ['one', 'two', 'one'], results: [] },
        { sources: [], results: ['two', 'two'] },
      ]
      for (const list of lists) {
        const call = () => saveUnit(store, { eventId: 'event', ...list })
        await refusalWithoutTrace(store, SCOPE, InvalidInputError, call)
        expect(await store.operationEvents.getEvent('event')).toBeNull()
      }
    })
  })
}

/** Saves an event of the time that all share, and returns its id. */
async function saveEvent(store: Repositories, eventId: string): Promise<string> {
  await store.operationEvents.saveEvent(anOperationEvent({ eventId, createdAt: SAME_TIME }))
  return eventId
}

function saveUnit(
  store: Repositories,
  {
    sources,
    results,
    ...event
  }: Partial<OperationEventUnitInput> & Pick<OperationEventUnitInput, 'sources' | 'results'>,
) {
  return store.operationEvents.saveEventWithCommits({ ...anOperationEvent(event), sources, results })
}
