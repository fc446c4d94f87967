import { closeSync, openSync, readSync, writeSync } from 'node:fs'
import { constants } from 'node:os'

/** The calls that can break, as `native/faults.c` numbers them. */
export const CALLS = ['write', 'sync', 'truncate'] as const
export type FaultCall = (typeof CALLS)[number]

/** What happens to a call. */
export interface Fault {
  readonly call: FaultCall
  /** The number of the call among those of its kind, from 1. */
  readonly at: number
  /**
   * `error`: an input or output error. `full`: no space. `short`: a half is written, and for the rest there is no space.
   * `crash`: a half is written and the process ends. `power`: the process ends, and of what no sync has followed, chance
   * says what is there.
   */
  readonly kind: 'error' | 'full' | 'short' | 'crash' | 'power'
  /** Whether it breaks later calls too, as a broken or a full disk does. */
  readonly lasting?: boolean
  /** What a power failure keeps. */
  readonly seed?: number
}

/** What the library has seen since a fault was armed. */
export interface FaultState {
  readonly counts: Readonly<Record<FaultCall, number>>
  /** How many calls were broken. */
  readonly fired: number
  /** The file of the first one, without its folder; empty where none was. */
  readonly file: string
}

/** What a process without the library has seen. */
export const NOTHING_SEEN: FaultState = { counts: { write: 0, sync: 0, truncate: 0 }, fired: 0, file: '' }

/** `struct control` of `native/faults.c`: numbers of 4 bytes, then a name. */
const PLACES = { call: 0, at: 1, kind: 2, error: 3, lasting: 4, counts: 5, fired: 9, seed: 10, owes: 11 }
const NAME = { position: 48, length: 64 }
const BYTES = NAME.position + NAME.length
const KINDS = { error: 1, full: 1, short: 2, crash: 3, power: 4 }

/** The other side of the fault library: says what breaks, and reads what has broken. */
export class FaultControl {
  readonly #path: string

  /** @param path a file outside of the folder that faults are made in; made where there is none */
  constructor(path: string) {
    this.#path = path
  }

  /** Arms a fault, or with `null` only counts. All counts begin anew. */
  arm(fault: Fault | null): void {
    const bytes = Buffer.alloc(BYTES)
    const set = (place: number, value: number) => bytes.writeUInt32LE(value >>> 0, place * 4)
    if (fault !== null) {
      const { call, at, kind, lasting = false, seed = 0 } = fault
      set(PLACES.call, CALLS.indexOf(call) + 1)
      set(PLACES.at, at)
      set(PLACES.kind, KINDS[kind])
      set(PLACES.error, kind === 'full' ? constants.errno.ENOSPC : constants.errno.EIO)
      // A full disk still syncs and truncates; a broken one does nothing any more.
      set(PLACES.lasting, lasting ? (kind === 'error' ? 2 : 1) : 0)
      set(PLACES.seed, seed)
    }
    this.#write(bytes, 0)
  }

  /** Breaks nothing more, and goes on counting. */
  heal(): void {
    const place = Buffer.alloc(4)
    this.#write(place, PLACES.at * 4)
    this.#write(place, PLACES.owes * 4)
  }

  state(): FaultState {
    const bytes = Buffer.alloc(BYTES)
    const file = openSync(this.#path, 'r')
    try {
      readSync(file, bytes, 0, BYTES, 0)
    } finally {
      closeSync(file)
    }
    const number = (place: number) => bytes.readUInt32LE(place * 4)
    const counts = { write: 0, sync: 0, truncate: 0 }
    for (const [index, call] of CALLS.entries()) counts[call] = number(PLACES.counts + 1 + index)
    const name = bytes.subarray(NAME.position).toString('utf8')
    return { counts, fired: number(PLACES.fired), file: name.slice(0, name.indexOf('\0')) }
  }

  #write(bytes: Buffer, position: number): void {
    const file = openSync(this.#path, 'a+')
    closeSync(file)
    const handle = openSync(this.#path, 'r+')
    try {
      writeSync(handle, bytes, 0, bytes.length, position)
    } finally {
      closeSync(handle)
    }
  }
}
