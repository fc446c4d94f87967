import type { Verification } from '@tract/history'
import { folded } from './folded.js'
import type { Screen } from './screen.js'
import { clip, count, countOf } from './text.js'

const WORST = 5

/** Whether a file is whole; what is lost or damaged is named. */
export function drawVerdict(screen: Screen, { ok, findings, checked }: Verification): readonly string[] {
  const { tracts, commits, events, records } = checked
  const parts = [
    countOf(commits, 'commit'),
    countOf(events, 'event'),
    `${countOf(records, 'sent context')} of ${countOf(tracts, 'tract')}`,
  ]
  const damage = findings.filter(({ severity }) => severity !== 'oddity')
  const odd = findings.length - damage.length
  const harmless = odd === 0 ? '' : ` (${count(odd)} ${odd === 1 ? 'oddity' : 'oddities'}, harmless)`
  const verdict = ok
    ? screen.good(`✓ nothing lost, nothing changed${harmless}`)
    : screen.bad(`✗ ${countOf(damage.length, 'finding')}, in what was written or is gone`)
  const lines = damage.map(
    ({ severity, message }) => `    ${severity}: ${clip(message, screen.columns - 18)}`,
  )
  return [
    `  ${parts.join(', ')}: every hash computed again`,
    `  ${verdict}`,
    ...folded(lines, WORST, (omitted) => `    … ${omitted.length} more`),
  ]
}
