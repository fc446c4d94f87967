import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import { Child } from './child.js'
import { type Dump, differenceOf, dumpOf } from './dump.js'
import type { Operating } from './operate.js'
import type { Report } from './report.js'

/** Something that is done to a file in a process of its own. */
export interface Operation extends Omit<Operating, 'file'> {
  /** For messages. */
  readonly name: string
  /** The file before it; it stays as it is. */
  readonly original: string
  /** A folder for copies. */
  readonly scratch: string
}

/** What an operation comes to where nobody disturbs it. */
export interface Undisturbed {
  readonly before: Dump
  readonly after: Dump
  readonly tookMs: number
  /** The lines that were said. */
  readonly lines: readonly string[]
}

let copies = 0

/** Starts an operation on a copy of its file. */
export function start(operation: Operation) {
  const file = join(operation.scratch, `${operation.name}-${copies++}.db`)
  copyFileSync(operation.original, file)
  return { file, child: startOn(operation, file) }
}

/** Does it without disturbance. */
export async function undisturbed(operation: Operation): Promise<Undisturbed> {
  const { file, child } = start(operation)
  await child.line((line) => line === 'ready')
  const begun = performance.now()
  await child.line((line) => line === 'done')
  const tookMs = performance.now() - begun
  const { code, errors } = await child.ended
  if (code !== 0)
    throw new Error(`${operation.name} ended with ${code} though nobody disturbed it: ${errors}`)
  return { before: dumpOf(operation.original), after: dumpOf(file), tookMs, lines: child.lines }
}

/** Does it again on a file on which it was killed, and checks that it comes to the same. */
export async function checkAgain(
  operation: Operation,
  file: string,
  expected: Dump,
  report: Report,
): Promise<void> {
  const { name } = operation
  const { code, errors } = await startOn(operation, file).ended
  report.check(code === 0, `${name}: what came after the kill ended with ${code}: ${errors}`)
  const found = dumpOf(file)
  for (const sentence of found.damage) report.fail(`${name}: integrity: ${sentence}`)
  const difference = differenceOf(found, expected)
  report.check(difference === '', `${name}: after the kill and another try ${difference} differ`)
}

function startOn({ operation, bundle }: Operation, file: string): Child {
  const told: Operating = { operation, file, ...(bundle !== undefined && { bundle }) }
  return new Child('operate', told)
}
