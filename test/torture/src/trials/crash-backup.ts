import { join } from 'node:path'
import { backupsOf, checkBackups } from '../harness/backups.js'
import { killAt } from '../harness/kill.js'
import { buildLegacy } from '../harness/legacy-files.js'
import { checkAgain, type Operation, start, undisturbed } from '../harness/operation.js'
import { Random } from '../harness/random.js'
import type { Trial } from './trial.js'

/** Enough rows for a file that is copied in several turns. */
const LINKS = 100_000
const VERSION = 5

/** Processes that are killed while they copy a file before its migration, each round at another page. */
export const crashBackup: Trial = {
  name: 'crash-backup',
  says: 'after kill -9 while a backup is taken no half backup goes by the name of a whole one, and the next open takes its own',
  short: { rounds: 3 },
  long: { rounds: 60 },
  run: async ({ rounds, seed, scratch, report }) => {
    const random = new Random(seed, 'crash-backup')
    const original = buildLegacy(join(scratch, 'large.original'), VERSION, { links: LINKS })
    const operation: Operation = { name: 'backup', original, scratch, operation: 'open' }
    const { before, after, lines } = await undisturbed(operation)
    const turns = lines.filter((line) => line === 'backup').length
    report.check(turns > 2, `a backup was said to have ${turns} turns, expected several`)
    for (let round = 0; round < rounds; round++) {
      const instant = { lines: 1 + random.below(turns + 1), delayMs: random.fraction() * 3 }
      const { file, child } = start(operation)
      report.check(await killAt(child, instant), 'a migration was done before it was killed')
      report.count('backups killed')
      if (backupsOf(file).some((path) => path.endsWith('.partial'))) report.count('half backups left behind')
      await checkAgain(operation, file, after, report)
      checkBackups(file, VERSION, before, report)
    }
  },
}
