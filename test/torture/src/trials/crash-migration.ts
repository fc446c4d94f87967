import { killAt } from '../harness/kill.js'
import { legacyFiles } from '../harness/legacy-files.js'
import { checkAgain, start, type Undisturbed, undisturbed } from '../harness/operation.js'
import { Random } from '../harness/random.js'
import type { Trial } from './trial.js'

/** Processes that are killed while they bring an older file up to date, each round at another instant. */
export const crashMigration: Trial = {
  name: 'crash-migration',
  says: 'after kill -9 while a file of an older version is brought up to date the next open ends it, and nothing is lost',
  short: { rounds: 7 },
  long: { rounds: 200 },
  run: async ({ rounds, seed, scratch, report }) => {
    const random = new Random(seed, 'crash-migration')
    const operations = legacyFiles(scratch).map(({ name, path }) => {
      return { name, original: path, scratch, operation: 'open' as const }
    })
    const known = new Map<string, Undisturbed>()
    for (let round = 0; round < rounds; round++) {
      const delay = random.fraction()
      const operation = operations[round % operations.length]
      if (operation === undefined) continue
      const expected = known.get(operation.name) ?? (await undisturbed(operation))
      known.set(operation.name, expected)
      const { after, tookMs } = expected
      const { file, child } = start(operation)
      const wasRunning = await killAt(child, { lines: 1, delayMs: delay * tookMs })
      report.count(wasRunning ? 'migrations killed' : 'migrations that were done before')
      await checkAgain(operation, file, after, report)
    }
    report.figure('files', operations.map(({ name }) => name).join(', '))
  },
}
