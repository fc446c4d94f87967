import { closeSync, openSync, readSync, statSync } from 'node:fs'

/** How large a file and its log are, and how often the log has begun anew. */
export interface WalState {
  /** The largest that the log was since the last question. */
  readonly walBytes: number
  readonly walResets: number
  readonly fileBytes: number
}

/** Where the header of a log holds its salts, which change when it begins anew (https://www.sqlite.org/fileformat2.html#walformat). */
const SALTS = { position: 16, length: 8 }

/** Watches the write-ahead log of a file, without SQLite. */
export function walState(file: string): { look(): void; state(): WalState } {
  let salts = ''
  let walResets = -1
  let largest = 0
  const look = () => {
    largest = Math.max(largest, sizeOf(`${file}-wal`))
    const found = saltsOf(`${file}-wal`)
    if (found === salts) return
    salts = found
    walResets++
  }
  const state = () => {
    look()
    const walBytes = largest
    largest = 0
    return { walBytes, walResets: Math.max(walResets, 0), fileBytes: sizeOf(file) }
  }
  return { look, state }
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0
}

function saltsOf(path: string): string {
  const bytes = Buffer.alloc(SALTS.length)
  const handle = openSync(path, 'r')
  try {
    readSync(handle, bytes, 0, SALTS.length, SALTS.position)
  } finally {
    closeSync(handle)
  }
  return bytes.toString('hex')
}
