import { AsyncLocalStorage } from 'node:async_hooks'
import {
  InsideTransactionError,
  type IntegrityReport,
  InvalidInputError,
  type ReclaimedSpace,
  type Repositories,
  type Store,
  StoreClosedError,
  type Transaction,
  TransactionEndedError,
  type TransactionOptions,
  UnfinishedTransactionError,
} from '@tract/repositories'
import { SCHEMA_VERSION } from '@tract/schema'
import { modelOver } from '../../src/model/model.js'
import { copyOf, emptyState, type ModelState, restore } from '../../src/model/state.js'
import { Gate } from './gate.js'
import { readArguments } from './memory-input.js'

const READS = /^(get|list|is|has|batchGet|read|iterate)/

const ITERATIONS = /^iterate/

type Work<Result> = (tx: Transaction) => Promise<Result>
/** One call of a repository's, on any rows. */
type Operation<Result> = (repositories: Repositories) => Promise<Result>
type Run = <Result>(isRead: boolean, operation: Operation<Result>) => Promise<Result>

/** What stores on one location share: the rows, and the turn to write them. */
export class MemoryDatabase {
  readonly committed: ModelState = emptyState()
  readonly gate = new Gate()

  /** What a read outside of transactions sees. */
  read(): ModelState {
    return copyOf(this.committed)
  }

  /** What a write or a transaction works on. */
  begin(): ModelState {
    return copyOf(this.committed)
  }

  /** Makes what {@link begin} gave the committed rows. */
  commit(state: ModelState): void {
    restore(this.committed, state)
  }

  /** Called with what {@link begin} gave when it is not to be committed. */
  rollBack(_state: ModelState): void {}
}

/** The parts of a memory store that can be put in otherwise, to make one that is wrong. */
export interface MemoryParts {
  readonly model?: (state: ModelState) => Repositories
  readonly read?: typeof readArguments
}

/** A transaction, or one inside it. All of one transaction work on one copy of the rows. */
class Unit {
  readonly gate = new Gate()
  hasEnded = false
  nested = 0

  constructor(
    readonly state: ModelState,
    readonly parent: Unit | null,
  ) {}

  assertRunning(): void {
    for (let unit: Unit | null = this; unit !== null; unit = unit.parent) {
      if (unit.hasEnded) throw new TransactionEndedError()
    }
  }

  contains(other: Unit | undefined): other is Unit {
    for (let unit: Unit | null = other ?? null; unit !== null; unit = unit.parent)
      if (unit === this) return true
    return false
  }
}

/** A whole store over the model: the simplest adapter that keeps the contract, to prove the contract with. */
export function memoryStore(
  database = new MemoryDatabase(),
  { model = modelOver, read = readArguments }: MemoryParts = {},
): Store {
  const context = new AsyncLocalStorage<Unit>()
  const running = new Set<Promise<unknown>>()
  let closing: Promise<void> | undefined

  const assertOpen = () => {
    if (closing !== undefined) throw new StoreClosedError('memory')
  }

  const tracked = <Result>(promise: Promise<Result>): Promise<Result> => {
    running.add(promise)
    const forget = () => running.delete(promise)
    promise.then(forget, forget)
    return promise
  }

  /** Runs on a copy, which takes the place of the committed rows only in the end. */
  const commit = async <Result>(work: (state: ModelState) => Promise<Result>): Promise<Result> => {
    const leave = await database.gate.enter()
    const state = database.begin()
    try {
      const result = await work(state)
      database.commit(state)
      return result
    } catch (error) {
      database.rollBack(state)
      throw error
    } finally {
      leave()
    }
  }

  const runOutside: Run = async (isRead, operation) => {
    const unit = context.getStore()
    if (unit !== undefined) return runInside(unit)(isRead, operation)
    assertOpen()
    if (isRead) return tracked(operation(model(database.read())))
    return tracked(commit((state) => operation(model(state))))
  }

  const runInside =
    (unit: Unit): Run =>
    async (_, operation) => {
      const current = context.getStore()
      const innermost = unit.contains(current) ? current : unit
      innermost.assertRunning()
      const leave = await innermost.gate.enter()
      try {
        innermost.assertRunning()
        return await operation(model(innermost.state))
      } finally {
        leave()
      }
    }

  const perform = async <Result>(unit: Unit, work: Work<Result>): Promise<Result> => {
    const transaction = <Inner>(inner: Work<Inner>, options?: TransactionOptions) =>
      nest(unit, inner, options)
    const tx = { ...bound(runInside(unit), read), transaction }
    try {
      const result = await context.run(unit, async () => work(tx))
      if (unit.nested > 0) throw new UnfinishedTransactionError()
      ;(await unit.gate.enter())()
      return result
    } finally {
      unit.hasEnded = true
    }
  }

  const nest = async <Result>(
    unit: Unit,
    work: Work<Result>,
    options?: TransactionOptions,
  ): Promise<Result> => {
    checkWork(work)
    if (allowsGaps(options) && !unit.state.allowsGaps) throw new InsideTransactionError('transaction')
    const current = context.getStore()
    const outer = unit.contains(current) ? current : unit
    outer.assertRunning()
    outer.nested++
    const leave = await outer.gate.enter()
    try {
      outer.assertRunning()
      const before = copyOf(outer.state)
      try {
        const result = await perform(new Unit(outer.state, outer), work)
        outer.assertRunning()
        return result
      } catch (error) {
        restore(outer.state, before)
        throw error
      }
    } finally {
      outer.nested--
      leave()
    }
  }

  const transaction = async <Result>(work: Work<Result>, options?: TransactionOptions): Promise<Result> => {
    const unit = context.getStore()
    if (unit !== undefined) return nest(unit, work, options)
    assertOpen()
    checkWork(work)
    const allows = allowsGaps(options)
    return tracked(
      commit(async (state) => {
        const before = state.allowsGaps
        state.allowsGaps ||= allows
        const result = await perform(new Unit(state, null), work)
        state.allowsGaps = before
        return result
      }),
    )
  }

  const close = async (): Promise<void> => {
    if (context.getStore()?.hasEnded === false) throw new InsideTransactionError('close')
    closing ??= Promise.allSettled(running).then(() => undefined)
    return closing
  }

  return {
    ...bound(runOutside, read),
    schemaVersion: SCHEMA_VERSION,
    transaction,
    close,
    [Symbol.asyncDispose]: close,
    async checkIntegrity(): Promise<IntegrityReport> {
      assertOpen()
      return { ok: true, damage: [], brokenReferences: [] }
    },
    async reclaimSpace(): Promise<ReclaimedSpace> {
      if (context.getStore() !== undefined) throw new InsideTransactionError('reclaimSpace')
      assertOpen()
      return { bytesBefore: 0, bytesAfter: 0 }
    },
  }
}

/** All repositories, every call of which is checked and then handed to `run`. */
function bound(run: Run, read: typeof readArguments): Repositories {
  const model = modelOver(emptyState())
  const repositories: Record<string, unknown> = {}
  for (const [name, repository] of Object.entries(model)) {
    const methods: Record<string, unknown> = {}
    for (const method of Object.getOwnPropertyNames(Object.getPrototypeOf(repository))) {
      const call = async (...given: readonly unknown[]) => {
        const args = read(`${name}.${method}`, given)
        return run(READS.test(method), async (on) => {
          const target = on[name as keyof Repositories] as unknown as Record<
            string,
            (...args: unknown[]) => unknown
          >
          return target[method]?.(...args)
        })
      }
      methods[method] = ITERATIONS.test(method)
        ? async function* (...given: readonly unknown[]) {
            yield* (await call(...given)) as AsyncIterable<unknown>
          }
        : call
    }
    repositories[name] = methods
  }
  return repositories as unknown as Repositories
}

function allowsGaps(options: TransactionOptions = {}): boolean {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw new InvalidInputError('options', typeof options, 'an object')
  }
  for (const field in options) {
    if (field !== 'allowGaps') throw new InvalidInputError(`options.${field}`, 'a field', 'allowGaps')
  }
  const { allowGaps = false } = options
  if (typeof allowGaps !== 'boolean') {
    throw new InvalidInputError('options.allowGaps', typeof allowGaps, 'true or false')
  }
  return allowGaps
}

function checkWork(work: unknown): void {
  if (typeof work !== 'function') throw new InvalidInputError('work', typeof work, 'a function')
}
