// Lives one life after the other, each on a file of its own and with its own fault, and says what was acknowledged in each, and what was refused and how.
import { chmodSync, readdirSync, rmSync } from 'node:fs'
import { TractError } from '@tract/repositories'
import { openStore, type SqliteStore } from '@tract/sqlite'
import { FaultControl, NOTHING_SEEN } from '../harness/fault-control.js'
import {
  LIFE,
  type Life,
  type LifeEnd,
  type LivesInstructions,
  type Refused,
  UNITS_AFTER,
} from '../harness/lives.js'
import { operate } from '../harness/operate.js'
import { mixedKind, type UnitName, writeUnit } from '../harness/units.js'
import { instructions, say } from './program.js'

/** From here on ten units are of every kind. */
const FIRST_KIND = 20

const { control: path, user, lives } = instructions<LivesInstructions>()
const control = path === undefined ? undefined : new FaultControl(path)
if (user !== undefined) await become(user)
for (const life of lives) {
  control?.arm(life.fault ?? null)
  await live(life)
  control?.heal()
  const state = control?.state() ?? NOTHING_SEEN
  const handles = control === undefined ? 0 : readdirSync('/proc/self/fd').length
  say(`end ${JSON.stringify({ state, handles } satisfies LifeEnd)}`)
}

/** Becomes another user, who perhaps may not read our modules: so all of them are loaded first. */
async function become(id: number): Promise<void> {
  await (await openStore(':memory:')).close()
  process.setgroups?.([])
  process.setgid?.(id)
  process.setuid?.(id)
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

async function write({
  file,
  units = 0,
  kind,
  happenings = [],
  synchronous = 'normal',
}: Life): Promise<void> {
  const store = await attempt('open', () => openStore(file, { synchronous }))
  if (store === undefined) return
  let isFirst = true
  for (let number = 0; number < units; number++) {
    for (const { at, path, mode } of happenings) {
      if (at !== number) continue
      if (mode === null) rmSync(path, { force: true })
      else chmodSync(path, mode)
    }
    const isHit = happenings.length > 0 || (control?.state().fired ?? 0) > 0
    if (units - number === UNITS_AFTER && isHit) {
      control?.heal()
      say('healed')
    }
    // An event has a source, so the first unit that is written cannot be one.
    const usual = kind ?? mixedKind(FIRST_KIND + number)
    const unit = { writer: LIFE, number, kind: isFirst && usual === 'event' ? 'plain' : usual }
    const hash = await attempt(`unit ${number}`, () => writeOne(store, unit))
    if (hash === undefined) continue
    say(`unit ${number} ${hash}`)
    isFirst = false
  }
  await attempt('close', () => store.close())
}

function writeOne(store: SqliteStore, unit: UnitName): Promise<string> {
  return writeUnit(store, unit, unit.number % 2 === 0 ? 'history' : 'transaction')
}

/** Tries, and says what was refused. Returns `undefined` then. */
async function attempt<Result>(at: string, work: () => Promise<Result>): Promise<Result | undefined> {
  try {
    return await work()
  } catch (error) {
    say(`refused ${JSON.stringify(refusal(at, error))}`)
    return undefined
  }
}

function refusal(at: string, error: unknown): Refused {
  if (!(error instanceof Error)) return { at, type: null, reason: '', message: String(error) }
  const isOurs = error instanceof TractError
  const code = 'code' in error ? String(error.code) : ''
  return {
    at,
    type: isOurs ? error.name : null,
    reason: 'reason' in error ? String(error.reason) : code,
    message: isOurs ? error.message : (error.stack ?? error.message),
  }
}
