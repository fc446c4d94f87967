import type { Statistics } from './statistics.js'

/** One conversation in the report. */
export interface Row extends Statistics {
  /** The conversation's id as its file has it. */
  readonly id: string
}

const SHOWN = 12

/** What the report says of all conversations together. Memory stays flat however many there are. */
export class Tally {
  conversations = 0
  messages = 0
  commits = 0
  compressions = 0
  tokensBefore = 0
  tokensAfter = 0
  turns = 0
  /** Tokens that were sent at all calls of the model, and what they would have been without compression. */
  sent = 0
  whole = 0
  #rows: Row[] = []

  add(row: Row): void {
    this.conversations += 1
    this.messages += row.messages
    this.commits += row.commits
    this.compressions += row.compressions
    this.tokensBefore += row.tokensBefore
    this.tokensAfter += row.tokensAfter
    this.turns += row.turns.length
    for (const turn of row.turns) {
      this.sent += turn.sent
      this.whole += turn.whole
    }
    this.#rows.push(row)
    if (this.#rows.length > 10 * SHOWN) this.#rows = longestFirst(this.#rows).slice(0, SHOWN)
  }

  /** All conversations in their order where they are few, otherwise the longest of them. */
  get rows(): readonly Row[] {
    return this.conversations <= SHOWN ? this.#rows : longestFirst(this.#rows).slice(0, SHOWN)
  }

  get longest(): Row | undefined {
    return longestFirst(this.#rows)[0]
  }
}

function longestFirst(rows: readonly Row[]): Row[] {
  return rows.toSorted((one, other) => other.messages - one.messages || other.commits - one.commits)
}
