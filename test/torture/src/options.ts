import { randomInt } from 'node:crypto'
import { parseArgs } from 'node:util'

export interface Options {
  /** How often each trial does what it does; as the trial says unless given. */
  readonly rounds: number | undefined
  /** How long the soak takes, in minutes; as the trial says unless given. */
  readonly minutes: number | undefined
  /** What every random choice comes from. */
  readonly seed: number
  /** Only trials with one of these in their name; all of them where it is empty. */
  readonly only: readonly string[]
  /** The few rounds that CI does. */
  readonly short: boolean
  /** Print one JSON object instead of lines. */
  readonly json: boolean
}

/** Wrong usage. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

export const USAGE = `pnpm torture [--short] [--only NAME]… [--rounds COUNT] [--minutes COUNT] [--seed NUMBER] [--json]

  --short          the few rounds that CI does, two minutes in all
  --only NAME      only trials with this in their name; may be given several times
  --rounds COUNT   how often each trial does what it does
  --minutes COUNT  how long the soak takes; a fraction is taken too
  --seed NUMBER    the same choices and kill instants as in the run that printed it
  --json           one JSON object instead of lines`

const SEEDS = 0x1_0000_0000

/** @throws {@link UsageError} */
export function readOptions(args: readonly string[]): Options {
  const { rounds, minutes, seed, only = [], short = false, json = false } = parsed(args)
  return {
    rounds: rounds === undefined ? undefined : wholeNumber('--rounds', rounds, 1),
    minutes: minutes === undefined ? undefined : positiveNumber('--minutes', minutes),
    seed: seed === undefined ? randomInt(SEEDS) : wholeNumber('--seed', seed, 0),
    only,
    short,
    json,
  }
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        rounds: { type: 'string' },
        minutes: { type: 'string' },
        seed: { type: 'string' },
        only: { type: 'string', multiple: true },
        short: { type: 'boolean' },
        json: { type: 'boolean' },
      },
    }).values
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error })
  }
}

function wholeNumber(option: string, text: string, least: number): number {
  const number = Number(text)
  if (text.trim() !== '' && Number.isSafeInteger(number) && number >= least) return number
  throw new UsageError(`${option}: found ${text}, expected a whole number from ${least}`)
}

function positiveNumber(option: string, text: string): number {
  const number = Number(text)
  if (Number.isFinite(number) && number > 0) return number
  throw new UsageError(`${option}: found ${text}, expected a number above 0`)
}
