import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { openStore } from '@tract/sqlite'
import { type Acknowledged, acknowledgedBy, checkAcknowledged } from '../harness/acknowledged.js'
import { readContents } from '../harness/contents.js'
import { whyNoFaults } from '../harness/fault-library.js'
import { breakCalls, FATAL, SURVIVED, type Variety } from '../harness/fault-lives.js'
import { checkWritten, LIFE, type Life, type Lived } from '../harness/lives.js'
import { Random } from '../harness/random.js'
import type { Trial, TrialRun } from './trial.js'

/** Units of every kind: plain ones, an event, a record, a large one. */
const MIXED = { units: 10 }
/** Enough of 50 pages each that the log is brought into the file, and begun anew, before they end. */
const CHECKPOINTED = { units: 24, kind: 'large' } as const

/** A store whose calls of the operating system fail: while it makes its file, writes units and closes. */
export const faults: Trial = {
  name: 'faults',
  says: 'where a write, sync or truncation fails, what was acknowledged is there, what was refused is not, and the store goes on',
  short: { rounds: 2 },
  long: { rounds: Number.POSITIVE_INFINITY },
  skipped: whyNoFaults,
  run: async (run) => {
    for (const synchronous of ['normal', 'full'] as const) {
      await writeUnder(run, { synchronous, ...MIXED }, SURVIVED, (lived) => checkWritten(lived, run.report))
    }
  },
}

/** A store whose calls fail while it brings its log into the file in the middle of its life. */
export const faultsCheckpoint: Trial = {
  name: 'faults-checkpoint',
  says: 'where a write, sync or truncation fails while the log grows and is brought into the file, nothing acknowledged is lost',
  short: { rounds: 1 },
  long: { rounds: 100 },
  skipped: whyNoFaults,
  run: (run) =>
    writeUnder(run, { synchronous: 'normal', ...CHECKPOINTED }, SURVIVED, (lived) =>
      checkWritten(lived, run.report),
    ),
}

/** A process that ends in the middle of a page that it writes, or before a sync or a truncation. */
export const tornPages: Trial = {
  name: 'torn-pages',
  says: 'after a process has ended in the middle of any page that it wrote, every acknowledged unit is there',
  short: { rounds: 1 },
  long: { rounds: Number.POSITIVE_INFINITY },
  skipped: whyNoFaults,
  run: (run) =>
    writeUnder(
      run,
      { synchronous: 'normal', ...MIXED },
      FATAL.filter(({ kind }) => kind === 'crash'),
      async ({ life: { file }, lines }) => {
        const acknowledged = acknowledgedBy(LIFE, lines)
        run.report.count('units acknowledged', acknowledged.length)
        await checkAcknowledged(file, acknowledged, new Set([LIFE]), run.report)
      },
    ),
}

/** A machine that loses power, as far as the order of writes and syncs goes. */
export const powerFailures: Trial = {
  name: 'power-failures',
  says: 'after a power failure at any call the file is sound; with synchronous full every acknowledged unit is there, with normal all up to one of them',
  short: { rounds: 1 },
  long: { rounds: Number.POSITIVE_INFINITY },
  skipped: whyNoFaults,
  run: async (run) => {
    for (const synchronous of ['normal', 'full'] as const) {
      await writeUnder(
        run,
        { synchronous, ...MIXED },
        FATAL.filter(({ kind }) => kind === 'power'),
        async ({ life: { file }, lines }) => {
          const acknowledged = acknowledgedBy(LIFE, lines)
          const kept = synchronous === 'full' ? acknowledged : await survivors(file, acknowledged)
          run.report.count(`units acknowledged with ${synchronous}`, acknowledged.length)
          run.report.count(`units lost with ${synchronous}`, acknowledged.length - kept.length)
          await checkAcknowledged(file, kept, new Set([LIFE]), run.report)
        },
      )
    }
  },
}

async function writeUnder(
  { rounds, seed, scratch, report }: TrialRun,
  life: Pick<Life, 'synchronous' | 'units' | 'kind'>,
  varieties: readonly Variety[],
  check: (lived: Lived) => Promise<void>,
): Promise<void> {
  const name = `${life.kind ?? 'mixed'}-${life.synchronous}`
  const folder = join(scratch, name)
  mkdirSync(folder)
  const broken = { name, scratch: folder, operation: 'write' as const, ...life }
  await breakCalls(broken, varieties, rounds, new Random(seed, name), report, check)
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
