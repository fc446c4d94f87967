import { copyFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Life, LifeEnd, Refused } from '../programs/faults.js'
import { Child } from './child.js'
import { CALLS, type Fault, FaultControl, type FaultState } from './fault-control.js'
import { faultLibrary } from './fault-library.js'
import type { Random } from './random.js'
import type { Report } from './report.js'

/** What is tried at each call that is broken. */
export interface Broken extends Omit<Life, 'file' | 'fault'> {
  /** For messages. */
  readonly name: string
  /** A folder for its files. */
  readonly scratch: string
  /** What each file is a copy of; it does not exist yet unless given. */
  readonly original?: string
}

/** What a life has come to. */
export interface Lived {
  readonly file: string
  readonly fault: Fault | null
  /** Every line that was said. */
  readonly lines: readonly string[]
  readonly refused: readonly Refused[]
  readonly state: FaultState
  /** Open files of the process; `null` where it was killed. */
  readonly handles: number | null
  /** For messages. */
  readonly title: string
}

/** A manner of breaking a call. */
export type Variety = Pick<Fault, 'call' | 'kind' | 'lasting'>

/** Every manner in which a process outlives that a call breaks. */
export const SURVIVED: readonly Variety[] = [
  { call: 'write', kind: 'error' },
  { call: 'write', kind: 'error', lasting: true },
  { call: 'write', kind: 'full' },
  { call: 'write', kind: 'full', lasting: true },
  { call: 'write', kind: 'short' },
  { call: 'write', kind: 'short', lasting: true },
  { call: 'sync', kind: 'error' },
  { call: 'sync', kind: 'error', lasting: true },
  { call: 'truncate', kind: 'error' },
  { call: 'truncate', kind: 'error', lasting: true },
]
/** The manners in which the process ends with it. */
export const FATAL: readonly Variety[] = [
  ...CALLS.map((call) => ({ call, kind: 'crash' as const })),
  ...CALLS.map((call) => ({ call, kind: 'power' as const })),
]

/** So many lives are lived in one process. */
const LIVES_OF_A_PROCESS = 100

/** Lives with every manner of fault, at every call or at so many that are spread evenly, and hands over what came of each. */
export async function breakCalls(
  broken: Broken,
  varieties: readonly Variety[],
  most: number,
  random: Random,
  report: Report,
  check: (lived: Lived) => Promise<void>,
): Promise<void> {
  const workshop = new Workshop(broken)
  const [whole] = await workshop.live([null])
  if (whole === undefined || whole.refused.length > 0)
    throw new Error(`${broken.name} fails though nothing breaks: ${whole?.refused[0]?.message}`)
  remove(whole.file)
  for (const call of CALLS) report.figure(`${broken.name}: ${call} calls`, whole.state.counts[call])
  const faults = varieties.flatMap((variety) => {
    const places = placesOf(whole.state.counts[variety.call], most, random)
    return places.map((at) => ({ ...variety, at, seed: random.below(2 ** 32) }))
  })
  const survived = faults.filter(({ kind }) => kind !== 'crash' && kind !== 'power')
  const runs = [
    ...Array.from({ length: Math.ceil(survived.length / LIVES_OF_A_PROCESS) }, (_, run) =>
      survived.slice(run * LIVES_OF_A_PROCESS, (run + 1) * LIVES_OF_A_PROCESS),
    ),
    ...faults.filter((fault) => !survived.includes(fault)).map((fault) => [fault]),
  ]
  for (const [index, run] of runs.entries()) {
    if (index % 20 === 0) report.progress(`${broken.name}: run ${index + 1} of ${runs.length}`)
    const lives = await workshop.live(run)
    const handles = lives.map((lived) => lived.handles ?? 0)
    report.check(
      Math.max(...handles) === Math.min(...handles),
      `${broken.name}: from ${Math.min(...handles)} to ${Math.max(...handles)} files stay open after a life`,
    )
    for (const lived of lives) {
      const isSound = await report.inPart(lived.title, async () => {
        note(lived, report)
        await check(lived)
      })
      if (isSound) remove(lived.file)
    }
  }
}

/** What must hold of every life, and its figures. */
function note({ refused, state, file }: Lived, report: Report): void {
  report.count(state.fired > 0 ? 'lives with a broken call' : 'lives whose call was not reached')
  if (state.fired > 0) report.count(`first broken in ${kindOf(state.file, file)}`)
  if (state.fired > 0 && refused.length === 0) report.count('lives in which nothing was refused')
  for (const { at, type, reason, message } of refused) {
    report.check(type !== null, `${at} was refused by an error that is not ours: ${message}`)
    if (type !== null) report.count(`refused with ${type} ${reason}`)
  }
}

function kindOf(name: string, file: string): string {
  const own = file.slice(file.lastIndexOf('/') + 1)
  if (name === own) return 'the database'
  if (name.startsWith(own)) return `its ${name.slice(own.length).replace(/\.v\d+-\w+\.bak/, ' backup')}`
  return 'a temporary file'
}

/** Where lives are lived: a folder that faults are made in, and the control file outside of it. */
class Workshop {
  readonly #broken: Broken
  readonly #control: string
  #files = 0

  constructor(broken: Broken) {
    this.#broken = broken
    this.#control = join(broken.scratch, '..', `${broken.name}.control`)
  }

  /** Lives in one process. One that is killed lives one life alone. */
  async live(faults: readonly (Fault | null)[]): Promise<readonly Lived[]> {
    const { scratch, name, original, ...rest } = this.#broken
    const lives = faults.map((fault): Life => {
      return { ...rest, fault, file: join(scratch, `${name}-${this.#files++}.db`) }
    })
    if (original !== undefined) for (const { file } of lives) copyFileSync(original, file)
    const control = new FaultControl(this.#control)
    control.arm(lives[0]?.fault ?? null)
    const child = new Child(
      'faults',
      { control: this.#control, lives },
      {
        LD_PRELOAD: faultLibrary(),
        TRACT_FAULTS: this.#control,
        TRACT_FAULTS_IN: scratch,
        SQLITE_TMPDIR: scratch,
      },
    )
    const { code, signal, errors } = await child.ended
    const killed = signal === 'SIGKILL'
    if (!killed && code !== 0) throw new Error(`${name}: the process ended with ${code ?? signal}: ${errors}`)
    return split(child.lines, lives, killed ? control.state() : undefined)
  }
}

function split(lines: readonly string[], lives: readonly Life[], killed?: FaultState): readonly Lived[] {
  let from = 0
  return lives.map(({ file, fault }) => {
    const to = lines.findIndex((line, index) => index >= from && line.startsWith('end '))
    const own = lines.slice(from, to < 0 ? lines.length : to)
    const end = to < 0 ? undefined : (JSON.parse(lines[to]?.slice(4) ?? '') as LifeEnd)
    from = to < 0 ? lines.length : to + 1
    const state = end?.state ?? killed
    if (state === undefined) throw new Error(`a life on ${file} has no end`)
    const refused = own
      .filter((line) => line.startsWith('refused '))
      .map((line) => JSON.parse(line.slice('refused '.length)) as Refused)
    return {
      file,
      fault,
      lines: own,
      refused,
      state,
      handles: end?.handles ?? null,
      title: titleOf(fault, state),
    }
  })
}

function titleOf(fault: Fault | null, { file }: FaultState): string {
  if (fault === null) return 'without a fault'
  const { call, at, kind, lasting = false } = fault
  return `${kind}${lasting ? ' for long' : ''} at ${call} ${at} (${file})`
}

/** Every call, or so many that are spread evenly. */
function placesOf(count: number, most: number, random: Random): readonly number[] {
  if (count <= most) return Array.from({ length: count }, (_, index) => index + 1)
  const step = count / most
  const offset = random.fraction() * step
  return Array.from({ length: most }, (_, index) => 1 + Math.floor(offset + index * step))
}

function remove(file: string): void {
  for (const suffix of ['', '-wal', '-shm', '-journal']) rmSync(`${file}${suffix}`, { force: true })
}
