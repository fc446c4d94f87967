import { readdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import { differenceOf, dumpOf } from '../harness/dump.js'
import { killAt } from '../harness/kill.js'
import { buildLegacy } from '../harness/legacy-files.js'
import { checkAgain, type Operation, start, undisturbed } from '../harness/operation.js'
import { Random } from '../harness/random.js'
import type { Trial } from './trial.js'

/** Enough rows for a file that is copied in several turns. */
const LINKS = 100_000

/** Processes that are killed while they copy a file before its migration, each round at another page. */
export const crashBackup: Trial = {
  name: 'crash-backup',
  says: 'after kill -9 while a backup is taken no half backup goes by the name of a whole one, and the next open takes its own',
  short: { rounds: 3 },
  long: { rounds: 60 },
  run: async ({ rounds, seed, scratch, report }) => {
    const random = new Random(seed, 'crash-backup')
    const original = buildLegacy(join(scratch, 'large.original'), 5, { links: LINKS })
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
      const backups = backupsOf(file)
      report.check(backups.length > 0, 'there is no backup after the migration')
      for (const backup of backups) {
        report.check(backup.endsWith('.bak'), `${basename(backup)} is left behind`)
        const found = dumpOf(backup)
        for (const sentence of found.damage) report.fail(`${basename(backup)}: ${sentence}`)
        const difference = differenceOf(found, before)
        report.check(difference === '', `${basename(backup)} is not the file before: ${difference} differ`)
      }
    }
  },
}

/** The backups beside a file, half ones included. */
function backupsOf(file: string): readonly string[] {
  return readdirSync(join(file, '..'))
    .filter((name) => name.startsWith(`${basename(file)}.v`))
    .map((name) => join(file, '..', name))
}
