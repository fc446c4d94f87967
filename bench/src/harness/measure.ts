import { type ContestantName, contestantsOf, type Race, type Run } from './race.js'

/** How long and how often. */
export interface Effort {
  /** Samples of each contestant; at least 9 where numbers count. */
  readonly rounds: number
  /** Goes on to so many rounds where those took less than this time, in milliseconds: a quick operation gets a firmer median. */
  readonly more?: { readonly rounds: number; readonly withinMs: number }
  /** What a sample should last, in milliseconds. */
  readonly sampleMs: number
  /** How long each contestant runs before, in milliseconds: until its code is compiled and its pages are read. */
  readonly warmUpMs: number
}

/** The time of one call in each round, in nanoseconds. */
export type Times = ReadonlyMap<ContestantName, readonly number[]>

/** Fewer calls could not be told from the clock's own steps; more would fill the memory with inputs. */
const MOST_CALLS = 50_000

/** Somebody who is timed. */
export interface Runner<Name extends string = string> {
  readonly name: Name
  readonly race: Race
  readonly run: Run<unknown>
}

/** Times everybody in a race. */
export function measure(race: Race, effort: Effort): Promise<Times> {
  return measureRunners(
    contestantsOf(race).map(([name, run]) => ({ name, race, run })),
    effort,
  )
}

/**
 * After warming up, each round takes one sample of each runner, beginning with another one each time, so that neither a
 * slow second of the machine nor the place in line favours anybody.
 */
export async function measureRunners<Name extends string>(
  runners: readonly Runner<Name>[],
  { rounds, more = { rounds, withinMs: 0 }, sampleMs, warmUpMs }: Effort,
): Promise<Map<Name, readonly number[]>> {
  const calls = new Map<Name, number>()
  const times = new Map<Name, number[]>()
  for (const runner of runners) {
    calls.set(runner.name, await warmUp(runner, sampleMs, warmUpMs))
    times.set(runner.name, [])
  }
  const end = performance.now() + more.withinMs
  for (let round = 0; round < rounds || (round < more.rounds && performance.now() < end); round++) {
    for (let place = 0; place < runners.length; place++) {
      const runner = runners[(place + round) % runners.length]
      if (runner === undefined) continue
      const count = calls.get(runner.name) ?? 1
      times.get(runner.name)?.push((await sample(runner, count)) / count)
    }
  }
  return times
}

/** Runs until warm. Returns how many calls make a sample. */
async function warmUp(runner: Runner, sampleMs: number, warmUpMs: number): Promise<number> {
  const most = runner.race.mostCalls ?? MOST_CALLS
  const end = performance.now() + warmUpMs
  let calls = 1
  do {
    const nanoseconds = await sample(runner, calls)
    const wanted = Math.round((sampleMs * 1e6 * calls) / nanoseconds)
    calls = Math.max(1, Math.min(wanted, most, calls * 10))
  } while (performance.now() < end)
  return calls
}

/** The time of so many calls one after the other, in nanoseconds. */
async function sample({ race, run }: Runner, calls: number): Promise<number> {
  const inputs = Array.from({ length: calls }, () => race.next())
  race.settle?.()
  globalThis.gc?.()
  const start = process.hrtime.bigint()
  for (let index = 0; index < inputs.length; index++) {
    const result = run(inputs[index])
    // The limit is synchronous: it does not pay for a wait that it does not need.
    if (result instanceof Promise) await result
  }
  return Number(process.hrtime.bigint() - start)
}
