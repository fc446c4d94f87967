// A worker of the store contract with one mistake, which the argument before the last names.
import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { openStore } from '@tract/sqlite'
import { runWorker } from '@tract/testkit'

const MISTAKES = {
  'a transaction is acknowledged before it is committed': async (location) => {
    const store = await openStore(location)
    return withTransaction(
      store,
      (work) =>
        new Promise((resolve, reject) => {
          const transaction = store.transaction(async (tx) => {
            resolve(await work(tx))
            await sleep(100)
          })
          transaction.catch(reject)
        }),
    )
  },

  'a transaction is many': async (location) => {
    const store = await openStore(location)
    const transaction = (work) => work({ ...store, transaction })
    return withTransaction(store, transaction)
  },

  'the branch moves in a transaction of its own': async (location) => {
    const store = await openStore(location)
    return withTransaction(store, async (work) => {
      const moves = []
      const setRef = async (...move) => void moves.push(move)
      await store.transaction((tx) => work({ ...tx, refs: withCalls(tx.refs, { setRef }) }))
      await sleep(2)
      for (const move of moves) await store.refs.setRef(...move)
    })
  },

  'a transaction reads before it has the lock': async (location) => {
    const store = await openStore(location)
    return withTransaction(store, async (work) => {
      const main = await store.refs.getRef('tract-1', 'refs/heads/main')
      const getRef = async () => main
      await sleep(2)
      return store.transaction((tx) => work({ ...tx, refs: withCalls(tx.refs, { getRef }) }))
    })
  },

  'a locked database is given up at once': (location) => openStore(location, { busyTimeoutMs: 0 }),

  'every process has a database of its own': (location) => openStore(`${location}-${process.pid}`),

  'nothing reaches the disk': () => openStore(':memory:'),

  'what was not closed cannot be opened': async (location) => {
    const lock = `${location}.lock`
    if (existsSync(lock)) throw new Error(`${lock} is there: was the store closed?`)
    writeFileSync(lock, '')
    const store = await openStore(location)
    const close = async () => {
      await store.close()
      rmSync(lock)
    }
    return withCalls(store, { close })
  },

  'a failing unit ends the program as if all were well': async (location) => {
    process.on('exit', () => {
      process.exitCode = 0
    })
    const store = await openStore(location)
    return withTransaction(store, () => process.exit())
  },
}

await runWorker({ open: MISTAKES[process.argv.at(-2)] })

function withTransaction(store, transaction) {
  return withCalls(store, { transaction })
}

/** The same object but for some methods; the others keep their own `this`. */
function withCalls(target, calls) {
  return new Proxy(target, {
    get: (_, key) => {
      const value = calls[key] ?? Reflect.get(target, key)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}
