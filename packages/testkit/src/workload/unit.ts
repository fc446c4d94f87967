import { randomOf } from '../builders/seeded.js'

/** What a unit does; each is acknowledged when its promise is kept. */
const KINDS = ['append', 'compress', 'retry', 'roll back inside', 'roll back'] as const

/** Few, so that writers save equal content and meet. */
const CONTENTS = 5

/** One piece of work of one writer, which a store keeps as a whole or not at all. */
export interface Unit {
  /** Names the unit, and every row of it. */
  readonly id: string
  /**
   * `append`: a transaction that reads where main is, and puts a commit with an annotation on top of it. `compress`: the same
   * with an operation event, and a compile record in a transaction inside. `retry`: a commit on top of main by
   * `compareAndSetRef`, without a transaction. `roll back inside`: as `append`, with a commit in a transaction inside that is
   * rolled back. `roll back`: as `append`, and rolled back.
   */
  readonly kind: (typeof KINDS)[number]
  /** The seed of the content. */
  readonly content: number
}

/** The units of a writer, without end, the same for the same seed and writer. */
export function* unitsOf(seed: number, writer: number): Generator<Unit, never> {
  const random = randomOf(seed * 1009 + writer)
  for (let number = 0; ; number++) {
    const kind = KINDS[Math.floor(random() * KINDS.length)] ?? 'append'
    yield { id: `unit-${writer}-${number}`, kind, content: 1 + Math.floor(random() * CONTENTS) }
  }
}

/** The first units of a writer. */
export function firstUnits(seed: number, writer: number, count: number): readonly Unit[] {
  const units = unitsOf(seed, writer)
  return Array.from({ length: count }, () => units.next().value)
}
