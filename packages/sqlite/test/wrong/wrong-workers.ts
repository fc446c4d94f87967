/** A worker with one mistake; `programs/wrong-worker.mjs` makes them all. */
interface WrongWorker {
  /** What it does wrong. */
  readonly name: string
  /** The tests of the contract that must fail: the last title of each. */
  readonly caughtBy: readonly string[]
  /** What the failure must say beside the rule. */
  readonly says: RegExp
}

const WRITING = 'open an empty one at once, write at the same time, lose no unit, and show each as a whole'
const KILLED_BESIDE = 'one of which is killed do not stop, and lose no unit'
const KILLED = 'has lost no unit that it acknowledged, has left no half of one, and hinders no opening'

export const WRONG_WORKERS: readonly WrongWorker[] = [
  {
    name: 'a transaction is acknowledged before it is committed',
    caughtBy: [KILLED],
    says: /what was acknowledged is there\nexpected: .*\nfound: none of them/,
  },
  {
    name: 'a transaction is many',
    caughtBy: [KILLED],
    says: /a transaction .*\nexpected: .*\nfound: /,
  },
  {
    name: 'the branch moves in a transaction of its own',
    caughtBy: [WRITING, KILLED_BESIDE],
    says: /no update is lost.*\nexpected: commit unit-.*\nfound: .* a chain of \d+ commits without it/,
  },
  {
    name: 'a transaction reads before it has the lock',
    caughtBy: [WRITING, KILLED_BESIDE],
    says: /no update is lost.*\nexpected: commit unit-.*\nfound: .* a chain of \d+ commits without it/,
  },
  {
    name: 'a locked database is given up at once',
    caughtBy: [WRITING],
    says: /a worker does its units: expected .*, found that it ended with code 1[\s\S]*StoreBusyError/,
  },
  {
    name: 'every process has a database of its own',
    caughtBy: [WRITING, KILLED],
    says: /what was acknowledged is there/,
  },
  {
    name: 'nothing reaches the disk',
    caughtBy: [WRITING, KILLED],
    says: /what was acknowledged is there/,
  },
  {
    name: 'what was not closed cannot be opened',
    caughtBy: [KILLED],
    says: /found that it ended with code 1[\s\S]*agent.*\.lock is there/,
  },
  {
    name: 'a failing unit ends the program as if all were well',
    caughtBy: [WRITING],
    says: /found that it ended with code 0 with \d+ units acknowledged/,
  },
]
