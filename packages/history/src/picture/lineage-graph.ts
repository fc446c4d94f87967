import type { Repositories } from '@tract/repositories'
import { type LineageNode, type LineageWay, nodesOf } from '../ask/tree.js'
import { isConsequence } from './consequence.js'
import { type Graph, GraphBuilder } from './graph.js'
import { shortHash, textsOf } from './label.js'

/** How a lineage is drawn: origins point to what came of them, so that time always runs along the arrows. */
export async function lineageGraph(
  store: Repositories,
  root: LineageNode,
  direction: 'origins' | 'fate',
  fold: number,
): Promise<Graph> {
  const nodes = nodesOf(root)
  const texts = await textsOf(
    store,
    nodes.flatMap(({ commit }) => commit ?? []),
  )
  const builder = new GraphBuilder()
  const text = (node: LineageNode) => texts.get(node.hash) ?? 'gone'
  const draw = (node: LineageNode): string => {
    builder.node({ id: node.hash, label: [shortHash(node.hash), text(node)], shape: 'commit' })
    return node.hash
  }
  const begin = behindCopies(root)
  draw(begin)
  const drawn = new Set([begin])
  // A set hands out what is added while it is walked.
  for (const node of drawn) {
    for (const [index, way] of node.ways.entries()) {
      const id = way.event?.eventId ?? `spawn ${way.spawn?.id ?? index}`
      builder.node({ id, label: wayLabel(way), shape: 'event' })
      connect(id, node.hash)
      const beyondWay = [...new Set(way.nodes.map(behindCopies))]
      const ends = beyondWay.filter(({ ways }) => ways.length === 0)
      const isFolded = ends.length > fold
      for (const beyond of beyondWay) {
        if (isFolded && beyond.ways.length === 0) continue
        connect(draw(beyond), id)
        drawn.add(beyond)
      }
      const [first, last] = [ends[0], ends.at(-1)]
      if (!isFolded || first === undefined || last === undefined) continue
      const many = `${id} ${node.hash} ends`
      const label = [`${ends.length} messages`, text(first), '…', text(last)]
      builder.node({ id: many, label, shape: 'many' })
      connect(many, id)
    }
  }
  return builder.graph()

  function connect(older: string, newer: string): void {
    const [from, to] = direction === 'origins' ? [older, newer] : [newer, older]
    builder.edge({ from, to, kind: 'part' })
  }
}

/** The commit that a copy stands for, where all that happened to it is that it was written anew. */
function behindCopies(node: LineageNode): LineageNode {
  let behind = node
  for (;;) {
    const [way, ...others] = behind.ways
    const [only, ...more] = way?.nodes ?? []
    const isAlone = only !== undefined && others.length + more.length === 0
    if (!isAlone || way?.event == null || !isConsequence(way.event)) return behind
    behind = only
  }
}

function wayLabel({ event, spawn }: LineageWay): readonly string[] {
  if (event === null) return [`spawn ${spawn?.inheritanceMode ?? ''}`, spawn?.purpose ?? '']
  const { eventType, originalTokens, compressedTokens, createdAt } = event
  return [eventType, `${originalTokens} → ${compressedTokens} tokens`, createdAt.slice(0, 19)]
}
