import { parseArgs } from 'node:util'
import type { Effort } from './harness/measure.js'

export interface Options {
  readonly effort: Effort
  /** Commits in the files that operations are measured on. */
  readonly sizes: readonly number[]
  /** Only what has one of these in its name; everything where it is empty. */
  readonly only: readonly string[]
  /** Print one JSON object. */
  readonly json: boolean
  /** Draw the tables as Markdown. */
  readonly markdown: boolean
  readonly quick: boolean
}

/** Wrong usage. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

export const USAGE = `pnpm bench [--quick] [--json | --markdown] [--only NAME]… [--sizes 1000,10000] [--rounds 9]

  --quick         small files and short samples, under a minute: shows that it works, not how fast it is
  --json          one JSON object instead of tables
  --markdown      tables for docs/performance.md
  --only NAME     only questions with this in their name; may be given several times
  --sizes LIST    commits in the files, 1000 to 1000000; 1000,10000,100000,1000000 unless given
  --rounds COUNT  samples of each contestant; unless given 9, and up to 41 where that takes less than 8 s`

/** Short samples: what else the machine does hits few of them, and the median forgets those. */
const FULL: Effort = { rounds: 9, more: { rounds: 41, withinMs: 8_000 }, sampleMs: 30, warmUpMs: 250 }
const QUICK: Effort = { rounds: 2, sampleMs: 0.5, warmUpMs: 1 }
const ALL_SIZES = [1_000, 10_000, 100_000, 1_000_000]
const SMALLEST = 1_000

/** @throws {@link UsageError} */
export function readOptions(args: readonly string[]): Options {
  const { values } = parsed(args)
  const { quick = false, json = false, markdown = false, only = [], sizes, rounds } = values
  const effort = quick ? QUICK : FULL
  return {
    effort: rounds === undefined ? effort : withRounds(effort, wholeNumber('--rounds', rounds, 1)),
    sizes:
      sizes === undefined
        ? quick
          ? [SMALLEST]
          : ALL_SIZES
        : sizes.split(',').map((size) => wholeNumber('--sizes', size, SMALLEST)),
    only,
    json,
    markdown,
    quick,
  }
}

function withRounds({ sampleMs, warmUpMs }: Effort, rounds: number): Effort {
  return { rounds, sampleMs, warmUpMs }
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        quick: { type: 'boolean' },
        json: { type: 'boolean' },
        markdown: { type: 'boolean' },
        only: { type: 'string', multiple: true },
        sizes: { type: 'string' },
        rounds: { type: 'string' },
      },
    })
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error })
  }
}

function wholeNumber(option: string, text: string, least: number): number {
  const number = Number(text)
  if (Number.isSafeInteger(number) && number >= least) return number
  throw new UsageError(`${option}: found ${text}, expected a whole number from ${least}`)
}
