import { join } from 'node:path'
import { openStore } from '@tract/sqlite'
import { checkAcknowledged } from '../harness/acknowledged.js'
import { finish, startWriter } from '../harness/writers.js'
import type { Trial } from './trial.js'

const WRITERS = 8
const UNITS = 150

/** Processes that write on one branch, all at once. */
export const processes: Trial = {
  name: 'processes',
  says: '8 processes that each read and then write 150 times on one file lose nothing, double nothing, and none is refused',
  short: { rounds: 1 },
  long: { rounds: 20 },
  run: async ({ rounds, scratch, report }) => {
    for (let round = 0; round < rounds; round++) {
      const file = join(scratch, `${round}.db`)
      await (await openStore(file)).close()
      const names = Array.from({ length: WRITERS }, (_, index) => `writer-${index}`)
      const writers = names.map((name, index) => startWriter(file, name, index, UNITS))
      const acknowledged = await finish(writers, report)
      report.check(acknowledged.length === WRITERS * UNITS, `${acknowledged.length} units were acknowledged`)
      report.count('units acknowledged', acknowledged.length)
      await checkAcknowledged(file, acknowledged, new Set(), report)
    }
  },
}
