// Lives one life after the other, each on a file of its own and with its own fault, and says what was acknowledged in each, what was refused and how.
import { readdirSync } from 'node:fs'
import { TractError } from '@tract/repositories'
import { openStore, type SqliteStore, type Synchronous } from '@tract/sqlite'
import { type Fault, FaultControl, type FaultState } from '../harness/fault-control.js'
import { type Operating, operate } from '../harness/operate.js'
import { mixedKind, writeUnit } from '../harness/units.js'
import { instructions, say } from './program.js'

/** What is done to one file, and what breaks meanwhile. */
export interface Life extends Omit<Operating, 'operation'> {
  readonly operation: Operating['operation'] | 'write'
  /** `null`: nothing breaks, and the calls are counted. */
  readonly fault: Fault | null
  /** For `write`: the numbers of the units. */
  readonly units?: readonly number[]
  readonly synchronous?: Synchronous
}

export interface FaultsInstructions {
  /** The control file of the fault library. */
  readonly control: string
  readonly lives: readonly Life[]
}

/** A refusal that a life met. */
export interface Refused {
  /** What was refused. */
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

/** A lasting fault ends before so many last units: the disk has room again. */
const UNITS_AFTER = 2

const { control: path, lives } = instructions<FaultsInstructions>()
const control = new FaultControl(path)
for (const life of lives) {
  control.arm(life.fault)
  await live(life)
  control.heal()
  const end: LifeEnd = { state: control.state(), handles: readdirSync('/proc/self/fd').length }
  say(`end ${JSON.stringify(end)}`)
}

async function live(life: Life): Promise<void> {
  const { operation } = life
  if (operation === 'write') return write(life)
  const done = await attempt(operation, async () => {
    await operate({ ...life, operation }, () => undefined)
    return true
  })
  if (done !== undefined) say('done')
}

async function write({ file, units = [], synchronous = 'normal' }: Life): Promise<void> {
  const store = await attempt('open', () => openStore(file, { synchronous }))
  if (store === undefined) return
  let isFirst = true
  for (const [index, number] of units.entries()) {
    if (units.length - index === UNITS_AFTER && control.state().fired > 0) {
      control.heal()
      say('healed')
    }
    // An event has a source, so the first unit that is written cannot have one.
    const hash = await attempt(`unit ${number}`, () => writeOne(store, number, isFirst))
    if (hash === undefined) continue
    say(`unit ${number} ${hash}`)
    isFirst = false
  }
  await attempt('close', () => store.close())
}

function writeOne(store: SqliteStore, number: number, isFirst: boolean): Promise<string> {
  const unit = { writer: 'life', number, kind: isFirst ? 'plain' : mixedKind(number) } as const
  return writeUnit(store, unit, number % 2 === 0 ? 'history' : 'transaction')
}

/** Tries, and says what was refused. Returns `undefined` then. */
async function attempt<Result>(at: string, work: () => Promise<Result>): Promise<Result | undefined> {
  try {
    return await work()
  } catch (error) {
    const type = error instanceof TractError ? error.name : null
    const reason = error instanceof Error && 'reason' in error ? String(error.reason) : codeOf(error)
    const message =
      error instanceof Error ? (type === null ? (error.stack ?? '') : error.message) : String(error)
    const refused: Refused = { at, type, reason, message }
    say(`refused ${JSON.stringify(refused)}`)
    return undefined
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : ''
}
