import { createReadStream } from 'node:fs'
import { Failure } from './failure.js'
import type { NamedPath } from './options.js'

const LARGEST_LINE_MIB = 64
const NEW_LINE = 0x0a
const BYTE_ORDER_MARK = '\uFEFF'

/** One line of a file that is not blank. */
export interface Line {
  /** From 1, blank lines counted. */
  readonly number: number
  readonly text: string
  /** How many bytes of the file end with this line. */
  readonly bytesRead: number
}

/**
 * The lines of a UTF-8 file, one at a time: only one is in memory, and none above 64 MiB ever is.
 *
 * @throws {@link Failure} naming the line that is too long or not UTF-8
 */
export async function* readLines(file: NamedPath): AsyncGenerator<Line> {
  let number = 0
  let bytesRead = 0
  let pending: Buffer[] = []
  let pendingBytes = 0
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

  const take = (rest: Buffer): string => {
    number += 1
    const bytes = pending.length === 0 ? rest : Buffer.concat([...pending, rest])
    pending = []
    pendingBytes = 0
    try {
      const text = decoder.decode(bytes)
      return number === 1 && text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text
    } catch (error) {
      throw new Failure(`${file.name}:${number}: not UTF-8 text`, 1, { cause: error })
    }
  }

  for await (const chunk of createReadStream(file.path, { highWaterMark: 1 << 20 })) {
    let rest = chunk as Buffer
    for (let end = rest.indexOf(NEW_LINE); end !== -1; end = rest.indexOf(NEW_LINE)) {
      const text = take(rest.subarray(0, end))
      bytesRead += Buffer.byteLength(text) + 1
      rest = rest.subarray(end + 1)
      if (text.trim() !== '') yield { number, text, bytesRead }
    }
    pending.push(rest)
    pendingBytes += rest.length
    if (pendingBytes > LARGEST_LINE_MIB << 20) {
      throw new Failure(`${file.name}:${number + 1}: a line of more than ${LARGEST_LINE_MIB} MiB, the limit`)
    }
  }
  if (pendingBytes > 0) {
    const text = take(Buffer.alloc(0))
    if (text.trim() !== '') yield { number, text, bytesRead: bytesRead + Buffer.byteLength(text) }
  }
}
