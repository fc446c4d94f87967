/**
 * A list with its middle left out where it is long.
 *
 * @param most the most items that are shown whole; of a longer list the first and the last
 * @param left what stands for those that were left out
 */
export function folded<Item>(
  items: readonly Item[],
  most: number,
  left: (omitted: readonly Item[]) => Item,
): readonly Item[] {
  if (items.length <= most) return items
  const ends = Math.max(1, Math.floor((most - 1) / 2))
  return [...items.slice(0, ends), left(items.slice(ends, -ends)), ...items.slice(-ends)]
}
