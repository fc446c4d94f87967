import { chmodSync, chownSync, mkdirSync, readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { openStore } from '@tract/sqlite'
import {
  checkWritten,
  type Life,
  type Lived,
  liveThrough,
  noteRefused,
  UNITS_AFTER,
} from '../harness/lives.js'
import type { Report } from '../harness/report.js'
import type { Trial } from './trial.js'

/** The superuser may do everything, so it becomes this one, who owns nothing else: nobody. */
const NOBODY = 65_534
const UNITS = 10
/** The unit before which permission is lost. */
const AT = 4

/** Where permission is lost: in the folder or in one of the files. */
interface Loss {
  readonly what: string
  /** The path that loses it, from the database's. */
  readonly of: (file: string) => string
  readonly mode: number
  /** What it has else. */
  readonly usual: number
}

const LOSSES: readonly Loss[] = [
  { what: 'a folder that may not be written', of: dirname, mode: 0o500, usual: 0o700 },
  { what: 'a folder that may not be entered', of: dirname, mode: 0o000, usual: 0o700 },
  { what: 'a file that may not be written', of: (file) => file, mode: 0o400, usual: 0o600 },
  { what: 'a file that may not be read', of: (file) => file, mode: 0o000, usual: 0o600 },
]

/** Folders and files that this user may not use, from the beginning or from some unit on. */
export const permissions: Trial = {
  name: 'permissions',
  says: 'where permission lacks or is lost in the middle, nothing acknowledged is lost, and with permission again the store goes on',
  short: { rounds: 1 },
  long: { rounds: 1 },
  skipped: () => (process.platform === 'win32' ? 'permissions are another thing on Windows' : undefined),
  run: async ({ scratch, report }) => {
    chmodSync(scratch, 0o711)
    for (const start of ['new', 'present', 'open'] as const) {
      const attempts = await Promise.all(LOSSES.map((loss, index) => prepare(scratch, loss, index, start)))
      const met = attempts.filter((attempt) => attempt !== null)
      const lives = met.map(({ life }) => life)
      const isRoot = process.getuid?.() === 0
      const lived = await liveThrough({ lives, ...(isRoot && { user: NOBODY }) })
      for (const [index, { loss, path }] of met.entries()) {
        chmodSync(path, loss.usual)
        const one = lived[index]
        if (one === undefined) throw new Error('a process has lived too few lives')
        await report.inPart(`${loss.what}, ${start}`, () => checkLoss(one, start, report))
      }
    }
  },
}

/** What the loss meets: a file that is yet to be made, one that is there, or one that a store has open. */
type Start = 'new' | 'present' | 'open'

/** Makes folder and file. Returns what is done with it, or `null` where there is nothing yet to lose permission of. */
async function prepare(scratch: string, loss: Loss, index: number, start: Start) {
  const file = join(scratch, `${index}-${start}`, 'agent.db')
  const path = loss.of(file)
  if (start === 'new' && path === file) return null
  mkdirSync(dirname(file))
  if (start !== 'new') await (await openStore(file)).close()
  giveAway(file)
  if (start !== 'open') chmodSync(path, loss.mode)
  const happenings = [
    { at: AT, path, mode: loss.mode },
    { at: UNITS - UNITS_AFTER, path, mode: loss.usual },
  ]
  const life: Life = { operation: 'write', file, units: UNITS, ...(start === 'open' && { happenings }) }
  return { loss, path, life }
}

async function checkLoss(lived: Lived, start: Start, report: Report): Promise<void> {
  noteRefused(lived, report)
  await checkWritten(lived, report)
  const isRefused = lived.refused.some(({ at }) => at === 'open')
  report.check(isRefused === (start !== 'open'), `opening was ${isRefused ? '' : 'not '}refused`)
}

/** Gives folder and file to the user whom the process becomes. */
function giveAway(file: string): void {
  if (process.getuid?.() !== 0) return
  const folder = dirname(file)
  chmodSync(folder, 0o700)
  for (const path of [folder, ...readdirSync(folder).map((name) => join(folder, name))]) {
    chownSync(path, NOBODY, NOBODY)
  }
}
