import { join } from 'node:path'
import { breakWhole } from '../harness/broken-whole.js'
import { whyNoFaults } from '../harness/fault-library.js'
import { buildLegacy } from '../harness/legacy-files.js'
import { sampleBundle, sampleFile } from '../harness/sample-history.js'
import type { Trial } from './trial.js'

const SHORT = { rounds: 1 }
const LONG = { rounds: Number.POSITIVE_INFINITY }
const TURNS = 5

/** A migration whose calls of the operating system fail, its backup among them. */
export const faultsMigration: Trial = {
  name: 'faults-migration',
  says: 'where a write, sync or truncation fails while a file is backed up and brought up to date, the next open ends it',
  short: SHORT,
  long: LONG,
  skipped: whyNoFaults,
  run: async (run) => {
    // One goes through all steps.
    for (const version of run.rounds > 1 ? ([1, 2, 3, 4, 5] as const) : ([1] as const)) {
      const original = buildLegacy(join(run.scratch, `${version}.original`), version, {})
      await breakWhole(run, { name: `version-${version}`, original, operation: 'open' }, version)
    }
  },
}

/** A collection of garbage whose calls of the operating system fail. */
export const faultsCollect: Trial = {
  name: 'faults-collect',
  says: 'where a write, sync or truncation fails while garbage is collected, all of it is gone or none',
  short: SHORT,
  long: LONG,
  skipped: whyNoFaults,
  run: async (run) => {
    const original = await sampleFile(join(run.scratch, 'original.db'), 'collected', TURNS)
    await breakWhole(run, { name: 'collect', original, operation: 'collect' })
  },
}

/** An import of a bundle whose calls of the operating system fail. */
export const faultsImport: Trial = {
  name: 'faults-import',
  says: 'where a write, sync or truncation fails while a bundle is imported, all of it is there or nothing of it',
  short: SHORT,
  long: LONG,
  skipped: whyNoFaults,
  run: async (run) => {
    const original = await sampleFile(join(run.scratch, 'original.db'), 'present', TURNS)
    const bundle = await sampleBundle(join(run.scratch, 'sample.bundle'), TURNS)
    await breakWhole(run, { name: 'import', original, operation: 'import', bundle })
  },
}
