import { join } from 'node:path'
import { killWhole } from '../harness/killed-whole.js'
import { Random } from '../harness/random.js'
import { sampleFile } from '../harness/sample-history.js'
import type { Trial } from './trial.js'

/** Processes that are killed while they remove what nothing needs and give its space back. */
export const crashCollect: Trial = {
  name: 'crash-collect',
  says: 'after kill -9 while garbage is collected all of it is gone or none, and nothing else',
  short: { rounds: 3 },
  long: { rounds: 100 },
  run: async ({ rounds, seed, scratch, report }) => {
    const original = await sampleFile(join(scratch, 'original.db'), 'collected', 400)
    const operation = { name: 'collect', original, scratch, operation: 'collect' as const }
    await killWhole(operation, rounds, new Random(seed, 'crash-collect'), report)
  },
}
