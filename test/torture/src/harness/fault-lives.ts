import { copyFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { CALLS, type Fault, FaultControl } from './fault-control.js'
import { faultLibrary } from './fault-library.js'
import { type Life, type Lived, liveThrough, noteRefused } from './lives.js'
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

function isFatal({ kind }: Variety): boolean {
  return kind === 'crash' || kind === 'power'
}

/** So many lives are lived in one process. */
const LIVES_OF_A_PROCESS = 100

/**
 * Lives with every manner of fault, at every call or at so many that are spread evenly, and hands over what came of each.
 * Where one call is enough, one of the fatal manners is too, by chance: each takes a process.
 */
export async function breakCalls(
  broken: Broken,
  varieties: readonly Variety[],
  most: number,
  random: Random,
  report: Report,
  check: (lived: Lived) => Promise<void>,
): Promise<void> {
  const workshop = new Workshop(broken)
  const [whole] = await workshop.live([undefined])
  if (whole === undefined || whole.refused.length > 0)
    throw new Error(`${broken.name} fails though nothing breaks: ${whole?.refused[0]?.message}`)
  remove(whole.life.file)
  for (const call of CALLS) report.figure(`${broken.name}: ${call} calls`, whole.state.counts[call])
  const counts = whole.state.counts
  const faultsOf = (some: readonly Variety[]) =>
    some.flatMap((variety) =>
      placesOf(counts[variety.call], most, random).map((at): Fault => {
        return { ...variety, at, seed: random.below(2 ** 32) }
      }),
    )
  const met = varieties.filter(({ call }) => counts[call] > 0)
  const [fatal, survived] = [met.filter(isFatal), met.filter((variety) => !isFatal(variety))]
  const survivedFaults = faultsOf(survived)
  const fatalFaults = faultsOf(most > 1 || fatal.length === 0 ? fatal : [random.pick(fatal)])
  const runs = [
    ...Array.from({ length: Math.ceil(survivedFaults.length / LIVES_OF_A_PROCESS) }, (_, run) =>
      survivedFaults.slice(run * LIVES_OF_A_PROCESS, (run + 1) * LIVES_OF_A_PROCESS),
    ),
    ...fatalFaults.map((fault) => [fault]),
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
      const isSound = await report.inPart(titleOf(lived), async () => {
        noteFault(lived, report)
        noteRefused(lived, report)
        await check(lived)
      })
      if (isSound) remove(lived.life.file)
    }
  }
}

/** Counts what a fault has met. */
function noteFault({ refused, state, life }: Lived, report: Report): void {
  report.count(state.fired > 0 ? 'lives with a broken call' : 'lives whose call was not reached')
  if (state.fired > 0) report.count(`first broken in ${kindOf(state.file, life.file)}`)
  if (state.fired > 0 && refused.length === 0) report.count('lives in which nothing was refused')
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
  async live(faults: readonly (Fault | undefined)[]): Promise<readonly Lived[]> {
    const { scratch, name, original, ...rest } = this.#broken
    const lives = faults.map((fault): Life => {
      return { ...rest, file: join(scratch, `${name}-${this.#files++}.db`), ...(fault && { fault }) }
    })
    if (original !== undefined) for (const { file } of lives) copyFileSync(original, file)
    new FaultControl(this.#control).arm(lives[0]?.fault ?? null)
    return liveThrough(
      { control: this.#control, lives },
      {
        LD_PRELOAD: faultLibrary(),
        TRACT_FAULTS: this.#control,
        TRACT_FAULTS_IN: scratch,
        SQLITE_TMPDIR: scratch,
      },
    )
  }
}

function titleOf({ life: { fault }, state: { file } }: Lived): string {
  if (fault === undefined) return 'without a fault'
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
