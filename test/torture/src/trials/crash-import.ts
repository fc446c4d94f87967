import { join } from 'node:path'
import { killWhole } from '../harness/killed-whole.js'
import { Random } from '../harness/random.js'
import { sampleBundle, sampleFile } from '../harness/sample-history.js'
import type { Trial } from './trial.js'

/** Processes that are killed while they bring a bundle into a store. */
export const crashImport: Trial = {
  name: 'crash-import',
  says: 'after kill -9 while a bundle is imported all of it is there or nothing of it, beside all that was there',
  short: { rounds: 3 },
  long: { rounds: 100 },
  run: async ({ rounds, seed, scratch, report }) => {
    const original = await sampleFile(join(scratch, 'original.db'), 'present', 50)
    const bundle = await sampleBundle(join(scratch, 'sample.bundle'), 400)
    const operation = { name: 'import', original, scratch, operation: 'import' as const, bundle }
    await killWhole(operation, rounds, new Random(seed, 'crash-import'), report)
  },
}
