/**
 * The places of a longest rising run of numbers, gaps allowed: of things in a new order, the most that can be said to
 * have stayed while the others moved.
 */
export function inOrder(numbers: readonly number[]): ReadonlySet<number> {
  /** By length, the place at which the run of that length with the smallest end ends. */
  const ends: number[] = []
  const before: (number | undefined)[] = []
  for (const [place, number] of numbers.entries()) {
    let low = 0
    for (let high = ends.length; low < high; ) {
      const middle = (low + high) >> 1
      if ((numbers[ends[middle] ?? 0] ?? 0) < number) low = middle + 1
      else high = middle
    }
    before[place] = ends[low - 1]
    ends[low] = place
  }
  const run = new Set<number>()
  for (let place = ends.at(-1); place !== undefined; place = before[place]) run.add(place)
  return run
}
