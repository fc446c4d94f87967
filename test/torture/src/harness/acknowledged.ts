import { verify } from '@tract/history'
import { openStore } from '@tract/sqlite'
import { type ChainCommit, readContents } from './chain.js'
import type { Report } from './report.js'
import type { UnitName } from './units.js'

/** A unit whose promise was kept, and the commit that it wrote. */
export interface Acknowledged extends UnitName {
  readonly hash: string
}

/** The units that a writer said it has written. */
export function acknowledgedBy(writer: string, lines: readonly string[]): readonly Acknowledged[] {
  return lines
    .filter((line) => line !== 'open')
    .map((line) => {
      const [number, hash = ''] = line.split(' ')
      return { writer, number: Number(number), hash }
    })
}

/**
 * Checks that a file holds every acknowledged unit once and nothing else; a unit that was under way when its process was
 * killed may be there whole.
 *
 * @param kills how many writers were killed
 */
export async function checkAcknowledged(
  file: string,
  acknowledged: readonly Acknowledged[],
  kills: number,
  report: Report,
): Promise<void> {
  const { chain, commits, damage } = readContents(file)
  for (const sentence of damage) report.fail(`integrity: ${sentence}`)
  const unit = ({ writer, number }: UnitName) => `${writer}:${number}`
  const found = new Map<string, ChainCommit>()
  for (const commit of chain) {
    report.check(!found.has(unit(commit)), `unit ${unit(commit)} is there twice`)
    found.set(unit(commit), commit)
  }
  for (const one of acknowledged) {
    const there = found.get(unit(one))
    report.check(there !== undefined, `unit ${unit(one)} was acknowledged and is not on the branch`)
    report.check(
      there === undefined || there.hash === one.hash,
      `unit ${unit(one)} is another commit than was acknowledged`,
    )
  }
  report.check(commits === chain.length, `${commits} commits are stored, ${chain.length} are on the branch`)
  const known = new Set(acknowledged.map(unit))
  const unspoken = [...found.keys()].filter((name) => !known.has(name))
  report.check(
    unspoken.length <= kills,
    `${unspoken.length} units are there that nobody acknowledged (${unspoken.slice(0, 5).join(', ')}), at most ${kills} were under way`,
  )
  await checkVerified(file, report)
}

/** Checks that a file opens as it is and that `verify` finds nothing in it. */
export async function checkVerified(file: string, report: Report): Promise<void> {
  await using store = await openStore(file)
  const { findings } = await verify(store)
  for (const finding of findings) report.fail(`verify: ${JSON.stringify(finding)}`)
}
