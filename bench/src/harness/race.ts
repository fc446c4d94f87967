/** Who takes part. `tract` is this project, `limit` hand-written better-sqlite3, the rest what a user would pick instead. */
export const CONTESTANTS = ['tract', 'limit', 'typeorm', 'drizzle', 'kysely', 'langgraph'] as const
export type ContestantName = (typeof CONTESTANTS)[number]

/** One operation, as each contestant does it. */
export interface Race<Input = unknown> {
  /** The input of the next call. Made before the clock starts. */
  next(): Input
  readonly contestants: Contestants<Input>
  /** What is compared, for a write: the rows that it left, read by a plain query. Otherwise the call's own result. */
  observe?(input: Input): unknown
  /** Takes back what a write did, so that the next contestant can do the same. */
  undo?(input: Input): void
  /** How many inputs are compared; 12 unless given. */
  readonly compared?: number
  /** Before each sample, off the clock. */
  settle?(): void
  /** The most calls in one sample, where each leaves something behind. */
  readonly mostCalls?: number
}

export type Contestants<Input> = { readonly [Name in ContestantName]?: Run<Input> } & {
  readonly tract: Run<Input>
  readonly limit: Run<Input>
}

/** A property would make a race of strings no race of unknowns: a method's parameter is bivariant. */
export type Run<Input> = { run(input: Input): unknown }['run']

/** A race of any input: whoever runs it gives its inputs back to it alone. */
export function raceOf<Input>(race: Race<Input>): Race {
  return race
}

/** The contestants of a race in their fixed order. */
export function contestantsOf<Input>(race: Race<Input>): readonly (readonly [ContestantName, Run<Input>])[] {
  return CONTESTANTS.flatMap((name) => {
    const run = race.contestants[name]
    return run === undefined ? [] : [[name, run] as const]
  })
}
