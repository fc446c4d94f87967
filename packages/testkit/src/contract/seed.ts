const VARIABLE = 'TRACT_CONTRACT_SEED'

/**
 * Runs a test whose course chance decides, and says in its failure how to repeat it: the seed gives the same units and the same
 * kills, though not the same instants of the machine.
 */
export async function withSeed(run: (seed: number) => Promise<void>): Promise<void> {
  const given = process.env[VARIABLE]
  const seed = given === undefined ? Math.floor(Math.random() * 1_000_000) : Number(given)
  if (!Number.isSafeInteger(seed)) throw new RangeError(`${VARIABLE} is ${given}, expected a whole number`)
  try {
    await run(seed)
  } catch (error) {
    if (error instanceof Error) error.message += `\nto repeat it: ${VARIABLE}=${seed}`
    throw error
  }
}
