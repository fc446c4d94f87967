import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { checkVerified } from '../harness/acknowledged.js'
import { Child } from '../harness/child.js'
import type { Report } from '../harness/report.js'
import type { SoakInstructions, SoakSample } from '../programs/soak.js'
import type { Trial } from './trial.js'

const MINUTE_MS = 60_000
/** How many periods a soak has. The first third warms up: caches fill, and code is compiled. */
const PERIODS = 30
const MEGABYTE = 1_000_000

/** What may grow how far between the middle third and the last one; what is held for ever grows with every unit. */
const ALLOWED: readonly {
  readonly what: keyof SoakSample
  readonly factor: number
  readonly more: number
}[] = [
  { what: 'heapBytes', factor: 1.05, more: 2 * MEGABYTE },
  { what: 'externalBytes', factor: 1.05, more: MEGABYTE },
  { what: 'rssBytes', factor: 1.1, more: 32 * MEGABYTE },
  { what: 'handles', factor: 1, more: 0 },
  { what: 'statements', factor: 1, more: 20 },
  { what: 'walBytes', factor: 1.2, more: 2 * MEGABYTE },
  { what: 'fileBytes', factor: 1.2, more: 2 * MEGABYTE },
]

/** A process that lives long under mixed load. A minute is the measure, not a round. */
export const soak: Trial = {
  name: 'soak',
  says: 'a process under mixed load keeps its memory, handles, statements and WAL as they are, and checkpoints happen',
  short: { rounds: 1, minutes: 1 / 6 },
  long: { rounds: 1, minutes: 30 },
  skipped: () => (existsSync('/proc/self/fd') ? undefined : 'there is no /proc to count handles in'),
  run: async ({ minutes, seed, scratch, report }) => {
    const file = join(scratch, 'agent.db')
    const durationMs = minutes * MINUTE_MS
    const told: SoakInstructions = { file, seed, durationMs, periodMs: durationMs / PERIODS }
    const child = new Child('soak', told)
    child.onLine((line) => report.progress(line))
    const { code, errors } = await child.ended
    report.check(code === 0, `the process ended with ${code}: ${errors}`)
    const samples = child.lines.map((line) => JSON.parse(line) as SoakSample)
    judge(samples, report)
    await checkVerified(file, report)
  },
}

function judge(samples: readonly SoakSample[], report: Report): void {
  const third = Math.floor(samples.length / 3)
  const [middle, late] = [samples.slice(third, 2 * third), samples.slice(2 * third)]
  const [first, last] = [samples[0], samples.at(-1)]
  if (third === 0 || first === undefined || last === undefined) {
    report.fail(`${samples.length} samples were taken, expected at least 3`)
    return
  }
  report.figure('units', last.units)
  report.figure('times that the WAL began anew', last.walResets)
  report.check(last.walResets > middle.length / 2, 'no checkpoint brings the log back to its start')
  for (const { what, factor, more } of ALLOWED) {
    const before = Math.max(...middle.map((sample) => sample[what]))
    const after = Math.max(...late.map((sample) => sample[what]))
    report.figure(what, `${shown(before)} in the middle third, ${shown(after)} in the last`)
    const limit = before * factor + more
    report.check(
      after <= limit,
      `${what} went from ${shown(before)} to ${shown(after)}, expected up to ${shown(limit)}`,
    )
  }
}

function shown(number: number): string {
  return Math.round(number).toLocaleString('en')
}
