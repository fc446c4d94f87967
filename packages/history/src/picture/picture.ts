import type { Repositories } from '@tract/repositories'
import { fateOf } from '../ask/fate.js'
import { originsOf } from '../ask/origins.js'
import { toDot } from './dot.js'
import type { Graph } from './graph.js'
import { historyGraph } from './history-graph.js'
import { lineageGraph } from './lineage-graph.js'
import { toMermaid } from './mermaid.js'

/** What a picture shows: where a commit comes from, what became of it, or a whole tract. */
export type PictureSubject =
  | { readonly origins: string }
  | { readonly fate: string }
  | { readonly tract: string }

/** How it is drawn. */
export interface PictureOptions {
  /** `mermaid` unless given; `dot` is Graphviz'. */
  readonly format?: 'mermaid' | 'dot'
  /** The most characters of a line; 40 unless given. */
  readonly longestLabel?: number
  /** More commits than this in single file, or messages behind one summary, are drawn as one box; 4 unless given. */
  readonly fold?: number
}

/**
 * A diagram as text. Time runs along the arrows; long chains are folded, long labels cut, and nothing in a message is read
 * as markup.
 *
 * @throws {@link UnknownHashError}, {@link AmbiguousPrefixError}
 */
export async function picture(
  store: Repositories,
  subject: PictureSubject,
  options: PictureOptions = {},
): Promise<string> {
  const { format = 'mermaid', longestLabel = 40, fold = 4 } = options
  const graph = await graphOf(store, subject, fold)
  return format === 'mermaid' ? toMermaid(graph, longestLabel) : toDot(graph, longestLabel)
}

async function graphOf(store: Repositories, subject: PictureSubject, fold: number): Promise<Graph> {
  if ('tract' in subject) return historyGraph(store, subject.tract, fold)
  if ('fate' in subject) return lineageGraph(store, (await fateOf(store, subject.fate)).tree, 'fate', fold)
  return lineageGraph(store, (await originsOf(store, subject.origins)).tree, 'origins', fold)
}
