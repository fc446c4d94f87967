import type { LineageNode } from '@tract/history'
import { folded } from './folded.js'
import type { Screen } from './screen.js'
import { clip, count, countOf } from './text.js'

/** How many summaries of summaries are opened. */
const DEEPEST = 3

interface Branch {
  readonly label: string
  readonly below: readonly Branch[]
}

/**
 * The messages behind a summary, as a tree.
 *
 * @param most how many messages are listed directly behind one summary
 */
export function drawOrigins(screen: Screen, tree: LineageNode, most: number): readonly string[] {
  return draw(screen, branchOf(tree, most, DEEPEST), '  ', '  ')
}

function draw(screen: Screen, { label, below }: Branch, start: string, indent: string): readonly string[] {
  const line = screen.faint(start) + clip(label, screen.columns - start.length)
  const lines = below.map((branch, index) => {
    const [fork, trunk] = index === below.length - 1 ? ['└─ ', '   '] : ['├─ ', '│  ']
    return draw(screen, branch, indent + fork, indent + trunk)
  })
  return [line, ...lines.flat()]
}

function branchOf(node: LineageNode, most: number, depth: number): Branch {
  const sources = sourcesOf(node)
  const summaries = sources.filter(isSummary)
  const messages = sources.filter((source) => !isSummary(source))
  const label = isSummary(node) ? `Σ ${subject(node)}${sizesOf(node)}` : subject(node)
  if (depth === 0 && summaries.length > 0) return { label, below: [leaf(hidden(node))] }
  const leaves = folded(
    messages.map((message) => leaf(subject(message))),
    most,
    (omitted) => leaf(`… ${omitted.length} more`),
  )
  return { label, below: [...summaries.map((summary) => branchOf(summary, most, depth - 1)), ...leaves] }
}

function leaf(label: string): Branch {
  return { label, below: [] }
}

function isSummary({ ways }: LineageNode): boolean {
  return ways.length > 0
}

/** What a summary was made of; a copy stands for the commit that it is a copy of. */
function sourcesOf({ ways }: LineageNode): readonly LineageNode[] {
  return ways.flatMap(({ nodes }) => nodes.map(original))
}

function original(node: LineageNode): LineageNode {
  const [way] = node.ways
  const before = way?.event?.eventType === 'compress' ? undefined : way?.nodes[0]
  return before === undefined ? node : original(before)
}

function subject({ commit, hash }: LineageNode): string {
  return commit?.message ?? hash
}

function sizesOf({ ways }: LineageNode): string {
  const event = ways[0]?.event
  if (event === undefined || event === null) return ''
  return `: ${count(event.originalTokens)} → ${count(event.compressedTokens)} tokens`
}

/** How much is behind a summary that is not opened. */
function hidden(summary: LineageNode): string {
  const met = new Set([summary])
  for (const node of met) for (const source of sourcesOf(node)) met.add(source)
  const summaries = [...met].filter(isSummary).length
  return `… ${countOf(met.size - summaries, 'commit')}, through ${count(summaries - 1)} older summaries`
}
