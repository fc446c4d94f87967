import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect } from 'vitest'
import type { StoreAdapter } from '../../adapter.js'
import { randomOf } from '../../builders/seeded.js'
import type { WorkerOrder } from '../../workload/run-worker.js'
import { firstUnits, type Unit } from '../../workload/unit.js'
import { expectTraces, expectUnits } from '../expect-units.js'
import type { ContractTest } from '../fixture.js'
import { withSeed } from '../seed.js'
import { moment } from '../signal.js'
import { WorkerProcess } from './worker-process.js'

const WRITERS = [0, 1, 2, 3]
const UNITS = 30
const KILLS = 10
/** Milliseconds that a kill comes after an acknowledgement, at most: about one unit. */
const LATEST = 4

type Start = (order: Omit<WorkerOrder, 'location'>) => WorkerProcess

/** Several processes on one location, and what is left of one that is killed. */
export function processesContract(contractTest: ContractTest, command: StoreAdapter['command']): void {
  if (command === undefined) return
  const test = contractTest.extend<{ readonly start: Start }>({
    start: async ({ location, onTestFinished }, use) => {
      await use((order) => {
        const worker = new WorkerProcess(command, { location, ...order })
        onTestFinished(() => worker.kill())
        return worker
      })
    },
  })

  describe('several processes on one location', () => {
    test('open an empty one at once, write at the same time, lose no unit, and show each as a whole', async ({
      start,
      openShared,
    }) => {
      await withSeed(async (seed) => {
        const workers = WRITERS.map((writer) => start({ seed, writer, units: UNITS }))
        const units = WRITERS.flatMap((writer) => firstUnits(seed, writer, UNITS))
        await Promise.all(workers.map((worker) => worker.ready()))
        const reader = await openShared()
        for (const worker of workers) worker.begin()
        let areWriting = true
        const writing = Promise.all(workers.map((worker) => worker.finished())).finally(() => {
          areWriting = false
        })
        const reading = (async () => {
          while (areWriting) {
            const acknowledged = acknowledgedBy(workers)
            await reader.transaction((tx) => expectTraces(tx, units, acknowledged))
            // A driver that never waits would otherwise let nobody else in, nor what the workers say be heard.
            await moment()
          }
        })()
        await Promise.all([writing, reading])
        for (const worker of workers) expect(worker.acknowledged.size, 'acknowledged units').toBe(UNITS)
        await expectUnits(reader, units, acknowledgedBy(workers))
      })
    })

    test('one of which is killed do not stop, and lose no unit', async ({ start, openShared }) => {
      await withSeed(async (seed) => {
        const workers = WRITERS.map((writer) => start({ seed, writer, units: UNITS }))
        await Promise.all(workers.map((worker) => worker.ready()))
        for (const worker of workers) worker.begin()
        const [victim, ...others] = workers
        await victim?.acknowledges(UNITS / 3)
        await victim?.kill()
        await Promise.all(others.map((worker) => worker.finished()))
        const units = WRITERS.flatMap((writer) => firstUnits(seed, writer, UNITS))
        await expectUnits(await openShared(), units, acknowledgedBy(workers))
      })
    })
  })

  describe('a process that is killed at any instant', () => {
    test('has lost no unit that it acknowledged, has left no half of one, and hinders no opening', async ({
      start,
      openShared,
    }) => {
      await withSeed(async (seed) => {
        const random = randomOf(seed)
        const begun: Unit[] = []
        const acknowledged = new Set<string>()
        let opening = 0
        for (let kill = 0; kill < KILLS; kill++) {
          const last = Math.floor(random() * UNITS)
          // Now and then it is closing its store by then.
          const units = random() < 0.2 ? last : Number.MAX_SAFE_INTEGER
          const worker = start({ seed, writer: kill, units })
          // Now and then before its store is open, as soon as one knows how long that takes.
          if (kill > 0 && random() < 0.2) {
            await sleep(random() * opening)
          } else {
            const started = performance.now()
            await worker.ready()
            opening = performance.now() - started
            worker.begin()
            await worker.acknowledges(last)
            await sleep(random() * LATEST)
          }
          await worker.kill()
          // One more than it acknowledged: the one that it was in.
          begun.push(...firstUnits(seed, kill, worker.acknowledged.size + 1))
          for (const id of worker.acknowledged) acknowledged.add(id)
          const store = await openShared()
          await expectUnits(store, begun, acknowledged)
          await store.close()
        }
      })
    })
  })
}

function acknowledgedBy(workers: readonly WorkerProcess[]): Set<string> {
  return new Set(workers.flatMap((worker) => [...worker.acknowledged]))
}
