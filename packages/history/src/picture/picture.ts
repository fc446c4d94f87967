import { InvalidInputError, type Repositories } from '@tract/repositories'
import { fateOf } from '../ask/fate.js'
import { originsOf } from '../ask/origins.js'
import {
  checkObject,
  checkStore,
  checkText,
  checkWhole,
  checkWord,
  describe,
  readingInput,
  readOptions,
} from '../input.js'
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
  /** The most characters of a line, up to 1000; 40 unless given. */
  readonly longestLabel?: number
  /** More commits than this in single file, or messages behind one summary, are drawn as one box; 4 unless given. */
  readonly fold?: number
}

const OPTIONS = ['format', 'longestLabel', 'fold'] as const
const SUBJECTS = new Set(['origins', 'fate', 'tract'])

/**
 * A diagram as text. Time runs along the arrows; long chains are folded, long labels cut, and nothing in a message is read
 * as markup.
 *
 * @throws {@link UnknownHashError}, {@link AmbiguousPrefixError}, {@link InvalidInputError}
 */
export async function picture(
  store: Repositories,
  subject: PictureSubject,
  options: PictureOptions = {},
): Promise<string> {
  checkStore(store)
  const { format = 'mermaid', longestLabel = 40, fold = 4 } = readOptions('options', options, OPTIONS)
  checkWord('options.format', format, ['mermaid', 'dot'])
  checkWhole('options.longestLabel', longestLabel, 1, 1000)
  checkWhole('options.fold', fold, 1, Number.MAX_SAFE_INTEGER)
  const graph = await graphOf(store, subject, fold)
  return format === 'mermaid' ? toMermaid(graph, longestLabel) : toDot(graph, longestLabel)
}

async function graphOf(store: Repositories, subject: PictureSubject, fold: number): Promise<Graph> {
  checkObject('subject', subject)
  const given = readingInput('subject', (): PictureSubject => ({ ...subject }))
  const [[named, value] = [], ...others] = Object.entries(given)
  if (!SUBJECTS.has(named ?? '') || others.length > 0) {
    throw new InvalidInputError('subject', describe(subject), `one of ${[...SUBJECTS].join(', ')}`)
  }
  checkText(`subject.${named}`, value)
  if ('tract' in given) return historyGraph(store, given.tract, fold)
  if ('fate' in given) return lineageGraph(store, (await fateOf(store, given.fate)).tree, 'fate', fold)
  return lineageGraph(store, (await originsOf(store, given.origins)).tree, 'origins', fold)
}
