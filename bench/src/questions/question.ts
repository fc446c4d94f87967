import type { Race } from '../harness/race.js'
import type { Lab } from '../subjects/lab.js'

/**
 * How close to the limit an operation must come: a median ratio of at most 1.5 for a single row, 1.15 for several rows,
 * 1.25 for the append of a message.
 */
export const TARGETS = { 'one row': 1.5, 'several rows': 1.15, append: 1.25 } as const

/** Something a user does with a store, put to everybody who can do it. */
export interface Question {
  /** As `--only` takes it. */
  readonly name: string
  /** As the table shows it. */
  title(lab: Lab): string
  readonly kind: keyof typeof TARGETS
  readonly writes: boolean
  /** Whether the operation touches as many rows in a large file as in a small one. */
  readonly touchesFixedRows: boolean
  race(lab: Lab): Race
}

/** The items of a list, one after the other and from the start again. */
export function cycle<Item>(items: readonly Item[]): () => Item {
  let place = 0
  return () => {
    const item = items[place++ % items.length]
    if (item === undefined) throw new RangeError('found an empty list, expected inputs for a question')
    return item
  }
}

/** The same input every time. */
export function always<Item>(item: Item): () => Item {
  return () => item
}
