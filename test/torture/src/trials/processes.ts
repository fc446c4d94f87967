import { join } from 'node:path'
import { openStore } from '@tract/sqlite'
import { acknowledgedBy, checkAcknowledged } from '../harness/acknowledged.js'
import { Child } from '../harness/child.js'
import type { WriterInstructions } from '../programs/writer.js'
import type { Trial, TrialRun } from './trial.js'

const WRITERS = 8
const UNITS = 150

/** Processes that write on one branch, all at once. */
export const processes: Trial = {
  name: 'processes',
  says: '8 processes that each read and then write 150 times on one file lose nothing, double nothing, and none is refused',
  short: { rounds: 1 },
  long: { rounds: 20 },
  run: async ({ rounds, scratch, report }) => {
    for (let round = 0; round < rounds; round++) await race(join(scratch, `${round}.db`), report)
  },
}

async function race(file: string, report: TrialRun['report']): Promise<void> {
  await (await openStore(file)).close()
  const writers = Array.from({ length: WRITERS }, (_, index) => {
    const writer = `writer-${index}`
    const manner = index % 2 === 0 ? 'history' : 'transaction'
    const told: WriterInstructions = { file, writer, manner, from: 0, to: UNITS }
    return { writer, child: new Child('writer', told) }
  })
  for (const { writer, child } of writers) {
    const { code, errors } = await child.ended
    report.check(code === 0, `${writer} ended with ${code}: ${errors}`)
  }
  const acknowledged = writers.flatMap(({ writer, child }) => acknowledgedBy(writer, child.lines))
  report.check(acknowledged.length === WRITERS * UNITS, `${acknowledged.length} units were acknowledged`)
  report.count('units acknowledged', acknowledged.length)
  await checkAcknowledged(file, acknowledged, 0, report)
}
