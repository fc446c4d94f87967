import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Outcome, Report } from './harness/report.js'
import type { Options } from './options.js'
import type { Trial } from './trials/trial.js'

/** Runs one trial in a folder of its own, which goes with it unless something did not hold. */
export async function runTrial(
  trial: Trial,
  options: Options,
  progress: (text: string) => void,
): Promise<Outcome> {
  const { name, says } = trial
  const skipped = trial.skipped?.()
  if (skipped !== undefined) return { name, says, seconds: 0, figures: {}, broken: [], skipped }
  const effort = options.short ? trial.short : trial.long
  const { rounds = effort.rounds, minutes = effort.minutes ?? 0, seed } = options
  const scratch = await mkdtemp(join(tmpdir(), `tract-torture-${name}-`))
  const report = new Report(progress)
  const start = performance.now()
  try {
    await trial.run({ rounds, minutes, seed, scratch, report })
  } catch (error) {
    report.fail(
      `the trial ended early: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
    )
  }
  const seconds = (performance.now() - start) / 1000
  const { figures, broken } = report
  if (broken.length === 0) await rm(scratch, { recursive: true, force: true })
  else progress(`its files stay in ${scratch}`)
  return { name, says, seconds, figures, broken }
}
