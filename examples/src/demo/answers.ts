import {
  contextOf,
  diffContexts,
  fateOf,
  history,
  originsOf,
  type SentContext,
  savings,
  seenBy,
  verify,
} from '@tract/history'
import type { Store } from '@tract/repositories'
import { renderChat } from './chat-format.js'
import { drawDiff } from './context-diff.js'
import { Failure } from './failure.js'
import { drawOrigins } from './origin-tree.js'
import { messageNumber } from './payload.js'
import type { Row } from './recording.js'
import { nameOf } from './report.js'
import { drawSavings } from './savings-chart.js'
import type { Screen } from './screen.js'
import { clip, count, countOf, savedShare, sumOf, width } from './text.js'
import { drawVerdict } from './verdict.js'

/** How many lines of a kind are shown together. */
interface Length {
  readonly messages: number
  readonly changes: number
  readonly compressions: number
}

const SHORT: Length = { messages: 3, changes: 3, compressions: 4 }
const WHOLE: Length = { messages: 200, changes: 200, compressions: 200 }

/**
 * Asks the file about one call of the model: where the summary in its context comes from, what changed since the call
 * before, what compression saved, and whether all of it is still whole.
 *
 * @param turn from 1; the first behind the last compression unless given, which also shows what is long whole
 * @returns whether all of it is whole
 * @throws {@link Failure} where there is no such turn
 */
export async function printAnswers(
  screen: Screen,
  store: Store,
  row: Row,
  turn: number | undefined,
): Promise<boolean> {
  const { turns, tractId } = row
  const number = turn ?? tellingTurn(row)
  const [earlier, asked] = [turns[number - 2], turns[number - 1]]
  if (asked !== undefined) {
    const length = turn === undefined ? SHORT : WHOLE
    screen.line(screen.heading(`${nameOf(row)}, turn ${number} of ${turns.length}`))
    const before = earlier && (await contextOf(store, earlier.recordId, { render: renderChat }))
    const after = await contextOf(store, asked.recordId, { render: renderChat })
    await printOrigins(screen, store, after, length)
    const words =
      earlier === undefined
        ? 'What did the model see?'
        : 'What changed in what the model saw since the turn before?'
    question(screen, words, 'diffContexts(store, before, after)')
    await printDiff(screen, store, before, after, length)
    question(screen, 'What did compression save?', 'savings(store, tract)')
    printLines(screen, drawSavings(screen, await savings(store, tractId), length.compressions))
    const [read, whole] = [sumOf(turns, ({ sent }) => sent), sumOf(turns, (one) => one.whole)]
    const input = `${countOf(read, 'token')} at all its turns, not ${count(whole)}: ${savedShare(whole, read)} less`
    screen.line(`  The model read ${screen.good(input)}.`)
  } else if (turn === undefined) {
    screen.line(`No model has answered in ${nameOf(row)}, so there is no context to show.`)
  } else {
    throw new Failure(`--turn ${turn}: the conversation ${nameOf(row)} has ${countOf(turns.length, 'turn')}`)
  }
  question(screen, 'Is all of it still there, as it was written?', 'verify(store)')
  const verification = await verify(store, { render: renderChat })
  printLines(screen, drawVerdict(screen, verification))
  return verification.ok
}

function tellingTurn({ turns }: Row): number {
  const compressed = turns.findLastIndex((turn) => turn.compressed)
  return compressed === -1 ? turns.length : compressed + 1
}

async function printOrigins(
  screen: Screen,
  store: Store,
  { context }: SentContext,
  { messages }: Length,
): Promise<void> {
  question(screen, 'Which messages does the summary in its context stand for?', 'originsOf(store, summary)')
  const summary = context?.entries.find(({ commit }) => messageNumber(commit) === null)?.commit
  if (summary === undefined) {
    screen.line('  There is no summary in it: the history was sent whole.')
    return
  }
  const { tree, originals } = await originsOf(store, summary.commitHash)
  printLines(screen, drawOrigins(screen, tree, messages))
  const tokens = sumOf(originals, ({ tokenCount }) => tokenCount)
  const behind = `${countOf(originals.length, 'commit')} with ${count(tokens)} tokens`
  screen.line(`  ${count(summary.tokenCount)} tokens stand for ${behind}, each of them still in the file.`)

  const [first] = originals
  if (first === undefined) return
  question(
    screen,
    `And what became of ${clip(first.message ?? first.commitHash, 42)}`,
    'fateOf, seenBy(store, message)',
  )
  const { standing } = await fateOf(store, first.commitHash)
  const sightings = await seenBy(store, first.commitHash)
  const verbatim = sightings.filter(({ as }) => as === 'verbatim').length
  const seen = `${countOf(verbatim, 'turn')} showed it word for word, ${count(sightings.length - verbatim)} in a summary`
  screen.line(`  It is ${standing} now; ${seen}.`)
}

async function printDiff(
  screen: Screen,
  store: Store,
  before: SentContext | undefined,
  sent: SentContext,
  { changes }: Length,
): Promise<void> {
  const nothing = history(store, sent.record.tractId).contextOf([])
  const earlier = before === undefined ? nothing : before.context
  if (earlier === null || sent.context === null) {
    const missing = [...(before?.missing ?? []), ...sent.missing].map(({ what, hash }) => `${what} ${hash}`)
    screen.line(screen.bad(`  It cannot be told: ${missing.join(', ')} is gone.`))
    return
  }
  const diff = await diffContexts(store, earlier, sent.context)
  printLines(screen, drawDiff(screen, diff, changes))
  const isProven = [before, sent].every((one) => one === undefined || one.proof === 'proven')
  const proof = isProven
    ? screen.good('✓ rebuilt from the file, byte for byte as sent (SHA-256)')
    : screen.bad('✗ what the file holds now is not what was sent')
  screen.line(`  ${count(diff.tokensBefore)} → ${count(diff.tokensAfter)} tokens  ${proof}`)
}

/** A question, and the call of `@tract/history` that answers it. */
function question(screen: Screen, words: string, call: string): void {
  const room = Math.max(2, screen.columns - width(words) - width(call))
  screen.line()
  screen.line(`${screen.heading(words)}${' '.repeat(room)}${screen.accent(call)}`)
}

function printLines(screen: Screen, lines: readonly string[]): void {
  for (const line of lines) screen.line(line)
}
