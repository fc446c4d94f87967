import type { ContextChange, ContextDiff, ContextEntry } from '@tract/history'
import { folded } from './folded.js'
import type { Screen } from './screen.js'
import { clip, count, padStart } from './text.js'

type Sign = '+' | '-' | '~' | ' '

interface DiffLine {
  readonly sign: Sign
  /** Empty for what was left out. */
  readonly tokens: string
  readonly text: string
}

/**
 * What became of one context in the next, as a diff of their messages.
 *
 * @param most how many lines of one sign are shown together
 */
export function drawDiff(screen: Screen, { changes }: ContextDiff, most: number): readonly string[] {
  const paint = { '+': screen.good, '-': screen.bad, '~': screen.accent, ' ': (text: string) => text }
  return runsOf(changes.flatMap(linesOf))
    .flatMap((run) => folded(run, most, leftOut))
    .map(({ sign, tokens, text }) => {
      const line = `  ${sign} ${padStart(tokens, 6)}  ${clip(text, screen.columns - 12)}`
      return paint[sign](line.trimEnd())
    })
}

function linesOf(change: ContextChange): readonly DiffLine[] {
  switch (change.kind) {
    case 'kept':
      return [lineOf(' ', change.after)]
    case 'added':
      return [lineOf('+', change.after)]
    case 'dropped':
      return [lineOf('-', change.before)]
    case 'replaced':
      return [...change.before.map((entry) => lineOf('-', entry)), lineOf('+', change.after)]
    default:
      return [lineOf('~', change.after)]
  }
}

function lineOf(sign: Sign, { commit, role, text, tokens }: ContextEntry): DiffLine {
  return { sign, tokens: count(tokens), text: commit.message ?? `${role}: ${text}` }
}

function leftOut(omitted: readonly DiffLine[]): DiffLine {
  return { sign: omitted[0]?.sign ?? ' ', tokens: '', text: `… ${omitted.length} more` }
}

function runsOf(lines: readonly DiffLine[]): readonly (readonly DiffLine[])[] {
  const runs: DiffLine[][] = []
  for (const line of lines) {
    const open = runs.at(-1)
    if (open?.[0]?.sign === line.sign) open.push(line)
    else runs.push([line])
  }
  return runs
}
