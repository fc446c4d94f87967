import type { Store } from '@tract/repositories'

/** What the contract needs of an adapter: its name and how its stores are opened. */
export interface StoreAdapter {
  /** Stands above the tests of the contract. */
  readonly name: string

  /**
   * Opens a store. The contract closes it.
   *
   * @param location what {@link newLocation} gave; without it the store is empty and nobody else's
   */
  open(location?: string): Promise<Store>

  /** A place that holds nothing yet and that several stores can share: a file in a new folder, a new database. */
  newLocation(): Promise<string>

  /**
   * A program of the adapter's that calls {@link runWorker}, and what comes before its last argument, which the contract
   * adds: `[process.execPath, '/path/to/worker.mjs']`. It is run several times at once and killed without warning. Without it the
   * tests of several processes are left out; only a database that no second process can reach has none.
   */
  readonly command?: readonly [program: string, ...args: string[]]
}
