// Lives on one file under mixed load and says, once a period, how much of everything it has in use.
import { readdirSync } from 'node:fs'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { countStatements } from '../harness/statements.js'
import { walState } from '../harness/wal.js'
import { instructions, say, stopRequest } from './program.js'

export interface SoakInstructions {
  readonly file: string
  readonly seed: number
  /** How long it goes on, in milliseconds. */
  readonly durationMs: number
  /** How long one period is, in milliseconds. */
  readonly periodMs: number
}

/** What a process has in use at the end of a period. */
export interface SoakSample {
  readonly units: number
  readonly rssBytes: number
  readonly heapBytes: number
  readonly externalBytes: number
  /** Open files, sockets and pipes. */
  readonly handles: number
  /** Prepared statements that are alive. */
  readonly statements: number
  readonly walBytes: number
  /** How often the log has begun anew, as its header tells. */
  readonly walResets: number
  readonly fileBytes: number
}

const statements = countStatements()
// Loaded after the counting has begun: the store takes its driver when it is loaded.
const { openStore } = await import('@tract/sqlite')
const { MixedLoad } = await import('../harness/mixed-load.js')

const { file, seed, durationMs, periodMs } = instructions<SoakInstructions>()
const request = stopRequest()
const store = await openStore(file)
const load = new MixedLoad(store, file, seed)
await load.warmUp()
const wal = walState(file)
const start = performance.now()
let units = 0
for (let period = 1; performance.now() - start < durationMs && !request.isStopped; period++) {
  let next = performance.now()
  while (performance.now() - start < period * periodMs) {
    await load.step()
    units++
    if (performance.now() < next) continue
    wal.look()
    await nextTurn()
    next = performance.now() + 10
  }
  // Twice, with a turn between: what finalizers let go of is collected by the second.
  for (let time = 0; time < 2; time++) {
    globalThis.gc?.()
    await nextTurn()
  }
  const { rss, heapUsed, external } = process.memoryUsage()
  const sample: SoakSample = {
    units,
    rssBytes: rss,
    heapBytes: heapUsed,
    externalBytes: external,
    handles: readdirSync('/proc/self/fd').length,
    statements: statements.alive,
    ...wal.state(),
  }
  say(JSON.stringify(sample))
}
await store.close()
