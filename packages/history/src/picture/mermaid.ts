import type { Graph, GraphNode } from './graph.js'
import { cut } from './label.js'

const BRACKETS: Readonly<Record<GraphNode['shape'], readonly [string, string]>> = {
  commit: ['["', '"]'],
  many: ['[["', '"]]'],
  event: ['{{"', '"}}'],
  ref: ['(["', '"])'],
}
const ARROWS = { way: '-->', part: '-.->', ref: '==>' } as const

/** The graph in Mermaid's flowchart language. */
export function toMermaid({ nodes, edges }: Graph, longestLabel: number): string {
  const names = new Map(nodes.map(({ id }, index) => [id, `n${index}`]))
  const lines = nodes.map(({ id, label, shape }) => {
    const [open, close] = BRACKETS[shape]
    return `  ${names.get(id)}${open}${label.map((line) => escaped(cut(line, longestLabel))).join('<br/>')}${close}`
  })
  const arrows = edges.map(({ from, to, kind }) => `  ${names.get(from)} ${ARROWS[kind]} ${names.get(to)}`)
  return ['flowchart TD', ...lines, ...arrows, ''].join('\n')
}

/** Mermaid takes characters by number, which is the one way that nothing in a label is read as markup. */
function escaped(text: string): string {
  return text
    .replace(/[^\p{L}\p{N}\p{M}\p{Extended_Pictographic} .,:;!?'()=+/…×→-]/gu, byNumber)
    .replace(LIST_MARK, (mark) => mark.replace(/[.+-]/, byNumber))
}

/** What begins so is taken for a list of Markdown, which Mermaid draws as an error. */
const LIST_MARK = /^(?:\d+\.|[-+])(?=\s|$)/

function byNumber(character: string): string {
  return `#${character.codePointAt(0)};`
}
