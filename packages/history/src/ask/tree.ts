import type { CommitRow, OperationEventRow, SpawnPointerRow } from '@tract/schema'
import { groupBy } from '../group.js'
import type { Direction, Walk } from './steps.js'

/** A commit in a lineage. A commit that several ways lead to is one node, met several times. */
export interface LineageNode {
  readonly hash: string
  /** `null` where the commit is gone. */
  readonly commit: CommitRow | null
  /** The ways on from here; empty where the lineage ends. */
  readonly ways: readonly LineageWay[]
}

/** An event, or the start of a tract, and the commits beyond it. */
export interface LineageWay {
  readonly event: OperationEventRow | null
  readonly spawn: SpawnPointerRow | null
  /** In the order of the history. */
  readonly nodes: readonly LineageNode[]
}

interface OpenNode extends LineageNode {
  readonly ways: LineageWay[]
}

/** Hangs a walk's steps on their commits. Damaged data may lead in a circle: the step that closes it is left out. */
export function treeOf(hash: string, found: Walk, direction: Direction): LineageNode {
  const nodes = new Map<string, OpenNode>()
  const nodeOf = (key: string): OpenNode => {
    const known = nodes.get(key)
    if (known !== undefined) return known
    const made = { hash: key, commit: found.commits.get(key) ?? null, ways: [] }
    nodes.set(key, made)
    return made
  }
  const near = direction === 'origins' ? 'result' : 'source'
  const far = direction === 'origins' ? 'source' : 'result'
  const steps = groupBy(found.steps, (step) => step[near])
  const state = new Map<string, 'open' | 'done'>()
  const stack: string[] = [hash]
  for (let key = stack.at(-1); key !== undefined; key = stack.at(-1)) {
    const here = steps.get(key) ?? []
    if (state.has(key)) {
      stack.pop()
      if (state.get(key) === 'done') continue
      const open = nodeOf(key)
      for (const group of groupBy(here, ({ eventId, spawn }) => eventId ?? `spawn ${spawn?.id}`).values()) {
        const [{ eventId, spawn } = { eventId: null, spawn: null }] = group
        // What is still open lies above: a step to it would close a circle.
        const onward = group
          .filter((step) => state.get(step[far]) === 'done')
          .map((step) => nodeOf(step[far]))
        const event = eventId === null ? null : (found.events.get(eventId) ?? null)
        if (onward.length > 0) open.ways.push({ event, spawn, nodes: onward })
      }
      state.set(key, 'done')
      continue
    }
    state.set(key, 'open')
    for (const step of here) if (!state.has(step[far])) stack.push(step[far])
  }
  return nodeOf(hash)
}

/** Every node of a lineage once, a node before those behind it on its first way. */
export function nodesOf(root: LineageNode): readonly LineageNode[] {
  const met = new Set<LineageNode>()
  const stack: LineageNode[] = [root]
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if (met.has(node)) continue
    met.add(node)
    for (const next of node.ways.flatMap(({ nodes }) => nodes).reverse()) stack.push(next)
  }
  return [...met]
}
