import { type Acknowledged, acknowledgedBy } from './acknowledged.js'
import { Child } from './child.js'
import type { Report } from './report.js'

/** A writer in a process of its own. */
export interface Writer {
  readonly name: string
  readonly child: Child
}

/** Starts a writer; every other one writes through `@tract/history`. */
export function startWriter(file: string, name: string, index: number, units?: number): Writer {
  const manner = index % 2 === 0 ? 'history' : 'transaction'
  const told = { file, writer: name, manner, ...(units !== undefined && { units }) }
  return { name, child: new Child('writer', told) }
}

/** Waits for writers that nobody kills, and returns what they acknowledged. */
export async function finish(writers: readonly Writer[], report: Report): Promise<readonly Acknowledged[]> {
  const acknowledged: Acknowledged[] = []
  for (const { name, child } of writers) {
    const { code, errors } = await child.ended
    report.check(code === 0, `${name} ended with ${code}: ${errors}`)
    acknowledged.push(...acknowledgedBy(name, child.lines))
  }
  return acknowledged
}
