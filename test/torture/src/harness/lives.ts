import type { Synchronous } from '@tract/sqlite'
import { acknowledgedBy, checkAcknowledged, type UnitNumber } from './acknowledged.js'
import { Child } from './child.js'
import { type Fault, FaultControl, type FaultState } from './fault-control.js'
import type { Operating } from './operate.js'
import type { Report } from './report.js'
import type { UnitKind } from './units.js'

/** What happens to a file or folder while a store is open on it. */
export interface Happening {
  /** Before the unit of which number. */
  readonly at: number
  readonly path: string
  /** The permissions that it gets; `null` where it is removed. */
  readonly mode: number | null
}

/** What is done to one file, and what breaks meanwhile. */
export interface Life extends Omit<Operating, 'operation'> {
  readonly operation: Operating['operation'] | 'write'
  /** The call that breaks, where the process has the fault library; nothing unless given, and the calls are counted. */
  readonly fault?: Fault
  /** For `write`: how many units. */
  readonly units?: number
  /** For `write`: their kind; every kind in turn unless given. */
  readonly kind?: UnitKind
  /** For `write`: what happens meanwhile, in its order. */
  readonly happenings?: readonly Happening[]
  readonly synchronous?: Synchronous
}

/** What the program `lives` is told. */
export interface LivesInstructions {
  /** The control file of the fault library, where the process has it. */
  readonly control?: string
  /** Whom the process becomes before it lives; it stays who it is unless given. */
  readonly user?: number
  readonly lives: readonly Life[]
}

/** A refusal that a life met. */
export interface Refused {
  /** What was refused: `open`, `unit 7`, `close`. */
  readonly at: string
  /** The error's name where it is one of ours; `null` for any other. */
  readonly type: string | null
  /** What its `reason` says, where it has one, or its `code`. */
  readonly reason: string
  readonly message: string
}

/** What is said at the end of a life. */
export interface LifeEnd {
  readonly state: FaultState
  /** Open files of the process. */
  readonly handles: number
}

/** What a life has come to. */
export interface Lived {
  readonly life: Life
  /** Every line that was said. */
  readonly lines: readonly string[]
  readonly refused: readonly Refused[]
  /** What the fault library has seen; of a process without it, nothing. */
  readonly state: FaultState
  /** Open files of the process; `null` where it was killed. */
  readonly handles: number | null
}

/** Who writes the units of a life. */
export const LIFE = 'life'
/** A lasting fault, and whatever happens to files, is over before so many last units. */
export const UNITS_AFTER = 2
/** SQLite could write a commit to its log, and could not bring it to the disk. */
const UNSYNCED = 'SQLITE_IOERR_FSYNC'
const END = 'end '
const REFUSED = 'refused '

/** Lives one life after the other in one process. One that is killed has lived the first life alone. */
export async function liveThrough(
  told: LivesInstructions,
  env: Readonly<Record<string, string>> = {},
): Promise<readonly Lived[]> {
  const child = new Child('lives', told, env)
  const { code, signal, errors } = await child.ended
  const wasKilled = signal === 'SIGKILL'
  if (!wasKilled && code !== 0) throw new Error(`a process ended with ${code ?? signal}: ${errors}`)
  const killed = wasKilled && told.control !== undefined ? new FaultControl(told.control).state() : undefined
  let from = 0
  return told.lives.map((life) => {
    const to = child.lines.findIndex((line, index) => index >= from && line.startsWith(END))
    const lines = child.lines.slice(from, to < 0 ? child.lines.length : to)
    const end = to < 0 ? null : (JSON.parse(child.lines[to]?.slice(END.length) ?? '') as LifeEnd)
    from = to < 0 ? child.lines.length : to + 1
    const state = end?.state ?? killed
    if (state === undefined) throw new Error(`a life on ${life.file} has no end: ${errors}`)
    return { life, lines, refused: refusedIn(lines), state, handles: end?.handles ?? null }
  })
}

/** What must hold of every life: errors are ours. Counts them. */
export function noteRefused({ refused }: Lived, report: Report): void {
  for (const { at, type, reason, message } of refused) {
    report.check(type !== null, `${at} was refused by an error that is not ours: ${message}`)
    if (type !== null) report.count(`refused with ${type} ${reason}`)
  }
}

/**
 * Checks what a life of units has left that came to its end: what was acknowledged is there and nothing else, and as soon as
 * nothing breaks any more every unit succeeds. Of a commit that could not be synced, nobody can say whether it is there.
 */
export async function checkWritten(lived: Lived, report: Report): Promise<void> {
  const { life, lines, refused } = lived
  const units = refused.filter(({ at }) => at.startsWith('unit'))
  report.count('units acknowledged', acknowledgedBy(LIFE, lines).length)
  report.count('units refused', units.length)
  const uncertain = life.synchronous === 'full' ? uncertainUnit(units) : undefined
  if (uncertain !== undefined) report.count('units refused as the log could not be synced')
  const there = await checkAcknowledged(life.file, acknowledgedBy(LIFE, lines), new Set(), report, uncertain)
  if (there > 0) report.count('of these found all the same')
  if (refused.some(({ at }) => at === 'open')) return
  const healed = lines.indexOf('healed')
  const isLate = healed >= 0 && refusedIn(lines.slice(healed)).some(({ at }) => at !== 'close')
  report.check(!isLate, 'a unit was refused though nothing breaks any more')
  const isOnce = life.fault !== undefined && life.fault.lasting !== true
  report.check(!isOnce || units.length <= 1, `${units.length} units were refused, expected one`)
}

/** The last unit that was refused because the log could not be synced: all of it was written. */
function uncertainUnit(units: readonly Refused[]): UnitNumber | undefined {
  const unsynced = units.findLast(({ reason }) => reason === UNSYNCED)
  return unsynced && { writer: LIFE, number: Number(unsynced.at.split(' ')[1]) }
}

function refusedIn(lines: readonly string[]): readonly Refused[] {
  return lines
    .filter((line) => line.startsWith(REFUSED))
    .map((line) => JSON.parse(line.slice(REFUSED.length)) as Refused)
}
