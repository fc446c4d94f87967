// Writes units until it has written enough or is asked to stop, and says the hash of each one that was acknowledged.
import { openStore } from '@tract/sqlite'
import { type Manner, writeUnit } from '../harness/units.js'
import { instructions, say, stopRequest } from './program.js'

export interface WriterInstructions {
  readonly file: string
  readonly writer: string
  readonly manner: Manner
  /** The number of the first unit. */
  readonly from: number
  /** The number after the last unit. */
  readonly to: number
}

const { file, writer, manner, from, to } = instructions<WriterInstructions>()
const request = stopRequest()
const store = await openStore(file)
say('open')
for (let number = from; number < to && !request.isStopped; number++) {
  const hash = await writeUnit(store, { writer, number }, manner)
  say(`${number} ${hash}`)
}
await store.close()
