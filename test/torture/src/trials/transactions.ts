import { join } from 'node:path'
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises'
import type { Store, Transaction } from '@tract/repositories'
import { openStore } from '@tract/sqlite'
import { checkVerified } from '../harness/acknowledged.js'
import { readContents } from '../harness/contents.js'
import { Random } from '../harness/random.js'
import type { Report } from '../harness/report.js'
import { TRACT, type UnitKind, writeInside } from '../harness/units.js'
import type { Trial } from './trial.js'

const TRANSACTIONS = 1000

/** What a transaction throws to be rolled back. */
class Refusal extends Error {}

/** One step of a transaction's script. */
type Step = 'write' | 'nested' | 'failing nested' | 'wait' | 'fail'

/** Where a step stands. */
interface Place {
  /** The transaction's number. */
  readonly number: number
  /** The step's place in the script. */
  readonly index: number
  readonly random: Random
  /** What the transaction has written so far that was not rolled back inside it. */
  readonly written: string[]
}

/** Transactions that overlap in one process, with reads and single writes of others in between. */
export const transactions: Trial = {
  name: 'transactions',
  says: '1,000 overlapping transactions, a third of them failing, have no lost, leaked, dirty or out-of-order effect',
  short: { rounds: 1 },
  long: { rounds: 20 },
  run: async ({ rounds, seed, scratch, report }) => {
    for (let round = 0; round < rounds; round++) {
      const file = join(scratch, `${round}.db`)
      await using store = await openStore(file)
      const randomOf = (purpose: string) => new Random(seed, `transactions ${round} ${purpose}`)
      await new Overlap(store, file, randomOf, report).run()
    }
  },
}

/** One round: what was asked of a store, in order, and what it must have become. */
class Overlap {
  readonly #store: Store
  readonly #file: string
  /** Every transaction draws for itself: who draws first must not depend on the clock. */
  readonly #randomOf: (purpose: string) => Random
  readonly #report: Report
  /** What each transaction has written that was not rolled back inside it, in order. */
  readonly #written = new Map<number, string[]>()
  /** The head after each transaction that was committed, and its place in the order. */
  readonly #heads = new Map<string | null, number>([[null, 0]])
  /** The head after the last transaction whose promise was kept. */
  #acknowledged = 0
  #tags = 0

  constructor(store: Store, file: string, randomOf: (purpose: string) => Random, report: Report) {
    this.#store = store
    this.#file = file
    this.#randomOf = randomOf
    this.#report = report
  }

  async run(): Promise<void> {
    const running: Promise<void>[] = []
    const committed: number[] = []
    const random = this.#randomOf('arrivals')
    for (let number = 1; number <= TRANSACTIONS; number++) {
      running.push(this.#transaction(number, committed))
      if (random.below(10) === 0) running.push(this.#tag())
      if (random.below(4) === 0) await nextTurn()
      if (random.below(4) === 0) await this.#readOutside()
    }
    let isOver = false
    const all = Promise.all(running).finally(() => {
      isOver = true
    })
    while (!isOver) {
      await this.#readOutside()
      await sleep(1)
    }
    await all
    await this.#check(committed)
  }

  async #transaction(number: number, committed: number[]): Promise<void> {
    const random = this.#randomOf(String(number))
    const fails = number % 3 === 0
    const script = scriptOf(random, fails)
    const written: string[] = []
    try {
      await this.#store.transaction(async (tx) => {
        for (const [index, step] of script.entries())
          await this.#step(tx, step, { number, index, random, written })
        this.#written.set(number, written)
        committed.push(number)
        // Known before COMMIT: a read outside may see it before this function's promise is looked at.
        this.#heads.set(written.at(-1) ?? null, committed.length)
      })
      this.#acknowledged = Math.max(this.#acknowledged, committed.indexOf(number) + 1)
      this.#report.check(!fails, `transaction ${number} was to fail and was committed`)
    } catch (error) {
      const isOurs = error instanceof Refusal
      this.#report.check(isOurs && fails, `transaction ${number} failed and was not to: ${String(error)}`)
      if (isOurs) this.#report.count('transactions rolled back')
    }
  }

  async #step(tx: Transaction, step: Step, place: Place): Promise<void> {
    const { number, index, random, written } = place
    if (step === 'fail') throw new Refusal()
    if (step === 'wait') return random.below(2) === 0 ? nextTurn() : sleep(random.below(3))
    // What is called through the store inside a transaction belongs to the transaction.
    const repositories = random.below(2) === 0 ? tx : this.#store
    const write = async () => {
      const kind: UnitKind = random.below(20) === 0 ? 'record' : random.pick(['plain', 'event'] as const)
      const head = await repositories.refs.getHead(TRACT)
      const own = written.at(-1)
      if (own !== undefined)
        this.#report.check(head === own, `transaction ${number} does not see what it wrote`)
      const unit = { writer: `transaction-${number}`, number: index * 10 + random.below(10), kind }
      written.push(await writeInside(repositories, unit))
    }
    if (step === 'write') return write()
    const before = written.length
    const nested = repositories.transaction(async (inner) => {
      await write()
      if (random.below(2) === 0) await nextTurn()
      await inner.transaction(write)
      if (step === 'failing nested') throw new Refusal()
    })
    await nested.catch((error: unknown) => {
      if (!(error instanceof Refusal)) throw error
      written.length = before
    })
  }

  /** A single write beside the transactions. */
  async #tag(): Promise<void> {
    const name = `refs/tags/${this.#tags++}`
    const tagging = this.#store.refs.setSymbolicRef(TRACT, name, 'refs/heads/main')
    await tagging.catch((error: unknown) => this.#report.fail(`a single write failed: ${String(error)}`))
  }

  /** What is committed is seen at once, and nothing else is ever seen. */
  async #readOutside(): Promise<void> {
    const least = this.#acknowledged
    const place = this.#heads.get(await this.#store.refs.getHead(TRACT))
    this.#report.count('reads outside')
    if (place === undefined) this.#report.fail('a read outside has seen a head that no transaction committed')
    else
      this.#report.check(place >= least, `a read outside has seen state ${place}, ${least} was acknowledged`)
  }

  async #check(committed: readonly number[]): Promise<void> {
    const { chain, commits, damage } = readContents(this.#file)
    const expected = committed.flatMap((number) => this.#written.get(number) ?? [])
    this.#report.check(isSorted(committed), 'transactions were not committed in the order of their arrival')
    this.#report.check(
      commits === expected.length,
      `${commits} commits are stored, expected ${expected.length}`,
    )
    const found = chain.map(({ hash }) => hash).reverse()
    this.#report.check(
      found.length === expected.length && found.every((hash, index) => hash === expected[index]),
      `the branch holds ${found.length} commits that are not the ${expected.length} expected, in their order`,
    )
    for (const sentence of damage) this.#report.fail(`integrity: ${sentence}`)
    for (let tag = 0; tag < this.#tags; tag++) {
      const target = await this.#store.refs.getSymbolicRef(TRACT, `refs/tags/${tag}`)
      this.#report.check(target !== null, `the single write ${tag} is lost`)
    }
    this.#report.count('transactions committed', committed.length)
    this.#report.count('single writes beside them', this.#tags)
    await checkVerified(this.#file, this.#report)
  }
}

/** What a transaction does; one that fails does so at a random step. */
function scriptOf(random: Random, fails: boolean): readonly Step[] {
  const steps = Array.from({ length: 1 + random.below(5) }, () =>
    random.pick<Step>(['write', 'write', 'nested', 'failing nested', 'wait']),
  )
  return fails ? steps.toSpliced(random.below(steps.length + 1), 0, 'fail') : ['write', ...steps]
}

function isSorted(numbers: readonly number[]): boolean {
  return numbers.every((number, index) => index === 0 || number > (numbers[index - 1] ?? 0))
}
