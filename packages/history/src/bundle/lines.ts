import { InvalidInputError } from '@tract/repositories'
import { describe } from '../input.js'

/** Text in parts, as a file's stream, an exported bundle or a list of strings gives it. */
export type TextSource = AsyncIterable<string | Uint8Array> | Iterable<string | Uint8Array>

/** @throws {@link InvalidInputError} unless text can come from it; a string would come letter by letter */
export function checkSource(source: unknown): void {
  const isSource =
    typeof source === 'object' &&
    source !== null &&
    (Symbol.asyncIterator in source || Symbol.iterator in source)
  if (!isSource) throw new InvalidInputError('source', describe(source), 'an iterable of strings or bytes')
}

/** The lines of a text, without their line feeds; a last one need not have any. */
export async function* linesOf(source: TextSource): AsyncGenerator<string, void, undefined> {
  const decoder = new TextDecoder()
  const parts: string[] = []
  for await (const part of source) {
    if (typeof part !== 'string' && !(part instanceof Uint8Array)) {
      throw new InvalidInputError('source', describe(part), 'strings or bytes')
    }
    const text = typeof part === 'string' ? part : decoder.decode(part, { stream: true })
    let start = 0
    for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', start)) {
      parts.push(text.slice(start, end))
      yield parts.join('')
      parts.length = 0
      start = end + 1
    }
    parts.push(text.slice(start))
  }
  const rest = parts.join('') + decoder.decode()
  if (rest !== '') yield rest
}
