import { isDeepStrictEqual } from 'node:util'
import { contestantsOf, type Race } from './race.js'

/** How many inputs are compared where a race does not say. */
const SAMPLES = 12

/**
 * Lets every contestant answer the same inputs and compares: what answers differently is not the same operation, and
 * timing it would mean nothing.
 *
 * @throws Error naming the contestant and the input
 */
export async function assertSameAnswers(name: string, race: Race): Promise<void> {
  for (let sample = 0; sample < (race.compared ?? SAMPLES); sample++) {
    const input = race.next()
    let expected: unknown
    for (const [contestant, run] of contestantsOf(race)) {
      const result: unknown = await run(input)
      const answer = plain(race.observe === undefined ? result : race.observe(input))
      race.undo?.(input)
      if (contestant === 'tract') expected = answer
      else if (!isDeepStrictEqual(answer, expected)) {
        throw new Error(
          `${name}: ${contestant} answers ${JSON.stringify(input)} with ${clip(answer)}, tract with ${clip(expected)}`,
        )
      }
    }
  }
}

/** Rows are instances of classes here and plain objects there; only their fields count. */
function plain(value: unknown): unknown {
  if (value instanceof Map) return [...value].map(([key, item]) => [key, plain(item)]).sort()
  if (value instanceof Set) return [...value].sort()
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(
      Object.entries(value)
        .map(([key, item]) => [key, plain(item)] as const)
        .sort(),
    )
  }
  return value
}

function clip(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value)
  return text.length > 300 ? `${text.slice(0, 300)}… (${text.length} characters)` : text
}
