import { inspect } from 'node:util'

const LARGEST_SEED = 1_000_000_000
/** A history of more would not fit into memory. */
const MOST = 10_000_000

/** Says what is wrong with a call, to whoever writes the test. @throws {@link TypeError} unless it holds */
export function check(field: string, holds: boolean, found: unknown, expected: string): asserts holds {
  if (!holds) throw new TypeError(`${field}: found ${shown(found)}, expected ${expected}`)
}

/** @throws {@link TypeError} unless the value is an object and no list */
export function checkObject(field: string, value: unknown): asserts value is object {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
  check(field, isObject, value, 'an object')
}

/** What every builder is called with: the values are the test's, also those that no store takes. */
export function checkBuilding(overrides: unknown, seed: unknown): void {
  checkObject('overrides', overrides)
  checkSeed(seed)
}

/** @throws {@link TypeError} unless it is a whole number from which a time can be made */
export function checkSeed(seed: unknown): void {
  const isSeed = Number.isSafeInteger(seed) && Math.abs(Number(seed)) <= LARGEST_SEED
  check('seed', isSeed, seed, `a whole number of at most ${LARGEST_SEED}`)
}

/** @throws {@link TypeError} unless it is how many of something are wanted */
export function checkAmount(field: string, amount: unknown): void {
  const isAmount = Number.isSafeInteger(amount) && Number(amount) >= 0 && Number(amount) <= MOST
  check(field, isAmount, amount, `a whole number from 0 to ${MOST}`)
}

function shown(value: unknown): string {
  const text = inspect(value, { depth: 0, maxStringLength: 80, maxArrayLength: 3, breakLength: Infinity })
  return text.length > 200 ? `${text.slice(0, 199)}…` : text
}
