import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { openStore } from '@tract/sqlite'
import { type Acknowledged, acknowledgedBy, checkAcknowledged } from '../harness/acknowledged.js'
import { Random } from '../harness/random.js'
import { finish, startWriter, type Writer } from '../harness/writers.js'
import type { Trial } from './trial.js'

const WRITERS = 8

/** Processes that write on one branch while one of them after another is killed and started again. A round is a kill. */
export const processesAndKills: Trial = {
  name: 'processes-and-kills',
  says: '8 processes that write on one file lose nothing while one of them is killed every second, and none is refused',
  short: { rounds: 4 },
  long: { rounds: 60 },
  run: async ({ rounds, seed, scratch, report }) => {
    const random = new Random(seed, 'processes-and-kills')
    const file = join(scratch, 'agent.db')
    await (await openStore(file)).close()
    const start = (index: number, life: number): Writer => startWriter(file, `writer-${index}.${life}`, index)
    const writers = Array.from({ length: WRITERS }, (_, index) => start(index, 0))
    const killed = new Set<string>()
    const acknowledged: Acknowledged[] = []
    await Promise.all(writers.map(({ child }) => child.line((line) => line.startsWith('unit '))))
    for (let kill = 0; kill < rounds; kill++) {
      await sleep(500 + random.below(1000))
      const index = random.below(WRITERS)
      const victim = writers[index]
      if (victim === undefined) continue
      victim.child.kill()
      const { signal, code, errors } = await victim.child.ended
      report.check(signal === 'SIGKILL', `${victim.name} ended by itself with ${code}: ${errors}`)
      killed.add(victim.name)
      acknowledged.push(...acknowledgedBy(victim.name, victim.child.lines))
      writers[index] = start(index, kill + 1)
    }
    for (const { child } of writers) child.stop()
    acknowledged.push(...(await finish(writers, report)))
    report.figure('processes killed', killed.size)
    report.figure('units acknowledged', acknowledged.length)
    const underWay = await checkAcknowledged(file, acknowledged, killed, report)
    report.figure('units that were under way at a kill and are there whole', underWay)
  },
}
