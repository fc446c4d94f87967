/** Text in parts, as a file's stream, an exported bundle or a list of strings gives it. */
export type TextSource = AsyncIterable<string | Uint8Array> | Iterable<string | Uint8Array>

/** The lines of a text, without their line feeds; a last one need not have any. */
export async function* linesOf(source: TextSource): AsyncGenerator<string, void, undefined> {
  const decoder = new TextDecoder()
  const parts: string[] = []
  for await (const part of source) {
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
