// Writes units until it has written enough or is asked to stop, and says the hash of each one that was acknowledged.
import { setImmediate as nextTurn } from 'node:timers/promises'
import { openStore } from '@tract/sqlite'
import { type Manner, mixedKind, writeUnit } from '../harness/units.js'
import { instructions, say, stopRequest } from './program.js'

export interface WriterInstructions {
  readonly file: string
  readonly writer: string
  readonly manner: Manner
  /** How many units; until it is asked to stop unless given. */
  readonly units?: number
  /** Units of every kind instead of plain ones. */
  readonly mixed?: boolean
}

const { file, writer, manner, units = Infinity, mixed = false } = instructions<WriterInstructions>()
const request = stopRequest()
say('started')
const store = await openStore(file)
for (let number = 0; number < units && !request.isStopped; number++) {
  const kind = mixed ? mixedKind(number) : 'plain'
  const hash = await writeUnit(store, { writer, number, kind }, manner)
  say(`unit ${number} ${hash}`)
  await nextTurn()
}
await store.close()
say('closed')
