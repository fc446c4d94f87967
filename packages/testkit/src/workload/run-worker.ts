import { once } from 'node:events'
import { writeSync } from 'node:fs'
import { createInterface } from 'node:readline'
import type { StoreAdapter } from '../adapter.js'
import { check } from '../builders/check-call.js'
import { performUnit } from './perform-unit.js'
import { unitsOf } from './unit.js'

/** What the contract asks of one worker: the last argument of its command, as JSON. */
export interface WorkerOrder {
  readonly location: string
  readonly seed: number
  /** The number of the writer, from which its units follow. */
  readonly writer: number
  /** How many units it does before it ends by itself. */
  readonly units: number
}

/**
 * The whole of the program that {@link StoreAdapter.command} names: opens a store as it is told by the last argument of
 * the command line, works on it, says on standard output what is acknowledged, and closes it. It ends early when its
 * standard input does, so that it does not outlive the tests.
 *
 * @throws what opening, a unit or closing throws; a program that lets it pass ends with a code other than 0, as it must
 */
export async function runWorker(
  adapter: Pick<StoreAdapter, 'open'>,
  order: string | undefined = process.argv.at(-1),
): Promise<void> {
  check(
    'open',
    typeof adapter?.open === 'function',
    adapter,
    'an object with the function that opens a store',
  )
  const { location, seed, writer, units } = readOrder(order)
  const input = createInterface({ input: process.stdin })
  input.on('close', () => process.exit())
  const store = await adapter.open(location)
  say('ready')
  await once(input, 'line')
  let done = 0
  for (const unit of unitsOf(seed, writer)) {
    if (done++ === units) break
    await performUnit(store, unit)
    say(`acknowledged ${unit.id}`)
  }
  await store.close()
  say('closed')
  input.removeAllListeners('close').close()
}

/** At once and past any buffer: what is killed in the next instant has said it. */
function say(line: string): void {
  writeSync(1, `${line}\n`)
}

function readOrder(order: string | undefined): WorkerOrder {
  try {
    const { location, seed, writer, units } = JSON.parse(order ?? '')
    if (typeof location === 'string' && [seed, writer, units].every(Number.isSafeInteger)) {
      return { location, seed, writer, units }
    }
  } catch (error) {
    throw new TypeError(mistaken(order), { cause: error })
  }
  throw new TypeError(mistaken(order))
}

function mistaken(order: string | undefined): string {
  const expected = 'the order that the store contract gives: JSON with location, seed, writer and units'
  return `the last argument of a worker is ${typeof order === 'string' ? order : 'absent'}, expected ${expected}`
}
