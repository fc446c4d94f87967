import { availableParallelism } from 'node:os'

/** Runs rounds, as many at once as there are cores. Rounds begin in their order. */
export async function inLanes(rounds: number, work: (round: number) => Promise<void>): Promise<void> {
  let next = 0
  const lane = async () => {
    while (next < rounds) await work(next++)
  }
  await Promise.all(Array.from({ length: Math.min(rounds, availableParallelism()) }, lane))
}
