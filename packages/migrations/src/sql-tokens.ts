/** A piece of SQL text. Comments and white space are none. */
export interface Token {
  /** `word` for a bare name or keyword, in lower case; `name` for a quoted one, without its quotes, in lower case. */
  readonly kind: 'word' | 'name' | 'text' | 'number' | 'symbol'
  readonly text: string
}

const CLOSING: Readonly<Record<string, string>> = { "'": "'", '"': '"', '`': '`', '[': ']' }
const SYMBOLS = ['->>', '->', '||']
/** What SQLite takes for white space; every other character beyond ASCII is a letter to it. */
const SPACE = /[ \t\n\f\r\ufeff]/
const PART_OF_WORD = /[\w$\u0080-\uffff]/
const DIGIT = /[0-9]/

/**
 * The pieces of a statement that SQLite has accepted (https://www.sqlite.org/lang_keywords.html). Character by character: a
 * text of any length may be in a file, and a regular expression over all of it may run out of stack.
 */
export function tokensOf(sql: string): Token[] {
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
    } else if (PART_OF_WORD.test(character)) {
      while (at < sql.length && PART_OF_WORD.test(sql.charAt(at))) at++
      const kind = DIGIT.test(character) ? 'number' : 'word'
      tokens.push({ kind, text: lower(sql.slice(start, at)) })
    } else {
      const text = SYMBOLS.find((symbol) => sql.startsWith(symbol, at)) ?? character
      at += text.length
      tokens.push({ kind: 'symbol', text })
    }
  }
  return tokens
}

/** A name as SQLite compares it: by its ASCII letters alone. */
export function lower(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase())
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

/** The tokens between the parenthesis at a place and the one that closes it. */
export function groupAt(tokens: readonly Token[], open: number): readonly Token[] {
  let depth = 0
  for (let index = open; index < tokens.length; index++) {
    if (isToken(tokens[index], '(')) depth++
    if (isToken(tokens[index], ')') && --depth === 0) return tokens.slice(open + 1, index)
  }
  return tokens.slice(open + 1)
}

/** What may stand before a parenthesis without calling a function. */
const NO_CALL = new Set([
  ...['and', 'or', 'not', 'in', 'is', 'between', 'case', 'when', 'then', 'else', 'where', 'collate', 'cast'],
])
/** Operators and names that stand for functions (https://www.sqlite.org/lang_expr.html). */
const CALLS = new Set(['like', 'glob', 'regexp', 'match', '->', '->>', 'select'])

/**
 * Functions of SQLite's own that give the same for the same, whatever a file holds, and reach nothing but their arguments
 * (https://www.sqlite.org/lang_corefunc.html).
 */
export const HARMLESS: ReadonlySet<string> = new Set([
  ...[
    'abs',
    'coalesce',
    'format',
    'hex',
    'ifnull',
    'iif',
    'instr',
    'length',
    'lower',
    'max',
    'min',
    'nullif',
  ],
  ...['printf', 'replace', 'round', 'substr', 'trim', 'typeof', 'upper'],
  ...['date', 'datetime', 'julianday', 'strftime', 'time', 'unixepoch'],
  ...['json_extract', 'json_type', 'json_valid', '->', '->>'],
])

/** Whether an expression calls a function other than those allowed, by its name or by an operator that stands for one. */
export function callsFunction(
  expression: readonly Token[],
  allowed: ReadonlySet<string> = new Set(),
): boolean {
  return expression.some((token, index) => {
    if (token.kind === 'text' || token.kind === 'number' || allowed.has(token.text)) return false
    if (token.kind !== 'name' && CALLS.has(token.text)) return true
    if (token.kind === 'symbol' || !isToken(expression[index + 1], '(')) return false
    return token.kind === 'name' || !NO_CALL.has(token.text)
  })
}
