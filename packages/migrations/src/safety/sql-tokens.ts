/** A piece of SQL text. Comments and white space are none. */
export interface Token {
  /**
   * `word` for a bare name or keyword, in lower case; `name` for a quoted one, without its quotes, in lower case; `mark` for the
   * character with which a parameter begins: what follows is not taken as SQLite takes it; `illegal` for one of which SQLite
   * makes nothing, so that it refuses the whole text.
   */
  readonly kind: 'word' | 'name' | 'text' | 'number' | 'symbol' | 'mark' | 'illegal'
  readonly text: string
}

const CLOSING: Readonly<Record<string, string>> = { "'": "'", '"': '"', '`': '`', '[': ']' }
const SYMBOLS = new Set([
  ...['->>', '->', '||', '<>', '<=', '<<', '>=', '>>', '==', '!='],
  ...['(', ')', ',', ';', '.', '+', '-', '*', '/', '%', '&', '|', '~', '<', '>', '='],
])
const LONGEST_SYMBOL = 3
/** What SQLite takes for white space, `\v` behind another alone; every other character beyond ASCII is a letter to it. */
const SPACE = /[ \t\n\v\f\r\ufeff]/
const BEGIN_OF_WORD = /[\w\u0080-\uffff]/
const PART_OF_WORD = /[\w$\u0080-\uffff]/
const DIGIT = /[0-9]/
/** How a parameter begins (https://www.sqlite.org/lang_expr.html#parameters). */
const PARAMETER = /^(?:\?|[:@#$][\w$:\u0080-\uffff])/

/**
 * The pieces of a statement that SQLite has accepted, as its own tokenizer takes them
 * (https://www.sqlite.org/src/file?name=src/tokenize.c). Character by character: a text of any length may be in a file, and a
 * regular expression over all of it may run out of stack.
 */
export function tokensOf(text: string): Token[] {
  // SQLite reads a text up to its first NUL.
  const [sql = ''] = text.split('\0', 1)
  const tokens: Token[] = []
  for (let at = 0; at < sql.length; ) {
    const character = sql.charAt(at)
    const start = at
    if (SPACE.test(character)) {
      at++
    } else if (sql.startsWith('--', at)) {
      at = endOf(sql, '\n', at)
    } else if (sql.startsWith('/*', at)) {
      at = endOf(sql, '*/', at + 2)
    } else if (CLOSING[character] !== undefined) {
      const closing = CLOSING[character]
      at = endOfQuoted(sql, at + 1, closing)
      const text = sql.slice(start + 1, at - 1).replaceAll(closing + closing, closing)
      tokens.push(closing === "'" ? { kind: 'text', text } : { kind: 'name', text: lower(text) })
    } else if (BEGIN_OF_WORD.test(character)) {
      while (at < sql.length && PART_OF_WORD.test(sql.charAt(at))) at++
      const kind = DIGIT.test(character) ? 'number' : 'word'
      tokens.push({ kind, text: lower(sql.slice(start, at)) })
    } else {
      const symbol = symbolAt(sql, at)
      const text = symbol ?? character
      at += text.length
      const other = PARAMETER.test(sql.slice(start, start + 2)) ? 'mark' : 'illegal'
      tokens.push({ kind: symbol === undefined ? other : 'symbol', text })
    }
  }
  return tokens
}

/** A name as SQLite compares it: by its ASCII letters alone. */
export function lower(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase())
}

/** The longest symbol that stands at a place. */
function symbolAt(sql: string, at: number): string | undefined {
  for (let length = LONGEST_SYMBOL; length > 0; length--) {
    const text = sql.slice(at, at + length)
    if (SYMBOLS.has(text)) return text
  }
  return undefined
}

/** Where the text goes on behind a mark, or ends. */
function endOf(sql: string, mark: string, from: number): number {
  const at = sql.indexOf(mark, from)
  return at < 0 ? sql.length : at + mark.length
}

/** Where the text goes on behind a quoted piece, in which a doubled quote stands for one. */
function endOfQuoted(sql: string, from: number, closing: string): number {
  for (let at = endOf(sql, closing, from); ; at = endOf(sql, closing, at + 1)) {
    if (closing === ']' || sql.charAt(at) !== closing) return at
  }
}

/** Whether a token is this bare keyword or symbol. */
export function isToken(token: Token | undefined, text: string): boolean {
  return token !== undefined && (token.kind === 'word' || token.kind === 'symbol') && token.text === text
}

/** What speaks against a text whose pieces SQLite may take otherwise than they were taken here. */
export function reasonInTokens(tokens: readonly Token[]): string | null {
  const strange = firstStrange(tokens)
  return strange === undefined ? null : `its text has ${JSON.stringify(strange.text)}, which no schema needs`
}

/** Whether SQLite makes nothing of a text. Behind the mark of a parameter that cannot be told. */
export function isIllegal(tokens: readonly Token[]): boolean {
  return firstStrange(tokens)?.kind === 'illegal'
}

function firstStrange(tokens: readonly Token[]): Token | undefined {
  return tokens.find(({ kind }) => kind === 'mark' || kind === 'illegal')
}

/** The tokens between the parenthesis at a place and the one that closes it. */
export function groupAt(tokens: readonly Token[], open: number): readonly Token[] {
  let depth = 0
  for (let index = open; index < tokens.length; index++) {
    if (isToken(tokens[index], '(')) depth++
    if (isToken(tokens[index], ')') && --depth === 0) return tokens.slice(open + 1, index)
  }
  return tokens.slice(open + 1)
}
