import type { Outcome } from './harness/report.js'

/** One trial's outcome for people. */
export function outcomeText({ name, says, seconds, figures, broken, skipped }: Outcome): string {
  const state = skipped !== undefined ? `skipped (${skipped})` : broken.length > 0 ? 'BROKEN' : 'held'
  return [
    `${name}: ${state}, ${seconds.toFixed(1)} s`,
    `  ${says}`,
    ...Object.entries(figures).map(([figure, value]) => `  ${figure}: ${shown(value)}`),
    ...broken.map((sentence) => `  broken: ${sentence}`),
  ].join('\n')
}

/** The line that counts, with what is needed to see a failure again. */
export function outcomeLine(outcomes: readonly Outcome[], seed: number): string {
  const broken = outcomes.filter((outcome) => outcome.broken.length > 0)
  const skipped = outcomes.filter((outcome) => outcome.skipped !== undefined).length
  const held = outcomes.length - broken.length - skipped
  const counts = `${held} held, ${broken.length} broken, ${skipped} skipped (seed ${seed})`
  const again = broken.map(({ name }) => `\nagain: pnpm torture --seed ${seed} --only ${name}`)
  return [counts, ...again].join('')
}

function shown(value: string | number): string {
  return typeof value === 'number' ? value.toLocaleString('en') : value
}
