import type { Repositories } from '@tract/repositories'
import type { OperationEventType } from '@tract/schema'
import { describe, expect } from 'vitest'
import { anOperationEvent } from '../builders/operation-event.js'
import type { ContractTest } from './fixture.js'
import { saveTied } from './seeds.js'

/** Where commits come from and what comes of them, through operation events. */
export function lineageContract(test: ContractTest): void {
  describe('lineage', () => {
    test('a compression leads from every source to every result', async ({ store }) => {
      await saveTied(store, ['a', 'b', 'c', 's', 't'])
      await saveEvent(store, 1, 'compress', ['a', 'b'], ['s', 't'])
      expect(await steps(store, ['s'], 'origins')).toEqual(['1: a>s', '1: b>s'])
      expect(await steps(store, ['b'], 'fate')).toEqual(['1: b>s', '1: b>t'])
      expect(await steps(store, ['a'], 'origins')).toEqual([])
      expect(await steps(store, ['c', 'unknown'], 'fate')).toEqual([])
      expect(await steps(store, [], 'fate')).toEqual([])
    })

    test('a step has the positions of its source and its result', async ({ store }) => {
      await saveTied(store, ['a', 'b', 's'])
      await saveEvent(store, 1, 'compress', ['a', 'b'], ['s'])
      expect(await store.operationEvents.getLineage(['b', 'b'], 'fate')).toEqual([
        { eventId: '1', sourceHash: 'b', sourcePosition: 1, resultHash: 's', resultPosition: 0 },
      ])
    })

    test('a reorganization or import of as many results leads from each source to the result of its rank', async ({
      store,
    }) => {
      await saveTied(store, ['a', 'b', 'c', 'x', 'y', 'z'])
      const eventId = await saveEvent(store, 1, 'reorganize', [], [])
      await store.operationEvents.addCommit(eventId, 'b', 'source', 1)
      await store.operationEvents.addCommit(eventId, 'a', 'source', 0)
      await store.operationEvents.addCommit(eventId, 'c', 'source', 2)
      await store.operationEvents.addCommit(eventId, 'y', 'result', 10)
      await store.operationEvents.addCommit(eventId, 'x', 'result', 0)
      await store.operationEvents.addCommit(eventId, 'z', 'result', 30)
      expect(await steps(store, ['y'], 'origins')).toEqual(['1: b>y'])
      expect(await steps(store, ['c', 'a'], 'fate')).toEqual(['1: a>x', '1: c>z'])
      await saveEvent(store, 2, 'import', ['a', 'b'], ['c'])
      expect(await steps(store, ['c'], 'origins')).toEqual(['2: a>c', '2: b>c'])
    })

    test('the walk goes through any number of events, across tracts, and ends on a circle', async ({
      store,
    }) => {
      await saveTied(store, ['a', 'b', 'c'])
      await saveTied(store, ['d'], { tractId: 'another' })
      await saveEvent(store, 1, 'compress', ['a'], ['b'])
      await saveEvent(store, 2, 'reorganize', ['b'], ['c'])
      await saveEvent(store, 3, 'import', ['c'], ['d'], 'another')
      const through = ['1: a>b', '2: b>c', '3: c>d']
      expect(await steps(store, ['d'], 'origins')).toEqual(through)
      expect(await steps(store, ['a'], 'fate')).toEqual(through)
      await saveEvent(store, 4, 'compress', ['d'], ['a'])
      expect(await steps(store, ['a'], 'fate')).toEqual([...through, '4: d>a'])
    })

    test('a commit that is source and result of one event is on both sides of it', async ({ store }) => {
      await saveTied(store, ['both', 'other'])
      await saveEvent(store, 1, 'compress', ['both', 'other'], ['both'])
      expect(await steps(store, ['both'], 'origins')).toEqual(['1: both>both', '1: other>both'])
      expect(await steps(store, ['both'], 'fate')).toEqual(['1: both>both'])
    })
  })
}

async function saveEvent(
  store: Repositories,
  seed: number,
  eventType: OperationEventType,
  sources: readonly string[],
  results: readonly string[],
  tractId?: string,
): Promise<string> {
  const event = anOperationEvent({ eventId: String(seed), eventType, ...(tractId && { tractId }) }, seed)
  await store.operationEvents.saveEventWithCommits({ ...event, sources, results })
  return event.eventId
}

async function steps(
  store: Repositories,
  commitHashes: readonly string[],
  direction: 'origins' | 'fate',
): Promise<readonly string[]> {
  const found = await store.operationEvents.getLineage(commitHashes, direction)
  return found.map(({ eventId, sourceHash, resultHash }) => `${eventId}: ${sourceHash}>${resultHash}`)
}
