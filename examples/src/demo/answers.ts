import type { Store } from '@tract/repositories'
import type { ContextEntry } from './context.js'
import { Failure } from './failure.js'
import { roleOf, textOf } from './payload.js'
import { type Seen, whatIsReplaced, whatWasSeen } from './provenance.js'
import { nameOf } from './report.js'
import type { Screen } from './screen.js'
import type { Row } from './tally.js'
import { clip, count, countOf, padEnd, padStart } from './text.js'

const FOLDED_FROM = 12

/**
 * Prints what the model saw at one turn, and which messages the summary in it replaces.
 *
 * @param turn from 1; the first behind the last compression unless given, which also unfolds long lists
 * @throws {@link Failure} where there is no such turn
 */
export async function printAnswers(
  screen: Screen,
  store: Store,
  row: Row,
  turn: number | undefined,
): Promise<void> {
  const number = turn ?? tellingTurn(row)
  if (turn === undefined && row.turns.length === 0) {
    screen.line(`No model has answered in ${nameOf(row)}, so there is no context to show.`)
    return
  }
  const record = row.turns[number - 1]
  if (record === undefined) {
    throw new Failure(
      `--turn ${number}: the conversation ${nameOf(row)} has ${countOf(row.turns.length, 'turn')}`,
    )
  }
  const seen = await whatWasSeen(store, record.recordId)
  screen.line(screen.heading(`What did the model see at turn ${number} of ${nameOf(row)}?`))
  printSeen(screen, seen, turn !== undefined)
  const summary = seen.entries.find(({ origin }) => origin.kind === 'summary')
  screen.line()
  screen.line(screen.heading('Which messages does the summary in it replace?'))
  if (summary === undefined) screen.line('  There is no summary in it: the history was sent whole.')
  else await printReplaced(screen, store, summary, turn !== undefined)
}

function printSeen(screen: Screen, { record, entries, proven }: Seen, unfolded: boolean): void {
  const { tokenCount, commitCount, headHash } = record
  const of = `${countOf(commitCount, 'commit')}, ${countOf(tokenCount, 'token')}, head ${headHash.slice(0, 10)}`
  screen.line(screen.faint(`  ${of}`))
  printEntries(screen, entries, unfolded)
  const digest = proven
    ? `${screen.good('✓')} rebuilt from the file; its SHA-256 is the one recorded when it was sent`
    : `${screen.bad('✗')} what the file holds now is not what was sent`
  screen.line(`  ${digest}`)
}

async function printReplaced(
  screen: Screen,
  store: Store,
  summary: ContextEntry,
  unfolded: boolean,
): Promise<void> {
  for (const line of textOf(summary.payload).split('\n')) screen.line(`  │ ${clip(line, screen.columns - 4)}`)
  const { messages, throughSummaries } = await whatIsReplaced(store, summary.commit)
  const tokens = messages.reduce((sum, { commit }) => sum + commit.tokenCount, 0)
  const through = throughSummaries > 0 ? `, through ${countOf(throughSummaries, 'earlier summary')}` : ''
  const size = `${count(summary.commit.tokenCount)} tokens stand for ${countOf(messages.length, 'commit')}, ${count(tokens)} tokens`
  screen.line(screen.faint(`  ${size}${through}`.replace('summarys', 'summaries')))
  printEntries(screen, messages, unfolded)
}

/** A line for each commit, the middle of a long list folded away. */
function printEntries(screen: Screen, entries: readonly ContextEntry[], unfolded: boolean): void {
  const fold = !unfolded && entries.length > FOLDED_FROM
  const head = fold ? entries.slice(0, FOLDED_FROM - 4) : entries
  const tail = fold ? entries.slice(-3) : []
  for (const entry of head) screen.line(entryLine(screen, entry))
  if (fold) screen.line(screen.faint(`        … ${count(entries.length - FOLDED_FROM + 1)} more …`))
  for (const entry of tail) screen.line(entryLine(screen, entry))
}

function entryLine(screen: Screen, { commit, payload, origin, pinned }: ContextEntry): string {
  const number = origin.kind === 'message' ? `#${origin.message}` : 'Σ'
  const tokens = padStart(count(commit.tokenCount), 6)
  const kind = payload.content_type === 'tool_io' ? `tool ${payload.direction}` : roleOf(payload)
  const speaker = pinned ? `${kind} (pinned)` : origin.kind === 'summary' ? 'summary' : kind
  const text = clip(textOf(payload), screen.columns - 33)
  return `  ${padStart(number, 4)} ${screen.faint(tokens)}  ${screen.accent(padEnd(speaker, 15))}  ${text}`
}

/** The turn that shows most: the first behind the last compression, or else the last one. */
function tellingTurn(row: Row): number {
  const compressed = row.turns.findLastIndex((turn) => turn.compressed)
  return compressed === -1 ? row.turns.length : compressed + 1
}
