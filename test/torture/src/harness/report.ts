/** What came of a trial. */
export interface Outcome {
  readonly name: string
  readonly says: string
  readonly seconds: number
  readonly figures: Readonly<Record<string, string | number>>
  /** What did not hold, one sentence each; empty where everything did. */
  readonly broken: readonly string[]
  /** Why it could not run here. */
  readonly skipped?: string
}

/** So many sentences are kept; where one thing breaks, it breaks a thousand times. */
const MOST_SENTENCES = 20

/** Where a trial says what it finds. */
export class Report {
  readonly figures: Record<string, string | number> = {}
  readonly #broken: string[] = []
  #failures = 0
  /** The part of the trial that is under way, for sentences. */
  #part = ''

  constructor(readonly progress: (text: string) => void) {}

  /** Keeps a figure of the trial: how much was done, how large something grew. */
  figure(name: string, value: string | number): void {
    this.figures[name] = value
  }

  /** Adds to a figure that counts. */
  count(name: string, by = 1): void {
    this.figures[name] = Number(this.figures[name] ?? 0) + by
  }

  /** Notes that something promised did not hold. */
  fail(sentence: string): void {
    this.#failures++
    if (this.#failures > MOST_SENTENCES) return
    this.#broken.push(`${this.#part}${sentence}`)
    this.progress(`broken: ${this.#part}${sentence}`)
  }

  /** What did not hold, one sentence each: the first of them, and how many more there were. */
  get broken(): readonly string[] {
    const more = this.#failures - this.#broken.length
    return more === 0 ? this.#broken : [...this.#broken, `and ${more} more`]
  }

  /** Notes it unless the condition holds. */
  check(holds: boolean, sentence: string): void {
    if (!holds) this.fail(sentence)
  }

  /** Runs a part of the trial; what did not hold in it is told with its title. Returns whether all of it held. */
  async inPart(title: string, part: () => Promise<void>): Promise<boolean> {
    const before = this.#failures
    this.#part = `${title}: `
    try {
      await part()
    } catch (error) {
      this.fail(`it ended early: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`)
    } finally {
      this.#part = ''
    }
    return this.#failures === before
  }
}
