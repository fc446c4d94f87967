import type { DataSource } from 'typeorm'

const last = new WeakMap<DataSource, Promise<unknown>>()

/** Runs one function at a time on a DataSource: it has one connection, and a transaction holds all of it. */
export async function inTurn<Result>(dataSource: DataSource, work: () => Promise<Result>): Promise<Result> {
  const before = last.get(dataSource) ?? Promise.resolve()
  const turn = before.then(work, work)
  last.set(dataSource, turn)
  return turn
}
