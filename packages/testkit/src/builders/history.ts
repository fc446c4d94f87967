import type {
  AnnotationInput,
  BlobInput,
  CommitInput,
  CompileRecordUnitInput,
  OperationEventUnitInput,
} from '@tract/repositories'
import { check, checkAmount, checkObject, checkSeed } from './check-call.js'
import type { Complete } from './complete.js'
import { HistoryWriter } from './history-writer.js'
import { A_TRACT, randomOf } from './seeded.js'

/** What {@link aHistory} takes. */
export interface HistoryOptions {
  readonly tractId?: string
  /** Messages, those on merged branches included; one more than merges at least. The first is a pinned instruction. 20 unless given. */
  readonly commits?: number
  /** Merges of a branch into `main`; each adds one commit more. 0 unless given. */
  readonly merges?: number
  /** Edits of an earlier message; each adds one commit more. 0 unless given. */
  readonly edits?: number
  /** Compressions of all behind the instruction into a summary; each adds one commit more. 0 unless given. */
  readonly compressions?: number
  /** Compile records, the last one of the final head. 1 unless given. */
  readonly records?: number
  /** The same seed gives the same history. 1 unless given. */
  readonly seed?: number
}

/** A tract's history as plain data, in the order in which it can be written. */
export interface History {
  readonly tractId: string
  readonly blobs: readonly Complete<BlobInput>[]
  readonly commits: readonly Complete<CommitInput>[]
  /** All parents of each merge, the first included. */
  readonly merges: readonly { readonly commitHash: string; readonly parentHashes: readonly string[] }[]
  /** Where each branch stands; HEAD is attached to `main`. */
  readonly branches: Readonly<Record<string, string>>
  readonly annotations: readonly Complete<AnnotationInput>[]
  readonly events: readonly Complete<OperationEventUnitInput>[]
  readonly records: readonly Complete<CompileRecordUnitInput>[]
}

type Step = 'message' | 'merge' | 'edit' | 'compression'

/**
 * A history of one tract with true hashes and increasing times: a conversation on `main` in which branches were merged,
 * messages edited and the context compressed, at places that the seed decides.
 */
export function aHistory(options: HistoryOptions = {}): History {
  checkObject('options', options)
  const {
    tractId = A_TRACT,
    commits = 20,
    merges = 0,
    edits = 0,
    compressions = 0,
    records = 1,
    seed = 1,
  } = options
  for (const [field, amount] of Object.entries({ commits, merges, edits, compressions, records })) {
    checkAmount(field, amount)
  }
  checkSeed(seed)
  check('tractId', typeof tractId === 'string', tractId, 'a text')
  if (commits < 1 + merges)
    throw new RangeError(`${merges} merges need ${1 + merges} commits, found ${commits}`)
  const random = randomOf(seed)
  const steps = planOf({ messages: commits - 1, merges, edits, compressions }, random)
  const writer = new HistoryWriter(tractId, seed, random)
  writer.instruct()
  for (const [index, step] of steps.entries()) {
    if (step === 'message') writer.say()
    else if (step === 'merge') writer.merge()
    else if (step === 'edit') writer.edit()
    else writer.compress()
    const isLast = index === steps.length - 1
    const due =
      Math.floor(((index + 1) * records) / steps.length) > Math.floor((index * records) / steps.length)
    if (due && !isLast) writer.compile()
  }
  if (records > 0) writer.compile()
  return writer.history()
}

/** Spreads what happens over the messages; a merge takes one of them onto its branch. */
function planOf(
  counts: { messages: number; merges: number; edits: number; compressions: number },
  random: () => number,
): Step[] {
  const { messages, merges, edits, compressions } = counts
  const steps = new Array<Step>(Math.max(0, messages - merges)).fill('message')
  const more = [
    ...new Array<Step>(merges).fill('merge'),
    ...new Array<Step>(edits).fill('edit'),
    ...new Array<Step>(compressions).fill('compression'),
  ]
  for (const step of more) steps.splice(1 + Math.floor(random() * steps.length), 0, step)
  return steps
}
