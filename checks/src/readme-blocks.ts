import { readFileSync } from 'node:fs'
import { relative } from 'node:path'
import { ROOT } from './workspace.js'

/** One code block of a README that a reader may copy. */
export interface ReadmeBlock {
  /** The README, relative to the workspace. */
  readonly readme: string
  /** The line of its first line of code, from 1. */
  readonly line: number
  /** `run` for ```` ```ts ```` (a program), `test` for ```` ```ts test ```` (a vitest file), `js` for plain JavaScript. */
  readonly kind: 'run' | 'test' | 'js'
  readonly code: string
}

const KINDS = new Map<string, ReadmeBlock['kind']>([
  ['ts', 'run'],
  ['ts test', 'test'],
  ['js', 'js'],
])

/** A block of another language is prose; one of these with a marking that nobody knows would silently not be run. */
const CODE = /^(ts|typescript|js|javascript|mjs|mts|tsx|jsx)\b/

/** The blocks of a README that are code. */
export function readmeBlocks(path: string): readonly ReadmeBlock[] {
  const readme = relative(ROOT, path)
  const blocks: ReadmeBlock[] = []
  const lines = readFileSync(path, 'utf8').split('\n')
  for (let index = 0; index < lines.length; index++) {
    const fence = /^```(.+)$/.exec(lines[index] ?? '')?.[1]?.trim()
    if (fence === undefined) continue
    const end = lines.indexOf('```', index + 1)
    if (end === -1) throw new Error(`${readme}:${index + 1}: the code block does not end`)
    const kind = KINDS.get(fence)
    if (kind !== undefined) {
      blocks.push({ readme, line: index + 2, kind, code: lines.slice(index + 1, end).join('\n') })
    } else if (CODE.test(fence)) {
      throw new Error(`${readme}:${index + 1}: a block is "ts", "ts test" or "js", not "${fence}"`)
    }
    index = end
  }
  return blocks
}
