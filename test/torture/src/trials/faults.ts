import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { openStore } from '@tract/sqlite'
import { type Acknowledged, acknowledgedBy, checkAcknowledged } from '../harness/acknowledged.js'
import { readContents } from '../harness/contents.js'
import { whyNoFaults } from '../harness/fault-library.js'
import { breakCalls, FATAL, type Lived, SURVIVED, type Variety } from '../harness/fault-lives.js'
import { Random } from '../harness/random.js'
import type { Report } from '../harness/report.js'
import type { Trial, TrialRun } from './trial.js'

/** Units of every kind: plain ones, an event, a record, a large one. */
const UNITS = [0, 1, 7, 24, 8, 10, 11, 17, 28, 30]
const WRITER = 'life'
const UNSYNCED = 'SQLITE_IOERR_FSYNC'

/** A store whose calls of the operating system fail: while it makes its file, writes units and closes. */
export const faults: Trial = {
  name: 'faults',
  says: 'where a write, sync or truncation fails, what was acknowledged is there, what was refused is not, and the store goes on',
  short: { rounds: 12 },
  long: { rounds: Number.POSITIVE_INFINITY },
  skipped: whyNoFaults,
  run: async (run) => {
    for (const synchronous of ['normal', 'full'] as const) {
      await writeUnder(run, synchronous, SURVIVED, async (lived) => {
        const acknowledged = acknowledgedBy(WRITER, lived.lines)
        const uncertain = synchronous === 'full' ? uncertainUnit(lived) : undefined
        const there = await checkAcknowledged(lived.file, acknowledged, new Set(), run.report, uncertain)
        if (uncertain !== undefined) run.report.count('units refused because the log could not be synced')
        if (there > 0) run.report.count('of these found all the same')
        checkGoesOn(lived, run.report)
      })
    }
  },
}

/** A process that ends in the middle of a page that it writes, or before a sync or a truncation. */
export const tornPages: Trial = {
  name: 'torn-pages',
  says: 'after a process has ended in the middle of any page that it wrote, every acknowledged unit is there',
  short: { rounds: 4 },
  long: { rounds: Number.POSITIVE_INFINITY },
  skipped: whyNoFaults,
  run: (run) =>
    writeUnder(
      run,
      'normal',
      FATAL.filter(({ kind }) => kind === 'crash'),
      async ({ file, lines }) => {
        await checkAcknowledged(file, acknowledgedBy(WRITER, lines), new Set([WRITER]), run.report)
      },
    ),
}

/** A machine that loses power, as far as the order of writes and syncs goes. */
export const powerFailures: Trial = {
  name: 'power-failures',
  says: 'after a power failure at any call the file is sound; with synchronous full every acknowledged unit is there, with normal all up to one of them',
  short: { rounds: 4 },
  long: { rounds: Number.POSITIVE_INFINITY },
  skipped: whyNoFaults,
  run: async (run) => {
    for (const synchronous of ['normal', 'full'] as const) {
      await writeUnder(
        run,
        synchronous,
        FATAL.filter(({ kind }) => kind === 'power'),
        async ({ file, lines }) => {
          const acknowledged = acknowledgedBy(WRITER, lines)
          const kept = synchronous === 'full' ? acknowledged : await survivors(file, acknowledged)
          run.report.count(`units lost with ${synchronous}`, acknowledged.length - kept.length)
          await checkAcknowledged(file, kept, new Set([WRITER]), run.report)
        },
      )
    }
  },
}

async function writeUnder(
  { rounds, seed, scratch, report }: TrialRun,
  synchronous: 'normal' | 'full',
  varieties: readonly Variety[],
  check: (lived: Lived) => Promise<void>,
): Promise<void> {
  const name = `write-${synchronous}`
  const folder = join(scratch, name)
  mkdirSync(folder)
  const broken = { name, scratch: folder, operation: 'write' as const, units: UNITS, synchronous }
  await breakCalls(broken, varieties, rounds, new Random(seed, name), report, async (lived) => {
    report.count('units acknowledged', acknowledgedBy(WRITER, lived.lines).length)
    report.count('units refused', lived.refused.filter(({ at }) => at.startsWith('unit')).length)
    await check(lived)
  })
}

/** The acknowledged units that are there, where those are the first ones; otherwise all that were acknowledged. */
async function survivors(
  file: string,
  acknowledged: readonly Acknowledged[],
): Promise<readonly Acknowledged[]> {
  await (await openStore(file)).close()
  const hashes = new Set(readContents(file).chain.map(({ hash }) => hash))
  const lost = acknowledged.findIndex(({ hash }) => !hashes.has(hash))
  return lost < 0 ? acknowledged : acknowledged.slice(0, lost)
}

/** The unit that was refused because the log could not be synced: all of it was written, so it may be there, as the last one. */
function uncertainUnit({ refused }: Lived): { readonly writer: string; readonly number: number } | undefined {
  const unsynced = refused.findLast(({ at, reason }) => at.startsWith('unit') && reason === UNSYNCED)
  return unsynced === undefined ? undefined : { writer: WRITER, number: Number(unsynced.at.split(' ')[1]) }
}

/** A fault that is over costs one unit at most; what comes after it succeeds. */
function checkGoesOn({ fault, lines, refused }: Lived, report: Report): void {
  if (refused.some(({ at }) => at === 'open')) return
  const units = refused.filter(({ at }) => at.startsWith('unit'))
  const healed = lines.indexOf('healed')
  const late = lines.slice(healed + 1).some((line) => line.startsWith('refused') && line.includes('"unit'))
  report.check(healed < 0 || !late, 'a unit was refused though nothing breaks any more')
  report.check(
    fault?.lasting === true || units.length <= 1,
    `${units.length} units were refused, expected one`,
  )
}
