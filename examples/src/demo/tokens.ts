import { countTokens } from 'gpt-tokenizer/encoding/o200k_base'

/** What the store is told of where token counts come from. */
export const TOKEN_SOURCE = 'tiktoken:o200k_base'

/** The names that mark the frame of a chat are ordinary text where a user types them. */
const AS_PLAIN_TEXT = { disallowedSpecial: new Set<string>() }

/** Letters, signs or blanks without a break: a tokenizer's time grows with the square of such a run's length. */
const PIECE_OF_LONG_RUN = /[\p{L}\p{M}]{256}|[^\s\p{L}\p{M}\p{N}]{256}|\s{256}/gu

/**
 * The tokens of a text in the encoding of today's OpenAI models. Exact, but for runs of 256 or more letters, signs or
 * blanks on end, which are counted in pieces of 256.
 */
export function tokensOf(text: string): number {
  let tokens = 0
  let counted = 0
  for (const piece of text.matchAll(PIECE_OF_LONG_RUN)) {
    const end = piece.index + piece[0].length
    tokens += countTokens(text.slice(counted, end), AS_PLAIN_TEXT)
    counted = end
  }
  return tokens + countTokens(text.slice(counted), AS_PLAIN_TEXT)
}
