import { copyFileSync, realpathSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { CALLS, type Fault, FaultControl, type FaultState } from './fault-control.js'
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
  const { counts } = whole.state
  report.check(counts.write > 0, `${broken.name}: the fault library has seen no write`)
  for (const call of CALLS) report.figure(`${broken.name}: ${call} calls`, counts[call])
  const runs = runsOf(counts, varieties, most, random)
  for (const [index, run] of runs.entries()) {
    if (index % 20 === 0) report.progress(`${broken.name}: run ${index + 1} of ${runs.length}`)
    const lives = await workshop.live(run)
    checkHandles(lives, report)
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

/** The faults of each process: many that it outlives, or one that it does not. */
function runsOf(
  counts: FaultState['counts'],
  varieties: readonly Variety[],
  most: number,
  random: Random,
): readonly (readonly Fault[])[] {
  const faultsOf = (some: readonly Variety[]) =>
    some.flatMap((variety) =>
      placesOf(counts[variety.call], most, random).map((at): Fault => {
        return { ...variety, at, seed: random.below(2 ** 32) }
      }),
    )
  const met = varieties.filter(({ call }) => counts[call] > 0)
  const fatal = met.filter(isFatal)
  const survived = faultsOf(met.filter((variety) => !isFatal(variety)))
  const runs = Array.from({ length: Math.ceil(survived.length / LIVES_OF_A_PROCESS) }, (_, run) =>
    survived.slice(run * LIVES_OF_A_PROCESS, (run + 1) * LIVES_OF_A_PROCESS),
  )
  const deaths = faultsOf(most > 1 || fatal.length === 0 ? fatal : [random.pick(fatal)])
  return [...runs, ...deaths.map((fault) => [fault])]
}

/** Checks that nothing stays open after a life, however it was refused. */
function checkHandles(lives: readonly Lived[], report: Report): void {
  const handles = lives.map((lived) => lived.handles ?? 0)
  const [least, most] = [Math.min(...handles), Math.max(...handles)]
  report.check(least === most, `after a life from ${least} to ${most} files are open`)
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
        LD_PRELOAD: faultLibrary(join(scratch, '..')),
        TRACT_FAULTS: this.#control,
        // As /proc shows it.
        TRACT_FAULTS_IN: realpathSync(scratch),
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
