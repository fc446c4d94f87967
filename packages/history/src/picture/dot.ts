import type { Graph, GraphNode } from './graph.js'
import { cut } from './label.js'

const SHAPES: Readonly<Record<GraphNode['shape'], string>> = {
  commit: 'shape=box',
  many: 'shape=box3d',
  event: 'shape=hexagon',
  ref: 'shape=oval',
}
const STYLES = { way: '', part: ' [style=dashed]', ref: ' [style=bold]' } as const

/** The graph in Graphviz' DOT language. */
export function toDot({ nodes, edges }: Graph, longestLabel: number): string {
  const names = new Map(nodes.map(({ id }, index) => [id, `n${index}`]))
  const lines = nodes.map(({ id, label, shape }) => {
    const text = label.map((line) => escaped(cut(line, longestLabel))).join('\\n')
    return `  ${names.get(id)} [${SHAPES[shape]}, label="${text}"]`
  })
  const arrows = edges.map(({ from, to, kind }) => `  ${names.get(from)} -> ${names.get(to)}${STYLES[kind]}`)
  return ['digraph history {', '  node [fontname="sans-serif"]', ...lines, ...arrows, '}', ''].join('\n')
}

/** Graphviz reads backslashes and quotes in a label, and also the entities of HTML. */
function escaped(text: string): string {
  return text.replace(/["\\]/g, (character) => `\\${character}`).replaceAll('&', '&amp;')
}
