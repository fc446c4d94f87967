import { copyFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { TrialRun } from '../trials/trial.js'
import { checkVerified } from './acknowledged.js'
import { checkBackups } from './backups.js'
import { type Dump, differenceOf, dumpOf } from './dump.js'
import { breakCalls, FATAL, SURVIVED } from './fault-lives.js'
import type { Lived } from './lives.js'
import { operate } from './operate.js'
import type { Operation } from './operation.js'
import { Random } from './random.js'
import type { Report } from './report.js'

/**
 * Breaks every call of an operation, in every manner. What is acknowledged must have happened whole, what is refused not
 * at all, and doing it again must come to what it comes to undisturbed.
 *
 * @param operation without its scratch folder, which it gets in the trial's
 * @param version of the file, where it is older than the present one and the operation is its migration
 */
export async function breakWhole(
  { rounds, seed, scratch, report }: TrialRun,
  operation: Omit<Operation, 'scratch'>,
  version?: number,
): Promise<void> {
  const { name } = operation
  const folder = join(scratch, name)
  mkdirSync(folder)
  const before = dumpOf(operation.original)
  const undisturbed = join(scratch, `${name}-undisturbed.db`)
  copyFileSync(operation.original, undisturbed)
  await operate({ ...operation, file: undisturbed }, () => undefined)
  const after = dumpOf(undisturbed)
  report.check(differenceOf(before, after) !== '', `${name} changes nothing`)
  const random = new Random(seed, name)
  const broken = { ...operation, scratch: folder }
  await breakCalls(broken, [...SURVIVED, ...FATAL], rounds, random, report, async (lived) => {
    const { file } = lived.life
    if (version === undefined) await checkWhole(lived, { before, after }, report)
    // The next open brings a file of an older version up to date; what the broken one has left is its to mend.
    await operate({ ...operation, file }, () => undefined)
    const found = dumpOf(file)
    for (const sentence of found.damage) report.fail(`integrity: ${sentence}`)
    const difference = differenceOf(found, after)
    report.check(difference === '', `after another try ${difference} differ`)
    if (version !== undefined) checkBackups(file, version, before, report)
  })
}

async function checkWhole(
  { life: { file }, lines, refused }: Lived,
  { before, after }: { readonly before: Dump; readonly after: Dump },
  report: Report,
): Promise<void> {
  await checkVerified(file, report)
  const found = dumpOf(file)
  for (const sentence of found.damage) report.fail(`integrity: ${sentence}`)
  const isBefore = differenceOf(found, before) === ''
  const isAfter = differenceOf(found, after) === ''
  report.check(isBefore || isAfter, `it was done by half: ${differenceOf(found, after)} differ`)
  const reason = refused[0]?.reason
  const isDone = lines.includes('done') || reason === 'space_not_reclaimed'
  report.check(!isDone || isAfter, 'it was acknowledged and not done')
  report.check(reason === undefined || isDone || isBefore, `it was refused and done: ${reason}`)
  report.count(isAfter ? 'done whole' : 'not done at all')
}
