import { verify } from '@tract/history'
import { openStore } from '@tract/sqlite'
import { type ChainCommit, halvesOf, readContents } from './contents.js'
import type { Report } from './report.js'

/** Who wrote a unit, and its number among that writer's. */
export interface UnitNumber {
  readonly writer: string
  readonly number: number
}

/** A unit whose promise was kept, and the commit that it wrote. */
export interface Acknowledged extends UnitNumber {
  readonly hash: string
}

/** The units that a writer said it has written. */
export function acknowledgedBy(writer: string, lines: readonly string[]): readonly Acknowledged[] {
  return lines
    .filter((line) => line.startsWith('unit '))
    .map((line) => {
      const [, number, hash = ''] = line.split(' ')
      return { writer, number: Number(number), hash }
    })
}

/**
 * Checks that a file holds every acknowledged unit once, whole, and nothing else: only the one unit that each killed writer
 * had under way may be there besides, whole too.
 *
 * @param killed the writers that were killed
 * @param uncertain a unit that was refused, of which nobody could say whether it is there; it may be the last one
 * @returns how many units were under way when their process was killed or refused as uncertain, and are there whole
 */
export async function checkAcknowledged(
  file: string,
  acknowledged: readonly Acknowledged[],
  killed: ReadonlySet<string>,
  report: Report,
  uncertain?: UnitNumber,
): Promise<number> {
  // First the store: whatever a kill has left is the store's to mend, without help.
  await checkVerified(file, report)
  const contents = readContents(file)
  const { chain, commits, damage } = contents
  for (const sentence of damage) report.fail(`integrity: ${sentence}`)
  for (const sentence of halvesOf(contents)) report.fail(sentence)
  const found = new Map<string, ChainCommit>()
  for (const commit of chain) {
    report.check(!found.has(unitOf(commit)), `unit ${unitOf(commit)} is there twice`)
    found.set(unitOf(commit), commit)
  }
  const known = new Set<string>()
  const counts = new Map<string, number>()
  for (const one of acknowledged) {
    const there = found.get(unitOf(one))
    if (there === undefined) report.fail(`unit ${unitOf(one)} was acknowledged and is not on the branch`)
    else report.check(there.hash === one.hash, `unit ${unitOf(one)} is not the commit that was acknowledged`)
    known.add(unitOf(one))
    counts.set(one.writer, Math.max(counts.get(one.writer) ?? 0, one.number + 1))
  }
  report.check(commits === chain.length, `${commits} commits are stored, ${chain.length} are on the branch`)
  const unspoken = chain.filter((one) => !known.has(unitOf(one)))
  const underWay = unspoken.filter(
    (one) =>
      (killed.has(one.writer) && one.number === (counts.get(one.writer) ?? 0)) ||
      (uncertain !== undefined && one === chain[0] && unitOf(one) === unitOf(uncertain)),
  )
  for (const commit of unspoken.filter((one) => !underWay.includes(one))) {
    report.fail(`unit ${unitOf(commit)} is there and nobody acknowledged it`)
  }
  return underWay.length
}

/** Checks that a file opens as it is and that `verify` finds nothing in it. */
export async function checkVerified(file: string, report: Report): Promise<void> {
  await using store = await openStore(file)
  const { findings } = await verify(store)
  for (const finding of findings) report.fail(`verify: ${finding.kind} at ${finding.at}: ${finding.message}`)
}

function unitOf({ writer, number }: UnitNumber): string {
  return `${writer}:${number}`
}
