import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { type Acknowledged, acknowledgedBy, checkAcknowledged } from '../harness/acknowledged.js'
import { Child } from '../harness/child.js'
import { type KillInstant, killAt, killInstant } from '../harness/kill.js'
import { Random } from '../harness/random.js'
import type { Report } from '../harness/report.js'
import type { Manner } from '../harness/units.js'
import type { Trial } from './trial.js'

/** How many processes die on one file before the next file is taken: what is checked after each grows with it. */
const LIVES = 10
const MOST_LINES = 120
const LONGEST_DELAY_MS = 20
/** A process says its first line before it opens the file; opening and making a file takes about so long. */
const OPENING_MS = 150

/** Processes that are killed under load, each round at another instant. */
export const crash: Trial = {
  name: 'crash',
  says: 'after kill -9 at a random instant under load every acknowledged unit is there, and the next open needs no help',
  short: { rounds: 20 },
  long: { rounds: 500 },
  run: async ({ rounds, seed, scratch, report }) => {
    const files = Math.ceil(rounds / LIVES)
    for (let index = 0; index < files; index++) {
      const lives = Math.min(LIVES, rounds - index * LIVES)
      report.progress(`file ${index + 1} of ${files}`)
      await liveAndDie(join(scratch, `${index}.db`), lives, new Random(seed, `crash ${index}`), report)
    }
  },
}

async function liveAndDie(file: string, lives: number, random: Random, report: Report): Promise<void> {
  const acknowledged: Acknowledged[] = []
  const killed = new Set<string>()
  let underWay = 0
  for (let life = 0; life < lives; life++) {
    const manner = random.pick<Manner>(['history', 'transaction'])
    const instant = instantOf(life, random)
    const writer = `life-${life}`
    const child = new Child('writer', { file, writer, manner, mixed: true })
    const wasRunning = await killAt(child, instant)
    const { code, errors } = await child.ended
    const mayEnd = instant.asked === true && code === 0
    report.check(wasRunning || mayEnd, `${writer} ended by itself with ${code}: ${errors}`)
    if (wasRunning) killed.add(writer)
    acknowledged.push(...acknowledgedBy(writer, child.lines))
    report.count(wasRunning ? 'processes killed' : 'processes that had closed the file before the kill')
    if (!existsSync(file)) continue
    if (existsSync(`${file}-journal`)) report.count('killed with a rollback journal left behind')
    if (existsSync(`${file}-wal`) && statSync(`${file}-wal`).size > 0)
      report.count('killed with a WAL left behind')
    underWay = await checkAcknowledged(file, acknowledged, killed, report)
  }
  report.count('units acknowledged', acknowledged.length)
  report.count('units that were under way at a kill and are there whole', underWay)
}

/** Of ten processes two die while they open the file and two while they close it, the others under load. */
function instantOf(life: number, random: Random): KillInstant {
  if (life % 5 === 0) return killInstant(random, 1, OPENING_MS)
  const underLoad = killInstant(random, MOST_LINES, LONGEST_DELAY_MS)
  return life % 5 === 3 ? { ...underLoad, asked: true } : underLoad
}
