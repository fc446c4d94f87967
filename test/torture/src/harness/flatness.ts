import type { SoakSample } from '../programs/soak.js'
import type { Report } from './report.js'

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

/**
 * Checks that what a process has in use stays as it is. The first third of the samples is left out: there caches fill and
 * code is compiled.
 */
export function checkFlat(samples: readonly SoakSample[], report: Report): void {
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
