import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { checkVerified } from '../harness/acknowledged.js'
import { Child } from '../harness/child.js'
import { checkFlat } from '../harness/flatness.js'
import type { SoakInstructions, SoakSample } from '../programs/soak.js'
import type { Trial } from './trial.js'

const MINUTE_MS = 60_000
/** How many samples are taken. */
const PERIODS = 30

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
    checkFlat(samples, report)
    await checkVerified(file, report)
  },
}
