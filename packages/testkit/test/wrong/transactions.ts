import {
  type Store,
  StoreBusyError,
  type Transaction,
  TransactionEndedError,
  UnfinishedTransactionError,
} from '@tract/repositories'
import { copyOf, emptyState, type ModelState, restore } from '../../src/model/state.js'
import { Gate } from '../support/gate.js'
import { MemoryDatabase, memoryStore } from '../support/memory-store.js'
import type { WrongAdapter } from './wrong-adapter.js'

const ON = 'on a location'
const TWO = 'two stores on one location'

export const WRONG_TRANSACTIONS: readonly WrongAdapter[] = [
  {
    name: 'transactions do not wait for each other, and the last one wins',
    caughtBy: [
      `${ON} > in one store, what overlaps > transactions that read and then write lose no update`,
      `${TWO} > lose no update when both read and then write in transactions`,
    ],
    database: () =>
      new (class extends MemoryDatabase {
        override readonly gate = new OpenGate()
      })(),
  },
  {
    name: 'a read from outside sees what a transaction has not committed',
    caughtBy: [
      'without a location > a running transaction > is not seen from outside, on the same store, before it is committed',
      `${ON} > a running transaction > is not seen from a second store before it is committed, and is seen then`,
    ],
    database: () => new DirtyReads(),
  },
  {
    name: 'what a failed transaction wrote stays',
    caughtBy: [
      `${ON} > a transaction > writes nothing when its function throws, and passes the very error on`,
      `${ON} > a transaction > is rolled back by a refusal that nobody catches`,
    ],
    database: () =>
      new (class extends MemoryDatabase {
        override rollBack(state: ModelState): void {
          this.commit(state)
        }
      })(),
  },
  {
    name: 'a write from outside joins the transaction that runs',
    caughtBy: [
      `${ON} > a running transaction > does not take a write from outside along when it is rolled back`,
    ],
    database: () => new OneConnection(),
  },
  {
    name: 'a transaction sees what others commit meanwhile',
    caughtBy: [`${TWO} > do not change what a transaction of the other has read`],
    database: () =>
      new (class extends MemoryDatabase {
        override readonly gate = new OpenGate()
        override begin(): ModelState {
          return this.committed
        }
        override commit(): void {}
      })(),
  },
  {
    name: 'a transaction inside another is none',
    caughtBy: [`${ON} > a transaction inside another > is rolled back by itself when its error is caught`],
    around: (store) => withTransactions(store, (tx) => ({ ...tx, transaction: async (work) => work(tx) })),
  },
  {
    name: 'a transaction inside another is committed at once',
    caughtBy: [
      `${ON} > a transaction inside another > is rolled back with the outer one, also after it ended well`,
    ],
    database: () =>
      new (class extends MemoryDatabase {
        override readonly gate = new OpenGate()
      })(),
    open: (database) => {
      const inner = memoryStore(database)
      const outer = memoryStore(database)
      return withTransactions(outer, (tx) => ({ ...tx, transaction: (work) => inner.transaction(work) }))
    },
  },
  {
    name: 'a call belongs to a transaction by where it is made, and not by whose it is',
    caughtBy: [
      `${ON} > a transaction > holds the calls through tx wherever they are made, also outside of its function`,
    ],
    // Outside of the function the call waits for the transaction that it should be part of.
    hangs: true,
    around: (store) => withTransactions(store, (tx) => ({ ...tx, blobs: store.blobs })),
  },
  {
    name: 'a transaction that has ended goes on without one',
    caughtBy: [
      `${ON} > a transaction that has ended > takes no calls through its repositories after it was rolled back`,
      `${ON} > a transaction that has ended > takes no calls through its repositories after it was committed`,
    ],
    around: (store) =>
      withTransactions(store, (tx) => {
        const saveIfAbsent: typeof tx.blobs.saveIfAbsent = (blob) =>
          tx.blobs.saveIfAbsent(blob).catch((error: unknown) => {
            if (error instanceof TransactionEndedError) return store.blobs.saveIfAbsent(blob)
            throw error
          })
        return { ...tx, blobs: Object.assign({}, tx.blobs, { saveIfAbsent }) }
      }),
  },
  {
    name: 'a transaction inside that still runs is forgotten',
    caughtBy: [
      `${ON} > a transaction inside another > that the outer one did not wait for fails it, and nothing of both is left`,
    ],
    around: (store) => ({
      ...store,
      transaction: (work) =>
        store.transaction(work).catch((error: unknown) => {
          if (error instanceof UnfinishedTransactionError) return undefined as never
          throw error
        }),
    }),
  },
  {
    name: 'the error of a function is wrapped in another',
    caughtBy: [
      `${ON} > a transaction > writes nothing when its function throws, and passes the very error on`,
    ],
    around: (store) => ({
      ...store,
      transaction: (work) =>
        store.transaction(work).catch((cause: unknown) => {
          throw new Error('the transaction failed', { cause })
        }),
    }),
  },
  {
    name: 'what a function returns is lost',
    caughtBy: [`${ON} > a transaction > commits what it wrote and returns what its function returned`],
    around: (store) => ({
      ...store,
      transaction: async (work) => {
        await store.transaction(work)
        return undefined as never
      },
    }),
  },
  {
    name: 'the transaction that came last is the next',
    caughtBy: [`${ON} > in one store, what overlaps > transactions take turns in the order of their arrival`],
    database: () =>
      new (class extends MemoryDatabase {
        override readonly gate = new LastInFirstOut()
      })(),
  },
  {
    name: 'space is reclaimed inside a transaction',
    caughtBy: [`${ON} > a transaction > can do nothing that is part of no transaction, and goes on`],
    around: (store) => ({ ...store, reclaimSpace: async () => ({ bytesBefore: 0, bytesAfter: 0 }) }),
  },
  {
    name: 'a location that is in use is refused at once',
    caughtBy: [`${TWO} > wait for each other instead of failing`],
    failsAs: 'StoreBusyError',
    database: () =>
      new (class extends MemoryDatabase {
        override readonly gate = new BusyGate()
      })(),
  },
  {
    name: 'a store reads its location once, and writes back all that it holds',
    caughtBy: [
      `${TWO} > see at once what the other committed`,
      `${TWO} > lose no update when both read and then write in transactions`,
      `${TWO} > keep each of many units as a whole and lose none`,
    ],
    open: (database) => memoryStore(new OwnCopy(database)),
  },
  {
    name: 'a store remembers what it has read once',
    caughtBy: [`${TWO} > see at once what the other committed`],
    around: (store) => {
      const rows = new Map<string, ReturnType<typeof store.blobs.get>>()
      const get = (hash: string) => {
        const row = rows.get(hash) ?? store.blobs.get(hash)
        rows.set(hash, row)
        return row
      }
      return { ...store, blobs: Object.assign({}, store.blobs, { get }) }
    },
  },
]

/** How stores end, and what they share. */
export const WRONG_STORES: readonly WrongAdapter[] = [
  {
    name: 'closing does not wait',
    caughtBy: ['closing > a store that is closing refuses new calls, and finishes what runs'],
    around: (store) => ({
      ...store,
      close: async () => {
        store.close().catch(() => {})
      },
    }),
  },
  {
    name: 'a closed store still reads',
    caughtBy: ['closing > a closed store refuses every call'],
    open: (database) => {
      const { blobs } = memoryStore(database)
      const store = memoryStore(database)
      return { ...store, blobs: Object.assign({}, store.blobs, { get: blobs.get }) }
    },
  },
  {
    name: 'closing twice is an error',
    caughtBy: ['closing > twice, one after the other or at once, is no error'],
    failsAs: 'RangeError',
    around: (store) => {
      let isClosed = false
      const close = async () => {
        if (isClosed) throw new RangeError('the store is closed')
        isClosed = true
        await store.close()
      }
      return { ...store, close }
    },
  },
  {
    name: 'the end of its scope does not close a store',
    caughtBy: ['closing > the end of its scope closes a store'],
    around: (store) => ({ ...store, [Symbol.asyncDispose]: async () => {} }),
  },
  {
    name: 'what was written is gone when the store is closed',
    caughtBy: ['closing > what was written is there when the location is opened again'],
    open: (database) => {
      const store = memoryStore(database)
      const close = async () => {
        await store.close()
        restore(database.committed, emptyState())
      }
      return { ...store, close }
    },
  },
  {
    name: 'all stores share one database',
    caughtBy: ['a store > holds nothing of another store that was opened without a location'],
    database: () => SHARED,
  },
  {
    name: 'another version of the format',
    caughtBy: ['a store > says which version of the format it holds'],
    around: (store) => ({ ...store, schemaVersion: 5 }),
  },
]

const SHARED = new MemoryDatabase()

class OpenGate extends Gate {
  override async enter(): Promise<() => void> {
    return () => {}
  }
}

class LastInFirstOut extends Gate {
  readonly #waiting: (() => void)[] = []
  #isTaken = false

  override async enter(): Promise<() => void> {
    if (this.#isTaken) await new Promise<void>((resolve) => this.#waiting.push(resolve))
    this.#isTaken = true
    return () => {
      const next = this.#waiting.pop()
      if (next === undefined) this.#isTaken = false
      else next()
    }
  }
}

class BusyGate extends Gate {
  #isTaken = false

  override async enter(): Promise<() => void> {
    if (this.#isTaken) throw new StoreBusyError('memory', 0, { where: 'elsewhere' })
    this.#isTaken = true
    return () => {
      this.#isTaken = false
    }
  }
}

class DirtyReads extends MemoryDatabase {
  #running: ModelState | null = null

  override read(): ModelState {
    return copyOf(this.#running ?? this.committed)
  }

  override begin(): ModelState {
    this.#running = super.begin()
    return this.#running
  }

  override commit(state: ModelState): void {
    super.commit(state)
    this.#running = null
  }

  override rollBack(): void {
    this.#running = null
  }
}

/** All that runs at one time works on the same rows, and the last to end decides. */
class OneConnection extends MemoryDatabase {
  override readonly gate = new OpenGate()
  #running: ModelState | null = null
  #users = 0

  override begin(): ModelState {
    this.#running ??= super.begin()
    this.#users++
    return this.#running
  }

  override commit(state: ModelState): void {
    if (state !== this.#running || --this.#users > 0) return
    super.commit(state)
    this.#running = null
  }

  override rollBack(): void {
    this.#running = null
    this.#users = 0
  }
}

class OwnCopy extends MemoryDatabase {
  readonly #shared: MemoryDatabase

  constructor(shared: MemoryDatabase) {
    super()
    this.#shared = shared
    restore(this.committed, shared.committed)
  }

  override commit(state: ModelState): void {
    super.commit(state)
    this.#shared.commit(state)
  }
}

/** Changes what the functions of transactions are given. */
function withTransactions(store: Store, change: (tx: Transaction) => Transaction): Store {
  return { ...store, transaction: (work, options) => store.transaction((tx) => work(change(tx)), options) }
}
