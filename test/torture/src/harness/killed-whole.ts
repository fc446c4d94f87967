import { checkVerified } from './acknowledged.js'
import { differenceOf, dumpOf } from './dump.js'
import { killAt } from './kill.js'
import { checkAgain, type Operation, start, undisturbed } from './operation.js'
import type { Random } from './random.js'
import type { Report } from './report.js'

/**
 * Kills an operation at random instants while it runs. It must have happened whole or not at all, the file must be sound,
 * and doing it again must come to what it comes to undisturbed.
 */
export async function killWhole(
  operation: Operation,
  rounds: number,
  random: Random,
  report: Report,
): Promise<void> {
  const { before, after, tookMs } = await undisturbed(operation)
  report.check(differenceOf(before, after) !== '', `${operation.name} changes nothing`)
  for (let round = 0; round < rounds; round++) {
    const delayMs = random.fraction() * tookMs
    const { file, child } = start(operation)
    const wasRunning = await killAt(child, { lines: 1, delayMs })
    report.count(wasRunning ? 'processes killed' : 'done before the kill')
    await checkVerified(file, report)
    const found = dumpOf(file)
    for (const sentence of found.damage) report.fail(`${operation.name}: integrity: ${sentence}`)
    const isBefore = differenceOf(found, before) === ''
    const isAfter = differenceOf(found, after) === ''
    report.check(
      isBefore || isAfter,
      `${operation.name} was done by half: ${differenceOf(found, after)} differ`,
    )
    report.count(isAfter ? 'done whole' : 'not done at all')
    await checkAgain(operation, file, after, report)
  }
}
