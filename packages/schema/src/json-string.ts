import { UnreadableValueError } from './errors.js'

/**
 * The position after the quote that closes the string opened at `start`.
 *
 * @throws {@link UnreadableValueError} where none does
 */
export function endOfString(text: string, start: number): number {
  let quote = text.indexOf('"', start + 1)
  while (quote !== -1) {
    let backslashes = 0
    while (text[quote - 1 - backslashes] === '\\') backslashes++
    if (backslashes % 2 === 0) return quote + 1
    quote = text.indexOf('"', quote + 1)
  }
  throw new UnreadableValueError(`a string that does not end (position ${start})`, 'JSON text')
}
